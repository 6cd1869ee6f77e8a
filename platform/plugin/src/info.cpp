#include "synface/plugin/info.h"

#include <synface/base/error.h>
#include <synface/base/text.h>

#include <algorithm>
#include <cmath>

#include "abi_copy.h"
#include "ids.h"
#include "range.h"
#include "schema.h"

namespace synface::plugin {
namespace {

constexpr std::uint32_t kMaxParams = 1024;
constexpr std::uint32_t kMaxChoices = 1024;
constexpr std::uint32_t kMaxList = 65536;
// Up to here every plugin of this draft has the members.
constexpr std::size_t kParamMinimum = offsetof(synface_param, alias);
constexpr std::size_t kPluginMinimum = offsetof(synface_plugin, table) + sizeof(void*);

bool has_range(ParamType type) {
  return type == ParamType::kI64 || type == ParamType::kF64 || type == ParamType::kF64List;
}

ParamType type_of(std::uint32_t number) {
  if (number < SYNFACE_PARAM_BOOL || number > SYNFACE_PARAM_F64_LIST) {
    fail(ExitCode::kPlugin, "has the unknown type {}", number);
  }
  return static_cast<ParamType>(number);
}

Json finite(double value, const char* what) {
  if (!std::isfinite(value)) fail(ExitCode::kPlugin, "has a {} that is not finite", what);
  return value;
}

// A default or a neutral value.
Json typed_value(const Param& param, const synface_value& value, const char* what) {
  switch (param.type) {
    case ParamType::kBool:
      if (value.i64 != 0 && value.i64 != 1) fail(ExitCode::kPlugin, "has a {} beside 0, 1", what);
      return value.i64 == 1;
    case ParamType::kI64:
      return value.i64;
    case ParamType::kF64:
      return finite(value.f64, what);
    case ParamType::kText:
    case ParamType::kEnum:
    case ParamType::kPath:
      return copy_text(value.str, what);
    case ParamType::kF64List:
      break;
  }
  Json list = Json::array();
  if (value.count > kMaxList || (value.count > 0 && value.list == nullptr)) {
    fail(ExitCode::kPlugin, "has a {} with {} elements at {}", what, value.count,
         static_cast<const void*>(value.list));
  }
  for (std::uint32_t i = 0; i < value.count; ++i) list.push_back(finite(value.list[i], what));
  return list;
}

void check_value(const Param& param, const Json& value, const char* what) {
  if (param.type == ParamType::kEnum &&
      std::find(param.choices.begin(), param.choices.end(), value) == param.choices.end()) {
    fail(ExitCode::kPlugin, "has a {} that is none of its choices", what);
  }
  if (param.type == ParamType::kPath && !value.get<std::string>().empty() &&
      value.get<std::string>().front() != '/') {
    fail(ExitCode::kPlugin, "has a {} that is neither empty nor an absolute path", what);
  }
  if (!has_range(param.type)) return;
  const Json list = value.is_array() ? value : Json::array({value});
  for (const Json& element : list) {
    if (!in_range(param, element.get<double>())) {
      fail(ExitCode::kPlugin, "has a {} out of its own range", what);
    }
  }
}

std::vector<std::string> copy_choices(const synface_param& from) {
  if (from.n_choices == 0 || from.n_choices > kMaxChoices || from.choices == nullptr) {
    fail(ExitCode::kPlugin, "is a choice with {} choices", from.n_choices);
  }
  std::vector<std::string> choices;
  for (std::uint32_t i = 0; i < from.n_choices; ++i) {
    choices.push_back(copy_text(from.choices[i], "a choice"));
    if (choices.back().empty() ||
        std::find(choices.begin(), choices.end() - 1, choices.back()) != choices.end() - 1) {
      fail(ExitCode::kPlugin, "has an empty choice, or one twice");
    }
  }
  return choices;
}

void copy_range(const synface_param& from, Param& param) {
  if (!has_range(param.type)) return;
  if (std::isnan(from.min) || std::isnan(from.max) || from.min > from.max) {
    fail(ExitCode::kPlugin, "has the impossible range {} to {}", from.min, from.max);
  }
  param.min = from.min;
  param.max = from.max;
  param.min_exclusive = (from.flags & SYNFACE_PARAM_MIN_EXCLUSIVE) != 0;
  param.max_exclusive = (from.flags & SYNFACE_PARAM_MAX_EXCLUSIVE) != 0;
}

Param copy_param(const synface_param& from) {
  Param param;
  param.type = type_of(from.type);
  check_flags(from.flags,
              SYNFACE_PARAM_REQUIRED | SYNFACE_PARAM_HAS_NEUTRAL | SYNFACE_PARAM_MIN_EXCLUSIVE |
                  SYNFACE_PARAM_MAX_EXCLUSIVE,
              "it");
  param.doc = copy_text(from.doc, "its doc");
  param.unit = copy_text(from.unit, "its unit");
  param.alias = copy_text(from.alias, "its alias");
  param.since = copy_text(from.since, "its `since`");
  if (!param.alias.empty() && !is_param_key(param.alias)) {
    fail(ExitCode::kPlugin, "has the alias '{}', which is not [a-z][a-z0-9_]*", param.alias);
  }
  param.required = (from.flags & SYNFACE_PARAM_REQUIRED) != 0;
  param.no_effect = (from.flags & SYNFACE_PARAM_NO_EFFECT) != 0;
  copy_range(from, param);
  if (param.type == ParamType::kEnum) param.choices = copy_choices(from);
  if (!param.required) {
    param.def = typed_value(param, from.def, "default");
    check_value(param, param.def, "default");
  }
  if ((from.flags & SYNFACE_PARAM_HAS_NEUTRAL) != 0) {
    param.neutral = typed_value(param, from.neutral, "neutral value");
    check_value(param, param.neutral, "neutral value");
  }
  return param;
}

// Keys and aliases of a plugin share one space of names.
void check_unique(const std::vector<Param>& params) {
  std::vector<std::string> names;
  for (const Param& p : params) {
    names.push_back(p.key);
    if (!p.alias.empty()) names.push_back(p.alias);
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) fail(ExitCode::kPlugin, "two parameters are called '{}'", *twice);
}

void check_schema_of(const Param& param) {
  if (!is_param_key(param.key)) fail(ExitCode::kPlugin, "is not [a-z][a-z0-9_]*");
  if (!param.alias.empty() && !is_param_key(param.alias)) {
    fail(ExitCode::kPlugin, "has the alias '{}', which is not [a-z][a-z0-9_]*", param.alias);
  }
  if (!(param.min <= param.max)) {
    fail(ExitCode::kPlugin, "has the impossible range {} to {}", param.min, param.max);
  }
  const auto check = [&](const Json& value, const char* what) {
    if (!has_type(param, value)) fail(ExitCode::kPlugin, "has a {} of another type", what);
    check_value(param, value, what);
  };
  if (!param.required) check(param.def, "default");
  if (!param.neutral.is_null()) check(param.neutral, "neutral value");
}

std::vector<Param> copy_params(const synface_plugin& plugin) {
  std::vector<Param> params;
  if (plugin.n_params > kMaxParams || (plugin.n_params > 0 && plugin.params == nullptr)) {
    fail(ExitCode::kPlugin, "it declares {} parameters at {}", plugin.n_params,
         static_cast<const void*>(plugin.params));
  }
  for (std::uint32_t i = 0; i < plugin.n_params; ++i) {
    const std::string number = fmt::format("parameter {}", i);
    const synface_param from = copy_table(plugin.params[i], kParamMinimum, number);
    const std::string key = copy_text(from.key, number + "'s key");
    if (!is_param_key(key)) {
      fail(ExitCode::kPlugin, "{} has the key '{}', which is not [a-z][a-z0-9_]*", number, key);
    }
    try {
      params.push_back(copy_param(from));
      params.back().key = key;
    } catch (const Error& e) {
      fail(ExitCode::kPlugin, "parameter '{}' {}", key, e.what());
    }
  }
  check_unique(params);
  return params;
}

}  // namespace

std::string_view to_text(ParamType type) {
  switch (type) {
    case ParamType::kBool:
      return "bool";
    case ParamType::kI64:
      return "integer";
    case ParamType::kF64:
      return "number";
    case ParamType::kText:
      return "text";
    case ParamType::kEnum:
      return "choice";
    case ParamType::kPath:
      return "path";
    case ParamType::kF64List:
      return "list of numbers";
  }
  return "unknown type";
}

bool in_range(const Param& param, double value) {
  if (param.min_exclusive ? !(value > param.min) : !(value >= param.min)) return false;
  return param.max_exclusive ? value < param.max : value <= param.max;
}

std::string range_text(const Param& param) {
  if (param.type == ParamType::kEnum) return "one of " + join(param.choices, ", ");
  if (!has_range(param.type)) return {};
  std::string text;
  if (std::isfinite(param.min)) {
    text = fmt::format("{} {}", param.min_exclusive ? "above" : "at least", param.min);
  }
  if (std::isfinite(param.max)) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        param.max_exclusive ? "below" : "at most", param.max);
  }
  return text;
}

