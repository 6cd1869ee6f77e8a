// Handing over to synface-worker, and the commands that do nothing else.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "command.h"
#include "synface/base/error.h"
#include "synface/base/paths.h"
#include "synface/experiment/experiment.h"

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
    {"data", "build named sets of images, verify, measure and export them",
     "synface data build Syn_100_10 --out people"},
};

// The worker reads no TOML: `--augment FILE` becomes what the file says.
std::vector<std::string> resolved(std::vector<std::string> arguments) {
  const std::string option = "--augment";
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const auto said = [](const std::string& file) {
      return experiment::read_augmentation(file).dump();
    };
    if (arguments[i] == option && i + 1 < arguments.size()) {
      arguments[i + 1] = said(arguments[i + 1]);
      ++i;
    } else if (arguments[i].starts_with(option + "=")) {
      arguments[i] = option + "=" + said(arguments[i].substr(option.size() + 1));
    }
  }
  return arguments;
}

// `data` has commands of both programs.
bool is_ours(const std::string& command, int argc, char** argv, int next) {
  while (next < argc && std::string(argv[next]).starts_with("-")) ++next;
  if (command != "data" || next >= argc) return false;
  const std::string word = argv[next];
  return word == "quality" || word == "floor";
}

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
      if (is_ours(word, argc, argv, i + 1)) return;
      std::vector<std::string> arguments = {word};
      for (int j = 1; j < argc; ++j) {
        const std::string argument = argv[j];
        if (j > i || argument == "--json") arguments.push_back(argument);
      }
      exec_worker(word == "render" ? resolved(std::move(arguments)) : arguments);
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
