// Commands for authors of plugins: synface plugin new, synface plugin docs.
#pragma once

#include "command.h"

namespace synface::cli {

void add_plugin_new(CLI::App& plugin, const Globals& globals, Action& action);
void add_plugin_docs(CLI::App& plugin, const Globals& globals, Action& action);

}  // namespace synface::cli
