// A plugin's parameters: a schema as the cache and a described plugin give it (JSON), a line of
// three dashes, and what a user wrote for it (TOML). Without the line, all of it is what was
// written for a schema that has a parameter of every type.
#include <synface/experiment/node.h>
#include <synface/plugin/instance.h>
#include <synface/plugin/validate.h>

#include <optional>

#include "fuzz.h"

namespace synface::fuzz {
namespace {

constexpr std::string_view kCut = "\n---\n";

plugin::Param param(std::string key, plugin::ParamType type, Json def) {
  plugin::Param made;
  made.key = std::move(key);
  made.type = type;
  made.def = std::move(def);
  return made;
}

plugin::PluginInfo every_type() {
  using plugin::ParamType;
  plugin::PluginInfo info;
  info.id = "fuzzed";
  info.revision = 1;
  info.params = {param("flag", ParamType::kBool, false),
                 param("count", ParamType::kI64, 3),
                 param("rate", ParamType::kF64, 0.5),
                 param("word", ParamType::kText, ""),
                 param("choice", ParamType::kEnum, "first"),
                 param("file", ParamType::kPath, ""),
                 param("steps", ParamType::kF64List, Json::array())};
  info.params[1].min = 1;
  info.params[1].max = 1000;
  info.params[1].alias = "number";
  info.params[2].min = 0;
  info.params[2].min_exclusive = true;
  info.params[2].max = 1;
  info.params[4].choices = {"first", "second"};
  return info;
}

std::optional<plugin::PluginInfo> read_schema(std::string_view text) {
  try {
    plugin::PluginInfo info = plugin::info_from_json(parse_json(text, "schema", ExitCode::kPlugin));
    require(plugin::info_from_json(plugin::to_json(info)) == info, "a schema survives the cache");
    return info;
  } catch (const Error& e) {
    require(e.code() == ExitCode::kPlugin && *e.what() != '\0', "a bad schema is refused by name");
    return std::nullopt;
  }
}

void check_values(const plugin::PluginInfo& info, const Json& values) {
  plugin::Given given;
  given.values = values;
  const plugin::Validated validated = plugin::validate(info, given);
  for (const plugin::Diagnostic& d : validated.diagnostics) {
    require(!plugin::to_text(d).empty(), "a diagnostic says something");
  }
  if (!validated.ok()) return;
  const plugin::Values for_the_plugin(info, validated.params);
  require(for_the_plugin.size() == info.params.size(), "every parameter gets a value");
  given.values = validated.params;
  const plugin::Validated again = plugin::validate(info, given);
  require(again.ok() && again.params == validated.params, "what was accepted is accepted again");
  require(parse_json(canonical_dump(validated.params), "canonical") == validated.params,
          "accepted values have a canonical spelling");
}

}  // namespace
}  // namespace synface::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace synface::fuzz;
  std::string_view text = as_text(data, size);
  std::optional<synface::plugin::PluginInfo> info = every_type();
  if (const auto cut = text.find(kCut); cut != std::string_view::npos) {
    info = read_schema(text.substr(0, cut));
    text.remove_prefix(cut + kCut.size());
  }
  if (!info) return 0;
  synface::experiment::Diagnostics diagnostics;
  synface::experiment::Sources sources;
  const std::string toml(text);
  const int source = sources.add("values.toml", toml, "/");
  const auto table = synface::experiment::read_toml(toml, source, diagnostics);
  require(table.has_value() != (diagnostics.errors() > 0), "bad TOML is an error");
  if (table) check_values(*info, table->to_json());
  for (const auto& d : diagnostics.list()) {
    require(!synface::experiment::Diagnostics::text(d, sources).empty(), "an error says something");
  }
  return 0;
}
