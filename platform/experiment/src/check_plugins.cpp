// Checker: the sections whose keys a plugin declares.
#include <fmt/format.h>

#include <algorithm>

#include "synface/base/error.h"
#include "synface/base/text.h"
#include "synface/experiment/check.h"
#include "synface/plugin/validate.h"

namespace synface::experiment {
namespace {

plugin::Position position(const Sources& sources, Location where) {
  plugin::Position position;
  position.line = where.line;
  position.column = where.column;
  position.source = where.source;
  if (where.known()) {
    position.file = sources.name(where.source);
    position.folder = sources.base(where.source);
  }
  return position;
}

bool has_trait(const plugin::PluginInfo* info, std::string_view trait) {
  return info != nullptr &&
         std::find(info->traits.begin(), info->traits.end(), trait) != info->traits.end();
}

// What a benchmark of real photographs is given as a path where it states nothing itself. What is
// fitted to photographs is fitted to those of real.train, never to the people of the test.
struct FilledFromReal {
  const char *param, *key, *placeholder;
  bool always;  // wanted also where the plugin does not declare it
};
constexpr FilledFromReal kFilledFromReal[] = {{"images", "images", "FOLDER", true},
                                              {"pairs", "pairs", "FILE", false},
                                              {"fit", "train", "FOLDER", false}};

bool is_list(std::string_view section) {
  return section == "mixup" || section == "benchmark";
}

const plugin::PluginInfo* find_used(const Checked& checked, plugin::Kind kind) {
  for (const auto* info : checked.plugins) {
    if (info->kind == kind) return info;
  }
  return nullptr;
}

}  // namespace

const plugin::PluginInfo* Checker::find_plugin(const std::string& section,
                                               const Node& table) const {
  const auto* name = table.find("plugin");
  if (name == nullptr || !name->is(Node::Kind::kString)) {
    diagnostics_.error(name != nullptr ? name->where() : table.where(),
                       fmt::format("`{}` wants a plugin: plugin = \"...\"", section));
    return nullptr;
  }
  const auto kind = plugin::kind_from_text(plugin_kind(section));
  try {
    return &plugins_.find(*kind, name->as_string());
  } catch (const Error& error) {
    diagnostics_.error(name->where(), error.what(), error.code());
    return nullptr;
  }
}

// Host keys by the table, everything else by the plugin's schema. `fill`: values for parameters
// that the user has not given.
Json Checker::check_plugin(const std::string& section, const Node& table, Checked& checked,
                           const Json* fill) const {
  auto out = check_table(is_list(section) ? section + "[]" : section, &table);
  out.erase("when");
  const auto* info = find_plugin(section, table);
  if (info == nullptr) return out;
  if (std::find(checked.plugins.begin(), checked.plugins.end(), info) == checked.plugins.end()) {
    checked.plugins.push_back(info);
  }
  plugin::Given given;
  given.table = position(sources_, table.where());
  if (fill != nullptr) given.values = *fill;
  for (const auto& member : table.members()) {
    if (is_host_key(section, member.key)) continue;
    given.values[member.key] = member.value.to_json();
    given.positions[member.key] = position(sources_, member.key_place);
  }
  const auto validated = plugin::validate(*info, given);
  for (const auto& found : validated.diagnostics) {
    const Location where{found.where.source, found.where.line, found.where.column};
    if (found.severity == plugin::Severity::kError) {
      diagnostics_.error(where, found.message);
    } else {
      diagnostics_.warning(where, found.message);
    }
  }
  for (const auto& [key, value] : validated.params.items()) {
    if (is_host_key(section, key)) {
      diagnostics_.error(table.where(),
                         fmt::format("plugin {} declares the parameter `{}`, which is a key of the "
                                     "host; its author has to rename it",
                                     info->name(), key),
                         ExitCode::kPlugin);
    } else {
      out[key] = value;
    }
  }
  return out;
}

void Checker::check_generator(const Node& document, Checked& checked) const {
  const auto* table = document.find("generator");
  if (table == nullptr || !table->is(Node::Kind::kTable)) {
    diagnostics_.error(document.where(),
                       "the file names no generator: generator = { plugin = \"morphable\" }");
    return;
  }
  // A folder of people is by itself that of real.train.
  Json fill = Json::object();
  const auto* info = find_plugin("generator", *table);
  const auto train = checked.config["real"].value("train", "");
  if (has_trait(info, "index") && info->find("path") != nullptr && !train.empty() &&
      table->find("path") == nullptr) {
    fill["path"] = train;
  }
  auto& generator = checked.config["generator"] = check_plugin("generator", *table, checked, &fill);
  if (!has_trait(find_used(checked, plugin::Kind::kGenerator), "latent")) return;
  for (const auto* key : {"identities", "samples"}) {
    if (generator.value(key, std::int64_t{1}) != 0) continue;
    diagnostics_.error(place_of(document, "generator", key),
                       fmt::format("generator {} makes as many people and images as are asked for: "
                                   "give generator.{}",
                                   generator.value("plugin", ""), key));
  }
}

// Puts heldout.generator into the config where somebody can draw held-out people.
void Checker::check_heldout(const Node& document, Checked& checked) const {
  auto& heldout = checked.config["heldout"];
  heldout.erase("generator");
  const auto* table = document.find("heldout");
  const auto* given = table != nullptr ? table->find("generator") : nullptr;
  if (given == nullptr) {
    const auto* own = find_used(checked, plugin::Kind::kGenerator);
    if (!has_trait(own, "latent")) return;
    plugin::Given defaults;  // but for what has no default
    for (const auto& param : own->params) {
      if (param.required) defaults.values[param.key] = checked.config["generator"][param.key];
    }
    heldout["generator"] = plugin::validate(*own, defaults).params;
    heldout["generator"]["plugin"] = own->id;
    return;
  }
  if (!given->is(Node::Kind::kTable)) {
    diagnostics_.error(given->where(),
                       "`heldout.generator` is a table: { plugin = \"morphable\" }");
    return;
  }
  auto values = check_plugin("generator", *given, checked, nullptr);
  for (const auto* key : {"identities", "samples", "size"}) {
    values.erase(key);
    if (given->find(key) == nullptr) continue;
    diagnostics_.error(given->key_place(key),
                       fmt::format("`{0}` has no place in heldout.generator: give heldout.{0}, and "
                                   "generator.size for the size of all images",
                                   key));
  }
  const auto* info = find_plugin("generator", *given);
  if (info != nullptr && !has_trait(info, "latent")) {
    diagnostics_.error(given->key_place("plugin"),
                       fmt::format("generator {} draws no new people, so that it cannot render "
                                   "held-out ones",
                                   info->id));
    return;
  }
  heldout["generator"] = std::move(values);
}

void Checker::check_mixups(const Node& document, Checked& checked) const {
  auto& list = checked.config["mixup"] = Json::array();
  const auto* mixups = document.find("mixup");
  if (mixups == nullptr) return;
  const auto* generator = find_used(checked, plugin::Kind::kGenerator);
  for (const auto& entry : mixups->items()) {
    if (!entry.is(Node::Kind::kTable)) continue;
    list.push_back(check_plugin("mixup", entry, checked, nullptr));
    const auto* info = find_plugin("mixup", entry);
    const auto where = entry.key_place("plugin");
    if (has_trait(info, "latent") && generator != nullptr && !has_trait(generator, "latent")) {
      diagnostics_.error(where, fmt::format("mixup {} mixes latents, but generator {} has only an "
                                            "index of images; use a generator that renders, or a "
                                            "mixup of images",
                                            info->id, generator->id));
    }
    if (!has_trait(info, "real")) continue;
    checked.parts.real_mixing = true;
    if (checked.config["real"].value("train", "").empty()) {
      diagnostics_.error(where, fmt::format("mixup {} reads real images: give real.train, a folder "
                                            "with one folder a person (--set real.train=FOLDER)",
                                            info->id));
    }
  }
}

void Checker::check_network(const Node& document, Checked& checked) const {
  for (const auto* section : {"backbone", "loss"}) {
    const auto* table = document.find(section);
    if (table == nullptr || !table->is(Node::Kind::kTable)) {
      diagnostics_.error(
          document.where(),
          fmt::format("the file names no {0}: {0} = {{ plugin = \"...\" }}", section));
      continue;
    }
    checked.config[section] = check_plugin(section, *table, checked, nullptr);
  }
  const auto* backbone = find_used(checked, plugin::Kind::kBackbone);
  const auto seen = checked.config["train"].value("images_seen", std::int64_t{0});
  if (has_trait(backbone, "frozen") && seen > 0) {
    diagnostics_.error(
        place_of(document, "backbone", "plugin"),
        fmt::format("backbone {} has nothing to train: give train.images_seen = 0", backbone->id));
  }
}

void Checker::check_benchmarks(const Node& document, Checked& checked) const {
  auto& list = checked.config["benchmark"] = Json::array();
  const auto* benchmarks = document.find("benchmark");
  if (benchmarks == nullptr) return;
  for (const auto& entry : benchmarks->items()) {
    if (!entry.is(Node::Kind::kTable)) continue;
    auto benchmark = check_benchmark(entry, checked);
    if (!benchmark) continue;
    const auto same = [&](const Json& other) { return other["name"] == (*benchmark)["name"]; };
    if (std::any_of(list.begin(), list.end(), same)) {
      diagnostics_.error(entry.key_place("name"),
                         fmt::format("two benchmarks are called `{}`; give each a `name`",
                                     (*benchmark)["name"].get<std::string>()));
    }
    list.push_back(std::move(*benchmark));
  }
}

std::optional<Json> Checker::check_benchmark(const Node& entry, Checked& checked) const {
  const auto* set_node = entry.find("set");
  const bool is_text = set_node != nullptr && set_node->is(Node::Kind::kString);
  const std::string set = is_text ? set_node->as_string() : "heldout";
  const auto* optional_node = entry.find("optional");
  const bool optional = optional_node != nullptr && optional_node->as_boolean();
  const auto* info = find_plugin("benchmark", entry);
  const auto* name_node = entry.find("name");
  std::string name = set == "none" ? (info != nullptr ? info->id : "") : set;
  if (name_node != nullptr && name_node->is(Node::Kind::kString)) name = name_node->as_string();

  // Leaves it out with a word, or complains.
  const auto missing = [&](const std::string& what) -> std::optional<Json> {
    if (optional) {
      diagnostics_.note(entry.key_place("plugin"),
                        fmt::format("benchmark `{}` is left out: {}", name, what));
    } else {
      diagnostics_.error(entry.key_place("plugin"), fmt::format("benchmark `{}`: {}", name, what));
    }
    return std::nullopt;
  };
  Json fill = Json::object();
  if (set == "real") {
    const auto& real = checked.config["real"];
    for (const auto& filled : kFilledFromReal) {
      const auto* param = info != nullptr ? info->find(filled.param) : nullptr;
      const bool declared = param != nullptr && param->type == plugin::ParamType::kPath;
      if (!(declared || filled.always) || entry.find(filled.param) != nullptr) continue;
      if (real.value(filled.key, "").empty()) {
        return missing(fmt::format("real.{0} is not given (--set real.{0}={1})", filled.key,
                                   filled.placeholder));
      }
      if (declared) fill[filled.param] = real.at(filled.key);
    }
    checked.parts.real_images = true;
  } else if (set == "heldout") {
    const auto* generator = find_used(checked, plugin::Kind::kGenerator);
    if (generator != nullptr && !checked.config["heldout"].contains("generator")) {
      return missing(
          fmt::format("generator {} draws no new people, so that there are no held-out ones; name "
                      "one that does, heldout.generator = {{ plugin = \"morphable\" }}, or use set "
                      "= \"real\"",
                      generator->id));
    }
    checked.parts.heldout = true;
  }
  auto out = check_plugin("benchmark", entry, checked, &fill);
  out.erase("optional");
  out["name"] = name;
  return out;
}

}  // namespace synface::experiment
