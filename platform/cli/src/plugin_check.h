// synface plugin check, and what its child processes need.
#pragma once

#include "command.h"
#include "synface/plugin/host.h"

namespace synface::cli {

void add_plugin_check(CLI::App& plugin, const Globals& globals, Action& action);

// The services that files need: codec, listing, tensorfile.
void offer_data(plugin::HostServices& host);

}  // namespace synface::cli
