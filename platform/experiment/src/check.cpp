#include "synface/experiment/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "synface/base/text.h"
#include "toml_value.h"

namespace synface::experiment {
namespace {

constexpr std::string_view kTables[] = {"primary", "seed", "generator", "backbone", "loss", "train",
                                        "augment", "real", "heldout",   "run",      "axes"};
constexpr std::string_view kLists[] = {"mixup", "benchmark", "floor"};

std::vector<std::string> key_names(std::string_view section) {
  std::vector<std::string> names;
  for (const auto* key : keys_of(section)) names.emplace_back(key->name);
  return names;
}

std::vector<std::string> top_names() {
  auto names = key_names("");
  names.insert(names.end(), std::begin(kTables), std::end(kTables));
  names.insert(names.end(), std::begin(kLists), std::end(kLists));
  return names;
}

// Where else a key of this name belongs: "; `batch_size` belongs into `train`".
std::string belongs(std::string_view name) {
  for (const auto& key : host_keys()) {
    if (key.name == name && !key.section.empty()) {
      return fmt::format("; did you mean `{}`?", key.path());
    }
  }
  return {};
}

}  // namespace

Location place_of(const Node& document, std::string_view section, std::string_view name) {
  const auto* table = document.find(section);
  if (table == nullptr) return {};
  const auto* value = table->find(name);
  return value != nullptr ? value->where() : document.key_place(section);
}

Checker::Checker(const plugin::Registry& plugins, const Sources& sources, Diagnostics& diagnostics)
    : plugins_(plugins), sources_(sources), diagnostics_(diagnostics) {
  for (const auto& key : host_keys()) {
    standards_.push_back(
        {&key, key.standard.empty() ? std::nullopt : std::optional(toml_value(key.standard))});
  }
}

void Checker::check_sections(const Node& document) const {
  for (const auto& member : document.members()) {
    const auto is = [&](auto& list) {
      return std::find(std::begin(list), std::end(list), member.key) != std::end(list);
    };
    if (is(kTables)) {
      if (!member.value.is(Node::Kind::kTable)) {
        diagnostics_.error(member.value.where(), fmt::format("`{}` wants a table, not {}",
                                                             member.key, member.value.kind_name()));
      }
    } else if (is(kLists)) {
      const auto& items = member.value.items();
      const bool tables = member.value.is(Node::Kind::kArray) &&
                          std::all_of(items.begin(), items.end(),
                                      [](const Node& item) { return item.is(Node::Kind::kTable); });
      if (!tables) {
        diagnostics_.error(member.value.where(), fmt::format("`{}` wants a list of tables: "
                                                             "[ {{ plugin = \"...\" }} ]",
                                                             member.key));
      }
    } else if (!is_host_key("", member.key)) {
      auto advice = hint(member.key, top_names());
      if (advice.empty()) advice = belongs(member.key);
      diagnostics_.error(member.key_place, fmt::format("unknown key `{}`{}", member.key, advice));
    }
  }
}

void Checker::unknown_key(std::string_view section, const Node::Member& member,
                          const plugin::PluginInfo* info) const {
  auto names = key_names(section);
  if (info != nullptr) {
    for (const auto& param : info->params) names.push_back(param.key);
  }
  auto advice = hint(member.key, names);
  if (advice.empty()) advice = belongs(member.key);
  if (advice.empty()) advice = fmt::format("; it has {}", join(names, ", "));
  diagnostics_.error(member.key_place,
                     fmt::format("unknown key `{}.{}`{}", section, member.key, advice));
}

Json Checker::check_table(std::string_view section, const Node* table) const {
  Json out = Json::object();
  for (const auto& standard : standards_) {
    const auto& key = *standard.key;
    if (key.section != section) continue;
    const auto* given = table != nullptr ? table->find(key.name) : nullptr;
    Json value;
    if (standard.value) value = typed(key, *standard.value, {});
    if (given != nullptr) value = typed(key, *given, value);
    if (!value.is_null()) out[std::string(key.name)] = std::move(value);
  }
  if (table != nullptr && !is_plugin_section(section)) {
    for (const auto& member : table->members()) {
      if (!is_host_key(section, member.key)) unknown_key(section, member, nullptr);
    }
  }
  return out;
}

void Checker::check_seeds(const Node& document, const Checked& checked) const {
  const auto& seed = checked.config["seed"];
  if (checked.parts.heldout && seed["test"] == seed["data"]) {
    diagnostics_.error(place_of(document, "seed", "test"),
                       fmt::format("seed.test = seed.data = {}: the held-out people would be the "
                                   "training people; give seed.test another value",
                                   seed["test"].dump()));
  }
}

void Checker::check_budget(const Node& document, Checked& checked) const {
  auto& train = checked.config["train"];
  const auto* table = document.find("train");
  const auto* epochs = table != nullptr ? table->find("epochs") : nullptr;
  if (epochs == nullptr || !train.contains("epochs")) return;
  const double passes = train["epochs"].get<double>();
  train.erase("epochs");
  if (table->find("images_seen") != nullptr) {
    diagnostics_.error(table->key_place("epochs"),
                       "train.epochs and train.images_seen are both given; keep one");
    return;
  }
  const auto& generator = checked.config["generator"];
  if (!generator.is_object()) return;  // there is an error about that already
  const auto images =
      generator.value("identities", std::int64_t{0}) * generator.value("samples", std::int64_t{0});
  if (images == 0) {
    diagnostics_.error(table->key_place("epochs"),
                       "train.epochs needs generator.identities and generator.samples; without "
                       "them give train.images_seen");
    return;
  }
  train["images_seen"] = std::llround(passes * static_cast<double>(images));
}

Checked Checker::check(const Node& document) const {
  Checked checked;
  check_sections(document);
  for (const auto* section : {"seed", "train", "augment", "real", "heldout"}) {
    checked.config[section] = check_table(section, document.find(section));
  }
  // Told only where it is said, so that all other configs stay as they are recorded.
  auto& real = checked.config["real"];
  if (real.value("allow_overlap", false) == false) real.erase("allow_overlap");
  check_generator(document, checked);
  check_heldout(document, checked);
  check_mixups(document, checked);
  check_network(document, checked);
  check_benchmarks(document, checked);
  check_budget(document, checked);
  check_seeds(document, checked);
  return checked;
}

Json Checker::check_run(const Node& document) const {
  auto run = check_table("run", document.find("run"));
  const auto device = run.value("device", std::string("cpu"));
  const bool numbered = device.starts_with("cuda:") && device.size() > 5 &&
                        device.find_first_not_of("0123456789", 5) == std::string::npos;
  if (device != "cpu" && device != "cuda" && !numbered) {
    diagnostics_.error(
        place_of(document, "run", "device"),
        fmt::format("`run.device` is \"cpu\", \"cuda\" or \"cuda:1\", not \"{}\"", device));
  }
  return run;
}

Json Checker::check_description(const Node& document) const {
  Json out = Json::object();
  for (const auto& standard : standards_) {
    const auto& key = *standard.key;
    if (!key.section.empty() || key.type != KeyType::kString) continue;
    const auto* given = document.find(key.name);
    out[std::string(key.name)] = given != nullptr ? typed(key, *given, "") : Json("");
  }
  const auto* primary = document.find("primary");
  out["primary"] = primary != nullptr ? check_table("primary", primary) : Json();
  return out;
}

}  // namespace synface::experiment