void check_schema(const PluginInfo& info) {
  if (!is_plugin_id(info.id) || info.revision == 0) {
    fail(ExitCode::kPlugin, "the description of a plugin has the id '{}' and the revision {}",
         info.id, info.revision);
  }
  for (const Param& param : info.params) {
    try {
      check_schema_of(param);
    } catch (const Error& e) {
      fail(ExitCode::kPlugin, "{}: parameter '{}' {}", info.name(), param.key, e.what());
    }
  }
  check_unique(info.params);
}

std::string PluginInfo::name() const {
  return fmt::format("{}/{}", to_text(kind), id);
}

const Param* PluginInfo::find(std::string_view key) const {
  const auto at =
      std::find_if(params.begin(), params.end(), [&](const Param& p) { return p.key == key; });
  return at == params.end() ? nullptr : &*at;
}

PluginInfo info_from_abi(const synface_plugin& given) {
  const synface_plugin plugin = copy_table(&given, kPluginMinimum, "the description of a plugin");
  PluginInfo info;
  info.id = copy_text(plugin.id, "a plugin's id");
  const auto kind = kind_from_number(plugin.kind);
  if (!kind) fail(ExitCode::kPlugin, "plugin '{}' is of the unknown kind {}", info.id, plugin.kind);
  info.kind = *kind;
  if (!is_plugin_id(info.id)) {
    fail(ExitCode::kPlugin, "a {} has the id '{}', which is not [a-z0-9_.]+", to_text(*kind),
         info.id);
  }
  try {
    info.version = copy_text(plugin.version, "its version");
    info.doc = copy_text(plugin.doc, "its doc");
    info.revision = plugin.revision;
    if (info.revision == 0) fail(ExitCode::kPlugin, "its revision is 0, must be at least 1");
    info.params = copy_params(plugin);
  } catch (const Error& e) {
    fail(ExitCode::kPlugin, "{}: {}", info.name(), e.what());
  }
  return info;
}

}  // namespace synface::plugin
