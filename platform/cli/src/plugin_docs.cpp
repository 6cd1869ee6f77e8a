// synface plugin docs: reference pages from the schemas, of our plugins and of anybody's.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "plugin_authors.h"
#include "plugin_pages.h"
#include "session.h"
#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/plugin/print.h"

namespace synface::cli {
namespace {

struct DocsOptions {
  std::vector<std::string> names;
  std::string format = "md";
  std::filesystem::path out;
};

std::vector<const plugin::PluginInfo*> chosen(const plugin::Registry& registry,
                                              const std::vector<std::string>& names) {
  std::vector<const plugin::PluginInfo*> all;
  if (names.empty()) {
    for (const auto& info : registry.plugins()) all.push_back(&info);
  }
  for (const auto& name : names) all.push_back(&plugin::find_by_name(registry, name));
  if (all.empty()) {
    fail(ExitCode::kPlugin, "no plugin was found; `synface plugin list` says where was looked");
  }
  return all;
}

int docs(const Globals& globals, const DocsOptions& options) {
  const auto format = options.format == "html" ? PageFormat::kHtml : PageFormat::kMarkdown;
  const auto registry = scan_plugins();
  const auto plugins = chosen(registry, options.names);
  if (options.out.empty() && format == PageFormat::kHtml && plugins.size() > 1) {
    fail(ExitCode::kUsage, "{} HTML pages are not one document; name a folder with --out",
         plugins.size());
  }
  auto pages = nlohmann::json::array();
  for (const auto* info : plugins) {
    const auto page = plugin_page(*info, format);
    nlohmann::json entry = {{"plugin", info->name()}};
    if (options.out.empty()) {
      entry["page"] = page;
      if (!globals.json) std::cout << page;
    } else {
      const auto file = options.out / page_file(*info, format);
      write_file_atomic(file, page, false, ExitCode::kSetup);
      entry["file"] = file.string();
    }
    pages.push_back(std::move(entry));
  }
  if (!options.out.empty()) {
    const auto index = options.out / (format == PageFormat::kHtml ? "index.html" : "README.md");
    write_file_atomic(index, index_page(plugins, format), false, ExitCode::kSetup);
    if (!globals.json) std::cout << index.string() << "\n";
  }
  if (globals.json) std::cout << nlohmann::json{{"pages", pages}}.dump(2) << "\n";
  return 0;
}

}  // namespace

void add_plugin_docs(CLI::App& plugin, const Globals& globals, Action& action) {
  auto* command = plugin.add_subcommand("docs", "reference pages of plugins from their schemas");
  command->footer(
      "Example:\n  synface plugin docs loss/cosface\n"
      "  synface plugin docs --format html --out pages");
  const auto options = std::make_shared<DocsOptions>();
  command->add_option("names", options->names, "KIND/ID, or ID where it is unique; none: all");
  command->add_option("--format", options->format, "md or html (default md)")
      ->check(CLI::IsMember({"md", "html"}))
      ->type_name("FORMAT");
  command->add_option("--out", options->out, "a folder for one page a plugin and an index")
      ->type_name("DIR");
  command->callback([&globals, &action, options] {
    action = [&globals, options] { return docs(globals, *options); };
  });
}

}  // namespace synface::cli
