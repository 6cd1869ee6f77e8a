// The commands of `synface data`, one file each.
#pragma once

#include "commands.h"

namespace synface::worker {

void add_data_build(CLI::App& group, Action& action);
void add_data_ls(CLI::App& group, Action& action);
void add_data_verify(CLI::App& group, Action& action);
void add_data_stats(CLI::App& group, Action& action);
void add_data_export(CLI::App& group, Action& action);
void add_data_rm(CLI::App& group, Action& action);

}  // namespace synface::worker
