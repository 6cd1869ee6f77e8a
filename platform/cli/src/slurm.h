// The three commands below `synface slurm`.
#pragma once

#include "command.h"

namespace synface::cli {

void add_slurm_write(CLI::App& slurm, const Globals& globals, Action& action);
void add_slurm_task(CLI::App& slurm, const Globals& globals, Action& action);
void add_slurm_collect(CLI::App& slurm, const Globals& globals, Action& action);

}  // namespace synface::cli
