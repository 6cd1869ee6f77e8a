// Handing over to synface-worker, and the commands that do nothing else.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "command.h"
#include "synface/base/error.h"
#include "synface/base/paths.h"

namespace synface::cli {
namespace {

// Everything after the command's name goes to the worker as it is.
void add_forwarded(CLI::App& app, const Globals& globals, Action& action, const std::string& name,
                   const std::string& about, const std::string& footer) {
  auto* command = app.add_subcommand(name, about);
  command->prefix_command();
  command->set_help_flag();  // the worker has the help
  command->footer(footer);
  command->callback([command, &globals, &action, name] {
    action = [command, &globals, name]() -> int {
      std::vector<std::string> arguments = {name};
      const auto rest = command->remaining();
      arguments.insert(arguments.end(), rest.begin(), rest.end());
      if (globals.json) arguments.emplace_back("--json");
      exec_worker(arguments);
    };
  });
}

}  // namespace

std::filesystem::path worker_path() {
  return executable_folder() / "synface-worker";
}

void exec_worker(const std::vector<std::string>& arguments) {
  const auto worker = worker_path().string();
  std::vector<char*> argv = {const_cast<char*>(worker.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(worker.c_str(), argv.data());
  fail(ExitCode::kSetup, "cannot start {}: {}; build it with ./synface build", worker,
       std::strerror(errno));
}

void add_render(CLI::App& app, const Globals& globals, Action& action) {
  add_forwarded(app, globals, action, "render", "draw a sheet of a generator's people",
                "Example:\n  synface render --generator morphable --out sheet.png");
}

void add_data(CLI::App& app, const Globals& globals, Action& action) {
  add_forwarded(app, globals, action, "data", "build and look after sets of images",
                "Example:\n  synface data build Syn_1000_10 --out data/syn");
}

}  // namespace synface::cli
