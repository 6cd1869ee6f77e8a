// The commands of synface-worker.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace synface::worker {

// What was asked for; returns the exit code.
using Action = std::function<int()>;

void add_trial(CLI::App& app, Action& action);
void add_render(CLI::App& app, Action& action);
void add_data(CLI::App& app, Action& action);

}  // namespace synface::worker
