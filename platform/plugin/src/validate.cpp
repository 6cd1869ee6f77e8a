#include "synface/plugin/validate.h"

#include <synface/base/error.h>
#include <synface/base/text.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "range.h"

namespace synface::plugin {
namespace {

// A value of the right type, or why it is not one.
struct Converted {
  Json value;
  std::string fault;  // "" when the value is good
};

Converted fault(std::string text) {
  return {nullptr, std::move(text)};
}

// How a value looks in a message.
std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  constexpr int kMost = 60;
  return cut(text, kMost);
}

std::string wrong_type(const Param& param, const Json& value) {
  static constexpr const char* kWanted[] = {"",
                                            "true or false",
                                            "an integer",
                                            "a number",
                                            "a text in quotes",
                                            "one of its choices in quotes",
                                            "a path in quotes",
                                            "a list of numbers in brackets"};
  return fmt::format("{} = {} is not {}", param.key, shown(value),
                     kWanted[static_cast<std::uint32_t>(param.type)]);
}

std::string out_of_range(const Param& param, const Json& value) {
  return fmt::format("{} = {} is out of range: {}{}", param.key, shown(value), range_text(param),
                     param.unit.empty() ? "" : " " + param.unit);
}

Converted to_integer(const Param& param, const Json& value) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  std::int64_t number = 0;
  if (value.is_number_unsigned()) {
    if (value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
      return fault(out_of_range(param, value));
    }
    number = value.get<std::int64_t>();
  } else if (value.is_number_integer()) {
    number = value.get<std::int64_t>();
  } else if (value.is_number_float()) {
    const double real = value.get<double>();
    if (!std::isfinite(real) || std::trunc(real) != real) return fault(wrong_type(param, value));
    if (real < -kLimit || real >= kLimit) return fault(out_of_range(param, value));
    number = static_cast<std::int64_t>(real);
  } else {
    return fault(wrong_type(param, value));
  }
  if (!in_range(param, static_cast<double>(number))) return fault(out_of_range(param, value));
  return {number, {}};
}

Converted to_real(const Param& param, const Json& value) {
  if (!value.is_number()) return fault(wrong_type(param, value));
  const double real = value.get<double>();
  if (!std::isfinite(real)) {
    return fault(fmt::format("{} is {}; it must be a finite number", param.key, real));
  }
  if (!in_range(param, real)) return fault(out_of_range(param, value));
  return {real == 0.0 ? 0.0 : real, {}};  // no negative zero
}

Converted to_list(const Param& param, const Json& value) {
  if (!value.is_array()) return fault(wrong_type(param, value));
  Json list = Json::array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    Param element = param;
    element.key = fmt::format("{}[{}]", param.key, i);
    element.type = ParamType::kF64;
    Converted one = to_real(element, value[i]);
    if (!one.fault.empty()) return one;
    list.push_back(std::move(one.value));
  }
  return {std::move(list), {}};
}

Converted to_choice(const Param& param, const Json& value) {
  if (!value.is_string()) return fault(wrong_type(param, value));
  const auto& text = value.get_ref<const std::string&>();
  if (std::find(param.choices.begin(), param.choices.end(), text) != param.choices.end()) {
    return {value, {}};
  }
  return fault(fmt::format("{} = \"{}\" is not {}{}", param.key, text, range_text(param),
                           hint(text, param.choices)));
}

Converted to_path(const Param& param, const Json& value, const Position& where) {
  if (!value.is_string()) return fault(wrong_type(param, value));
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty()) {
    if (param.required) return fault(fmt::format("{} is empty; a path is needed", param.key));
    return {value, {}};
  }
  const auto path = std::filesystem::absolute(where.folder / text).lexically_normal();
  std::error_code ignored;
  if (!param.no_effect && !std::filesystem::exists(path, ignored)) {
    return fault(fmt::format("{} = \"{}\": there is no {}", param.key, text, path.string()));
  }
  return {path.string(), {}};
}

