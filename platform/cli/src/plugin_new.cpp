// synface plugin new: a project outside of this tree, with a working example of the kind.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "plugin_authors.h"
#include "plugin_project.h"
#include "session.h"
#include "synface/base/error.h"
#include "synface/plugin/kind.h"

namespace synface::cli {
namespace {

// Two plugins that claim one id are an error in every later command: better said now.
void check_id(const ProjectRequest& request) {
  const auto plugins = scan_plugins();
  for (const auto& info : plugins.plugins()) {
    if (info.id != request.name || plugin::to_text(info.kind) != request.kind) continue;
    fail(ExitCode::kUsage, "there is a {} {} already, in {}; choose another name", request.kind,
         request.name, info.library.string());
  }
}

int make(const Globals& globals, ProjectRequest request) {
  if (request.folder.empty()) request.folder = request.name;
  if (request.lang == "c++") request.lang = "cpp";
  check_request(request);
  check_id(request);
  const auto files = render_project(request, SdkFiles::find());
  write_project(request.folder, files);
  const auto next = next_commands(request);
  if (globals.json) {
    auto names = nlohmann::json::array();
    for (const auto& [name, content] : files) names.push_back(name.generic_string());
    std::cout << nlohmann::json{{"name", request.name},
                                {"kind", request.kind},
                                {"lang", request.lang},
                                {"folder", std::filesystem::absolute(request.folder).string()},
                                {"files", names},
                                {"next", next}}
                     .dump(2)
              << "\n";
    return 0;
  }
  std::cout << fmt::format("made {}: a {} with {}an experiment ({} files)\n",
                           request.folder.string(), request.kind,
                           request.lang == "python" ? "" : "tests and ", files.size());
  std::cout << "next:\n";
  for (const auto& command : next) std::cout << "  " << command << "\n";
  return 0;
}

}  // namespace

void add_plugin_new(CLI::App& plugin, const Globals& globals, Action& action) {
  auto* command = plugin.add_subcommand("new", "start a plugin of your own in a new folder");
  command->footer(
      "Templates: all five kinds in cpp; loss and mixup in c, rust and python too.\n"
      "Example:\n  synface plugin new mymargin --kind loss --lang c");
  const auto request = std::make_shared<ProjectRequest>();
  command->add_option("name", request->name, "the plugin's id: a-z, 0-9 and _")->required();
  command->add_option("--kind", request->kind, "generator, mixup, backbone, loss or benchmark")
      ->required()
      ->type_name("KIND");
  command->add_option("--lang", request->lang, "c, cpp, rust or python")
      ->required()
      ->type_name("LANG");
  command->add_option("--dir", request->folder, "the folder to make (default: NAME)")
      ->type_name("DIR");
  command->callback([&globals, &action, request] {
    action = [&globals, request] { return make(globals, *request); };
  });
}

}  // namespace synface::cli
