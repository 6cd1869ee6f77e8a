#include "synface/plugin/print.h"

#include <fmt/core.h>
#include <synface/base/error.h>
#include <synface/base/text.h>

#include <algorithm>

namespace synface::plugin {
namespace {

Json list_to_json(const Registry& registry) {
  Json plugins = Json::array(), problems = Json::array(), folders = Json::array();
  for (const PluginInfo& plugin : registry.plugins()) plugins.push_back(to_json(plugin));
  for (const Problem& problem : registry.problems()) {
    problems.push_back({{"file", problem.file.string()}, {"message", problem.message}});
  }
  for (const auto& folder : registry.search_path()) folders.push_back(folder.string());
  return {{"plugins", std::move(plugins)},
          {"problems", std::move(problems)},
          {"search_path", std::move(folders)}};
}

// The first sentence: what a list has room for.
std::string first_sentence(const std::string& doc) {
  std::size_t end = doc.find(". ");
  while (end != std::string::npos && doc.substr(0, end).ends_with(" al")) {  // "et al. "
    end = doc.find(". ", end + 1);
  }
  return end == std::string::npos ? doc : doc.substr(0, end + 1);
}

void print_json(const Json& json, std::ostream& out) {
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

std::string default_text(const Param& param) {
  if (param.required) return "required";
  if (param.type == ParamType::kF64) return fmt::format("{}", param.def.get<double>());
  return param.def.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_param(const Param& param, std::ostream& out) {
  std::string type(to_text(param.type));
  if (!param.unit.empty()) type += " in " + param.unit;
  const std::string range = range_text(param);
  out << fmt::format("  {} = {}   ({}{}{})\n", param.key, default_text(param), type,
                     range.empty() ? "" : ", ", range);
  if (!param.doc.empty()) out << "      " << param.doc << '\n';
  if (!param.neutral.is_null()) {
    out << fmt::format("      neutral at {}: there it is left out of a trial's identity\n",
                       param.neutral.dump());
  }
  if (param.no_effect) out << "      changes no number: no part of a trial's identity\n";
  if (!param.alias.empty()) out << fmt::format("      formerly called {}\n", param.alias);
  if (!param.since.empty()) out << fmt::format("      since version {}\n", param.since);
}

std::string needs_text(const PluginInfo& info) {
  std::string text = info.torch.empty() ? "pure (no LibTorch)" : "LibTorch " + info.torch;
  if (!info.cuda.empty()) text += ", CUDA " + info.cuda;
  return text;
}

}  // namespace

void print_list(const Registry& registry, bool json, std::ostream& out) {
  if (json) return print_json(list_to_json(registry), out);
  std::size_t width = 0;
  for (const PluginInfo& p : registry.plugins()) width = std::max(width, p.id.size());
  const PluginInfo* before = nullptr;
  for (const PluginInfo& p : registry.plugins()) {
    if (before == nullptr || before->kind != p.kind) out << to_text(p.kind) << '\n';
    before = &p;
    out << fmt::format("  {:<{}}  {:<8} {:<6} {}\n", p.id, width, p.version,
                       p.torch.empty() ? "pure" : "torch", cut(first_sentence(p.doc), 100));
  }
  if (registry.plugins().empty()) {
    out << "no plugin was found; looked in:\n";
    for (const auto& folder : registry.search_path()) out << "  " << folder.string() << '\n';
  }
  if (registry.problems().empty()) return;
  out << fmt::format("{} with a problem:\n", registry.problems().size());
  for (const Problem& problem : registry.problems()) out << "  " << problem.message << '\n';
}

void print_info(const PluginInfo& info, bool json, std::ostream& out) {
  if (json) return print_json(to_json(info), out);
  out << fmt::format("{} {}\n", info.name(), info.version);
  if (!info.doc.empty()) out << info.doc << '\n';
  out << fmt::format("\nlibrary   {}\nsha256    {}\nrevision  {} (of its numbers)\n",
                     info.library.string(), info.sha256, info.revision);
  out << fmt::format("plugin ABI {}, {}{}{}\n", info.abi, needs_text(info),
                     info.sdk.empty() ? "" : ", SDK ", info.sdk);
  out << (info.params.empty() ? "\nno parameters\n" : "\nparameters\n");
  for (const Param& param : info.params) print_param(param, out);
}

const PluginInfo& find_by_name(const Registry& registry, std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash != std::string_view::npos) {
    const auto kind = kind_from_text(name.substr(0, slash));
    if (!kind) {
      std::vector<std::string> kinds;
      for (const Kind one : kKinds) kinds.emplace_back(to_text(one));
      fail(ExitCode::kUsage, "'{}' is no kind of plugin{}; the kinds are {}", name.substr(0, slash),
           hint(name.substr(0, slash), kinds), join(kinds, ", "));
    }
    return registry.find(*kind, name.substr(slash + 1));
  }
  std::vector<std::string> names, all;
  const PluginInfo* found = nullptr;
  for (const PluginInfo& p : registry.plugins()) {
    all.push_back(p.id);
    if (p.id != name || (!names.empty() && names.back() == p.name())) continue;
    names.push_back(p.name());
    found = &p;
  }
  if (names.size() > 1) {
    fail(ExitCode::kUsage, "'{}' may be {}; write the kind as well", name, join(names, " or "));
  }
  if (found == nullptr) {
    fail(ExitCode::kPlugin, "no plugin is called '{}'{}; see `synface plugin list`", name,
         hint(name, all));
  }
  return registry.find(found->kind, found->id);
}

}  // namespace synface::plugin