Converted convert(const Param& param, const Json& value, const Position& where) {
  switch (param.type) {
    case ParamType::kBool:
      return value.is_boolean() ? Converted{value, {}} : fault(wrong_type(param, value));
    case ParamType::kI64:
      return to_integer(param, value);
    case ParamType::kF64:
      return to_real(param, value);
    case ParamType::kText:
      return value.is_string() ? Converted{value, {}} : fault(wrong_type(param, value));
    case ParamType::kEnum:
      return to_choice(param, value);
    case ParamType::kPath:
      return to_path(param, value, where);
    case ParamType::kF64List:
      return to_list(param, value);
  }
  return fault("of an unknown type");
}

class Validator {
 public:
  Validator(const PluginInfo& info, const Given& given) : info_(info), given_(given) {}

  Validated run() {
    for (const auto& [key, value] : given_.values.items()) take(key, value);
    for (const Param& param : info_.params) complete(param);
    return std::move(result_);
  }

 private:
  Position where(const std::string& key) const {
    const auto at = given_.positions.find(key);
    return at == given_.positions.end() ? given_.table : at->second;
  }

  void say(Severity severity, const std::string& key, const Position& position,
           const std::string& message) {
    result_.diagnostics.push_back(
        {severity, position, key, fmt::format("{}: {}", info_.name(), message)});
  }
  void error(const std::string& key, const std::string& message) {
    say(Severity::kError, key, where(key), message);
  }

  const Param* by_alias(const std::string& key) const {
    const auto at = std::find_if(info_.params.begin(), info_.params.end(), [&](const Param& p) {
      return !p.alias.empty() && p.alias == key;
    });
    return at == info_.params.end() ? nullptr : &*at;
  }

  void unknown(const std::string& key) {
    std::vector<std::string> keys;
    for (const Param& p : info_.params) keys.push_back(p.key);
    error(key,
          fmt::format("unknown key '{}'{}{}", key, hint(key, keys),
                      keys.empty() ? "; it has no parameters" : "; it has " + join(keys, ", ")));
  }

  void take(const std::string& key, const Json& value) {
    const Param* param = info_.find(key);
    if (param == nullptr) {
      param = by_alias(key);
      if (param == nullptr) return unknown(key);
      if (given_.values.contains(param->key)) {
        return error(key, fmt::format("'{}' is the former name of '{}', and both are given", key,
                                      param->key));
      }
      say(Severity::kWarning, key, where(key),
          fmt::format("'{}' is now called '{}'", key, param->key));
    }
    Converted converted = convert(*param, value, where(key));
    if (converted.fault.empty()) {
      result_.params[param->key] = std::move(converted.value);
    } else {
      error(key, converted.fault);
      faulty_.push_back(param->key);
    }
  }

  void complete(const Param& param) {
    if (result_.params.contains(param.key)) return;
    if (!param.required) {
      result_.params[param.key] = param.def;
    } else if (std::find(faulty_.begin(), faulty_.end(), param.key) == faulty_.end()) {
      say(Severity::kError, "", given_.table,
          fmt::format("'{}' must be given: {}", param.key,
                      param.doc.empty() ? to_text(param.type) : std::string_view(param.doc)));
    }
  }

  const PluginInfo& info_;
  const Given& given_;
  Validated result_;
  std::vector<std::string> faulty_;
};

}  // namespace

std::string to_text(const Diagnostic& diagnostic) {
  std::string place = diagnostic.where.file;
  if (diagnostic.where.line > 0) {
    place += fmt::format(":{}:{}", diagnostic.where.line, diagnostic.where.column);
  }
  return fmt::format("{}{}{}: {}", place, place.empty() ? "" : ": ",
                     diagnostic.severity == Severity::kError ? "error" : "warning",
                     diagnostic.message);
}

bool Validated::ok() const {
  return std::none_of(diagnostics.begin(), diagnostics.end(),
                      [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

Validated validate(const PluginInfo& info, const Given& given) {
  if (!given.values.is_object()) {
    fail(ExitCode::kInternal, "the parameters of {} are no table", info.name());
  }
  return Validator(info, given).run();
}

}  // namespace synface::plugin
