// What every command of `synface` shares.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace synface::cli {

// Options that stand before or after any command.
struct Globals {
  std::filesystem::path database;  // --db, SYNFACE_DB, results/synface.sqlite
  bool json = false;               // one JSON document on standard output, nothing else there
};

// What the chosen command will do; returns an exit code (error.h).
using Action = std::function<int()>;

// Each adds one command to the program; when it is chosen, it sets the action.
void add_run(CLI::App& app, const Globals& globals, Action& action);
void add_plan(CLI::App& app, const Globals& globals, Action& action);
void add_ls(CLI::App& app, const Globals& globals, Action& action);
void add_show(CLI::App& app, const Globals& globals, Action& action);
void add_query(CLI::App& app, const Globals& globals, Action& action);
void add_compare(CLI::App& app, const Globals& globals, Action& action);
void add_export(CLI::App& app, const Globals& globals, Action& action);
void add_tag(CLI::App& app, const Globals& globals, Action& action);
void add_note(CLI::App& app, const Globals& globals, Action& action);
void add_retry(CLI::App& app, const Globals& globals, Action& action);
void add_prune(CLI::App& app, const Globals& globals, Action& action);
void add_merge(CLI::App& app, const Globals& globals, Action& action);
void add_slurm(CLI::App& app, const Globals& globals, Action& action);
void add_cache(CLI::App& app, const Globals& globals, Action& action);
void add_plugin(CLI::App& app, const Globals& globals, Action& action);
void add_doctor(CLI::App& app, const Globals& globals, Action& action);
void add_version(CLI::App& app, const Globals& globals, Action& action);

// `render` and `data` compute, so that the worker has them and reads their options itself: names
// for the help here, and the handing over, which returns where the command is another one.
void add_forwarded(CLI::App& app);
void forward(int argc, char** argv);

// The synface-worker beside this program; Error(kSetup) where it is absent.
std::filesystem::path worker_path();
// Replaces this process by the worker with these arguments. Does not return.
[[noreturn]] void exec_worker(const std::vector<std::string>& arguments);

}  // namespace synface::cli
