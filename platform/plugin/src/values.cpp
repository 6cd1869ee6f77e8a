#include <synface/base/error.h>

#include <algorithm>

#include "abi_copy.h"
#include "schema.h"
#include "synface/plugin/instance.h"

namespace synface::plugin {
namespace {

[[noreturn]] void mismatch(const PluginInfo& info, const Param& param) {
  fail(ExitCode::kInternal, "{}: parameter '{}' was not validated: {} expected", info.name(),
       param.key, to_text(param.type));
}

}  // namespace

bool has_type(const Param& param, const Json& value) {
  switch (param.type) {
    case ParamType::kBool:
      return value.is_boolean();
    case ParamType::kI64:
      return value.is_number_integer() &&
             (!value.is_number_unsigned() ||
              value.get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
    case ParamType::kF64:
      return value.is_number();
    case ParamType::kText:
    case ParamType::kPath:
      return value.is_string();
    case ParamType::kEnum:
      return value.is_string() &&
             std::find(param.choices.begin(), param.choices.end(), value) != param.choices.end();
    case ParamType::kF64List:
      return value.is_array() &&
             std::all_of(value.begin(), value.end(), [](const Json& v) { return v.is_number(); });
  }
  return false;
}

Values::Values(const PluginInfo& info, const Json& params) {
  values_.reserve(info.params.size());
  for (const Param& param : info.params) {
    const auto given = params.find(param.key);
    if (given == params.end() || !has_type(param, *given)) mismatch(info, param);
    synface_value value{};
    value.type = static_cast<std::uint32_t>(param.type);
    if (param.type == ParamType::kBool) {
      value.i64 = given->get<bool>() ? 1 : 0;
    } else if (param.type == ParamType::kI64) {
      value.i64 = given->get<std::int64_t>();
    } else if (param.type == ParamType::kF64) {
      value.f64 = given->get<double>();
    } else if (param.type == ParamType::kF64List) {
      lists_.push_back(std::make_unique<std::vector<double>>(given->get<std::vector<double>>()));
      value.list = lists_.back()->data();
      value.count = static_cast<std::uint32_t>(lists_.back()->size());
    } else {
      texts_.push_back(std::make_unique<std::string>(given->get<std::string>()));
      value.str = lend(*texts_.back());
    }
    if (param.type == ParamType::kEnum) {
      value.i64 = std::find(param.choices.begin(), param.choices.end(), *texts_.back()) -
                  param.choices.begin();
    }
    values_.push_back(value);
  }
}

}  // namespace synface::plugin
