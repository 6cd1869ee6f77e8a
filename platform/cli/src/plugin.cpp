// synface plugin: which plugins there are, and what each can do.
#include <iostream>
#include <memory>

#include "plugin_authors.h"
#include "plugin_check.h"
#include "session.h"
#include "synface/plugin/print.h"

namespace synface::cli {

void add_plugin(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("plugin", "list plugins and their parameters");
  command->require_subcommand(1);
  command->footer("Example:\n  synface plugin info loss/cosface");
  auto* list = command->add_subcommand("list", "list all plugins of the search path");
  list->footer("Example:\n  synface plugin list");
  list->callback([&globals, &action] {
    action = [&globals] {
      plugin::print_list(scan_plugins(), globals.json, std::cout);
      return 0;
    };
  });
  auto* info = command->add_subcommand("info", "describe one plugin and its parameters");
  info->footer("Example:\n  synface plugin info loss/cosface");
  const auto name = std::make_shared<std::string>();
  info->add_option("name", *name, "KIND/ID, or ID where it is unique")->required();
  add_plugin_check(*command, globals, action);
  add_plugin_new(*command, globals, action);
  add_plugin_docs(*command, globals, action);
  info->callback([&globals, &action, name] {
    action = [&globals, name] {
      const auto plugins = scan_plugins();
      plugin::print_info(plugin::find_by_name(plugins, *name), globals.json, std::cout);
      return 0;
    };
  });
}

}  // namespace synface::cli
