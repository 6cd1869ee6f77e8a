// PluginInfo as JSON and back: what the cache holds and what `plugin info --json` prints. An
// unbounded minimum or maximum is left out, since JSON has no infinity.
#include <synface/base/error.h>

#include <cmath>

#include "schema.h"
#include "synface/plugin/info.h"

namespace synface::plugin {
namespace {

constexpr ParamType kTypes[] = {ParamType::kBool,   ParamType::kI64,  ParamType::kF64,
                                ParamType::kText,   ParamType::kEnum, ParamType::kPath,
                                ParamType::kF64List};

Json param_to_json(const Param& param) {
  Json json = {{"key", param.key},           {"type", to_text(param.type)},
               {"doc", param.doc},           {"unit", param.unit},
               {"required", param.required}, {"no_effect", param.no_effect},
               {"default", param.def},       {"neutral", param.neutral},
               {"alias", param.alias},       {"since", param.since}};
  if (std::isfinite(param.min)) json["min"] = param.min;
  if (std::isfinite(param.max)) json["max"] = param.max;
  if (param.min_exclusive) json["min_exclusive"] = true;
  if (param.max_exclusive) json["max_exclusive"] = true;
  if (param.type == ParamType::kEnum) json["choices"] = param.choices;
  return json;
}

ParamType type_from_json(const Json& json) {
  const auto text = json.get<std::string>();
  for (const ParamType type : kTypes) {
    if (to_text(type) == text) return type;
  }
  fail(ExitCode::kPlugin, "unknown type '{}' of a parameter", text);
}

Param param_from_json(const Json& json) {
  Param param;
  param.key = json.at("key").get<std::string>();
  param.type = type_from_json(json.at("type"));
  param.doc = json.at("doc").get<std::string>();
  param.unit = json.at("unit").get<std::string>();
  param.required = json.at("required").get<bool>();
  param.no_effect = json.at("no_effect").get<bool>();
  param.def = json.at("default");
  param.neutral = json.at("neutral");
  param.alias = json.at("alias").get<std::string>();
  param.since = json.at("since").get<std::string>();
  param.min = json.value("min", param.min);
  param.max = json.value("max", param.max);
  param.min_exclusive = json.value("min_exclusive", false);
  param.max_exclusive = json.value("max_exclusive", false);
  if (param.type == ParamType::kEnum) {
    param.choices = json.at("choices").get<std::vector<std::string>>();
  }
  return param;
}

}  // namespace

Json to_json(const PluginInfo& info) {
  Json params = Json::array();
  for (const Param& param : info.params) params.push_back(param_to_json(param));
  return {{"kind", to_text(info.kind)},
          {"id", info.id},
          {"version", info.version},
          {"doc", info.doc},
          {"revision", info.revision},
          {"params", std::move(params)},
          {"traits", info.traits},
          {"library", info.library.string()},
          {"sha256", info.sha256},
          {"abi", info.abi},
          {"torch", info.torch},
          {"cuda", info.cuda},
          {"sdk", info.sdk}};
}

PluginInfo info_from_json(const Json& json) {
  try {
    PluginInfo info;
    const auto kind = kind_from_text(json.at("kind").get<std::string>());
    if (!kind) fail(ExitCode::kPlugin, "the description of a plugin names an unknown kind");
    info.kind = *kind;
    info.id = json.at("id").get<std::string>();
    info.version = json.at("version").get<std::string>();
    info.doc = json.at("doc").get<std::string>();
    info.revision = json.at("revision").get<std::uint32_t>();
    for (const Json& param : json.at("params")) info.params.push_back(param_from_json(param));
    info.traits = json.at("traits").get<std::vector<std::string>>();
    info.library = json.at("library").get<std::string>();
    info.sha256 = json.at("sha256").get<std::string>();
    info.abi = json.at("abi").get<std::string>();
    info.torch = json.at("torch").get<std::string>();
    info.cuda = json.at("cuda").get<std::string>();
    info.sdk = json.at("sdk").get<std::string>();
    check_schema(info);
    return info;
  } catch (const Json::exception& e) {
    fail(ExitCode::kPlugin, "the description of a plugin is not as this program writes it: {}",
         e.what());
  }
}

}  // namespace synface::plugin
