// synface version.
#include <fmt/format.h>
#include <synface/base.h>

#include <iostream>

#include "command.h"

namespace synface::cli {

void add_version(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("version", "say which version this is");
  command->footer("Example:\n  synface version --json");
  command->callback([&globals, &action] {
    action = [&globals] {
      const auto abi = fmt::format("{}.{}", SYNFACE_ABI_MAJOR, SYNFACE_ABI_MINOR);
      if (globals.json) {
        std::cout << nlohmann::json{{"version", SYNFACE_VERSION}, {"abi", abi}}.dump(2) << "\n";
      } else {
        std::cout << fmt::format("synface {}, plugin ABI {}\n", SYNFACE_VERSION, abi);
      }
      return 0;
    };
  });
}

}  // namespace synface::cli
