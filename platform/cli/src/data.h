// The commands of `synface data` that are answered by an experiment; the others are the worker's.
#pragma once

#include "command.h"

namespace synface::cli {

void add_data_quality(CLI::App& group, const Globals& globals, Action& action);
void add_data_floor(CLI::App& group, const Globals& globals, Action& action);

}  // namespace synface::cli
