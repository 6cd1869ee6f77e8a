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

struct Forwarded {
  const char* name;
  const char* about;
  const char* example;
};
constexpr Forwarded kForwarded[] = {
    {"render", "draw a sheet of a generator's people",
     "synface render --generator morphable --out sheet.png"},
    {"data", "build named sets of images, verify and export them",
     "synface data build Syn_100_10 --out people"},
};

}  // namespace

void add_forwarded(CLI::App& app) {
  for (const auto& command : kForwarded) {
    app.add_subcommand(command.name, command.about)
        ->footer(fmt::format("Example:\n  {}", command.example));
  }
}

void forward(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--db") ++i;  // its value is no command
    if (word.starts_with("-")) continue;
    for (const auto& command : kForwarded) {
      if (word != command.name) continue;
      std::vector<std::string> arguments = {word};
      for (int j = 1; j < argc; ++j) {
        const std::string argument = argv[j];
        if (j > i || argument == "--json") arguments.push_back(argument);
      }
      exec_worker(arguments);
    }
    return;  // another command
  }
}

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

}  // namespace synface::cli
