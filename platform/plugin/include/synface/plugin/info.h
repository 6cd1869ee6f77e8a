// What is known about a plugin without loading it: its parameters and where it lies. Copied from
// the plugin's descriptors once, kept as JSON in the cache (registry.h).
#pragma once

#include <synface/base/json.h>
#include <synface/plugin/kind.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace synface::plugin {

enum class ParamType : std::uint32_t {
  kBool = SYNFACE_PARAM_BOOL,
  kI64 = SYNFACE_PARAM_I64,
  kF64 = SYNFACE_PARAM_F64,
  kText = SYNFACE_PARAM_STR,
  kEnum = SYNFACE_PARAM_ENUM,
  kPath = SYNFACE_PARAM_PATH,
  kF64List = SYNFACE_PARAM_F64_LIST,
};

// "bool", "integer", "number", "text", "choice", "path", "list of numbers".
std::string_view to_text(ParamType type);

// One parameter; <synface/param.h> says what each member means.
struct Param {
  std::string key;
  ParamType type = ParamType::kBool;
  std::string doc, unit;
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_exclusive = false, max_exclusive = false;
  bool required = false;
  bool no_effect = false;
  Json def;      // the default as a typed value; null when required
  Json neutral;  // null: none
  std::vector<std::string> choices;
  std::string alias, since;

  bool operator==(const Param&) const = default;
};

// "above 0, at most 1", "one of a, b", "" when every value of the type is allowed.
std::string range_text(const Param& param);

struct PluginInfo {
  Kind kind = Kind::kGenerator;
  std::string id, version, doc;
  std::uint32_t revision = 0;
  std::vector<Param> params;
  // What else it is, so that a plan need not load it: a generator "latent" or "index"; a backbone
  // "trainable" or "frozen"; a mixup "latent" or "batch" (the stage of its info() with default
  // parameters) and "real" when it reads the real set. Empty where it could not be told.
  std::vector<std::string> traits;

  // The same for every plugin of a library.
  std::filesystem::path library;  // absolute
  std::string sha256;             // of the library file, 64 hex digits
  std::string abi;                // "0.1"
  std::string torch;              // "": pure, no LibTorch
  std::string cuda, sdk;

  // "loss/cosface", as messages and a trial's spec name it.
  std::string name() const;
  const Param* find(std::string_view key) const;  // by key, not by alias; nullptr: none

  bool operator==(const PluginInfo&) const = default;
};

Json to_json(const PluginInfo& info);
// Error(kPlugin) when the JSON is not what to_json() writes.
PluginInfo info_from_json(const Json& json);

// Copies and checks a plugin's descriptor (without library, sha256, abi, torch, cuda and sdk).
// Error(kPlugin) that names the plugin and the member that breaks the contract.
PluginInfo info_from_abi(const synface_plugin& plugin);

}  // namespace synface::plugin
