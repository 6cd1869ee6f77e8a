// Parameters: what the schema says and what create() makes of its values.
#include <synface/plugin/validate.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include "range.h"
#include "tests.h"

namespace synface::plugin::check {
namespace {

// create() with these parameters: it succeeds, or refuses a combination in words.
void create_or_refuse(Scene& scene, const Json& params, const std::string& what) {
  Making making;
  making.params = &params;
  try {
    scene.destroy(scene.create(making));
  } catch (const CallFailed& failure) {
    const bool words = failure.status == SYNFACE_ERR_INVALID ||
                       failure.status == SYNFACE_ERR_UNSUPPORTED ||
                       failure.status == SYNFACE_ERR_IO;
    if (!words || failure.message.empty()) {
      failed(fmt::format("with {} create() succeeds, or says INVALID or UNSUPPORTED with a message",
                         what),
             failure.text());
    }
  }
}

double inside(double bound, bool exclusive, double towards, bool integer) {
  if (!exclusive) return bound;
  return integer ? bound + (towards > bound ? 1 : -1) : std::nextafter(bound, towards);
}

// The ends of the range, as typed values.
std::vector<Json> extremes(const Param& param) {
  std::vector<Json> values;
  const auto add = [&](double number) {
    if (!std::isfinite(number) || !in_range(param, number)) return;
    if (param.type == ParamType::kI64) {
      // Beyond 2^62 a double no longer names an integer that is surely in the range.
      if (std::abs(number) < 0x1p62) values.emplace_back(static_cast<std::int64_t>(number));
    } else if (param.type == ParamType::kF64List) {
      values.push_back(Json::array({number}));
    } else {
      values.emplace_back(number);
    }
  };
  const bool integer = param.type == ParamType::kI64;
  switch (param.type) {
    case ParamType::kBool:
      return {false, true};
    case ParamType::kEnum:
      for (const std::string& choice : param.choices) values.emplace_back(choice);
      return values;
    case ParamType::kF64List:
      values.push_back(Json::array());
      [[fallthrough]];
    case ParamType::kI64:
    case ParamType::kF64:
      add(inside(param.min, param.min_exclusive, param.max, integer));
      add(inside(param.max, param.max_exclusive, param.min, integer));
      if (!std::isfinite(param.max)) add(1e6);
      if (!std::isfinite(param.min)) add(-1e6);
      return values;
    case ParamType::kText:
    case ParamType::kPath:
      break;
  }
  return values;
}

Json random_value(const Param& param, const Json& usual, Random& random) {
  const double low = std::isfinite(param.min) ? param.min : -1e3;
  const double high = std::isfinite(param.max) ? param.max : std::max(low, 0.0) + 1e3;
  switch (param.type) {
    case ParamType::kBool:
      return random.below(2) == 1;
    case ParamType::kEnum:
      return param.choices[random.below(param.choices.size())];
    case ParamType::kI64: {
      const double value = std::floor(random.uniform(low, high));
      return in_range(param, value) && std::abs(value) < 0x1p62
                 ? Json(static_cast<std::int64_t>(value))
                 : usual;
    }
    case ParamType::kF64: {
      const double value = random.uniform(low, high);
      return in_range(param, value) ? Json(value) : usual;
    }
    default:
      return usual;
  }
}

Validated validated(const PluginInfo& info, const Json& values) {
  Given given;
  given.values = values;
  return validate(info, given);
}

bool refused(const PluginInfo& info, const std::string& key, const Json& value) {
  for (const Diagnostic& d : validated(info, {{key, value}}).diagnostics) {
    if (d.severity == Severity::kError && d.key == key) return true;
  }
  return false;
}

Json wrong_type(const Param& param) {
  switch (param.type) {
    case ParamType::kBool:
    case ParamType::kText:
    case ParamType::kEnum:
    case ParamType::kPath:
      return 3;
    default:
      return "three";
  }
}

// The index beside the text of a choice, in the plugin's own record.
void check_choice(const synface_param& param, const synface_value& value, const char* what) {
  const std::string_view text(value.str.data == nullptr ? "" : value.str.data,
                              static_cast<std::size_t>(value.str.size));
  for (std::uint32_t c = 0; c < param.n_choices; ++c) {
    const std::string_view choice(param.choices[c].data,
                                  static_cast<std::size_t>(param.choices[c].size));
    if (choice == text && value.i64 != c) {
      failed(fmt::format("i64 of {} '{}' of parameter '{}' is its index, {}", what, text,
                         std::string_view(param.key.data, param.key.size), c),
             fmt::format("{}", value.i64));
    }
  }
}

}  // namespace

void param_docs(Scene& scene) {
  if (scene.info().doc.empty()) failed("a sentence about the plugin", "its doc is empty");
  for (const Param& param : scene.info().params) {
    if (param.doc.empty()) {
      failed("a sentence about each parameter", fmt::format("parameter '{}' has none", param.key));
    }
  }
}

void param_schema(Scene& scene) {
  const PluginInfo& info = scene.info();
  if (!refused(info, "no_such_parameter_", 1)) {
    failed("an unknown key is refused", "it was accepted");
  }
  for (const Param& param : info.params) {
    if (!param.required) {
      const Validated v = validated(info, {{param.key, param.def}});
      if (v.params.value(param.key, Json()) != param.def) {
        failed(fmt::format("the default of '{}' is accepted as it is: {}", param.key,
                           param.def.dump()),
               v.params.value(param.key, Json()).dump());
      }
    }
    if (!refused(info, param.key, wrong_type(param))) {
      failed(fmt::format("'{}' = {} is refused", param.key, wrong_type(param).dump()), "accepted");
    }
  }
  const synface_plugin& record = scene.record();
  for (std::uint32_t i = 0; i < record.n_params; ++i) {
    const synface_param& param = *record.params[i];
    if (param.type != SYNFACE_PARAM_ENUM) continue;
    if ((param.flags & SYNFACE_PARAM_REQUIRED) == 0) check_choice(param, param.def, "the default");
    if ((param.flags & SYNFACE_PARAM_HAS_NEUTRAL) != 0) {
      check_choice(param, param.neutral, "the neutral value");
    }
  }
}

void param_bounds(Scene& scene) {
  for (const Param& param : scene.info().params) {
    for (const Json& value : extremes(param)) {
      Json params = scene.params();
      params[param.key] = value;
      create_or_refuse(scene, params, fmt::format("{} = {}", param.key, value.dump()));
    }
  }
}

void param_random(Scene& scene) {
  constexpr int kTries = 50;
  Random random(scene.seed());
  for (int i = 0; i < kTries; ++i) {
    Json params = scene.params();
    for (const Param& param : scene.info().params) {
      params[param.key] = random_value(param, params[param.key], random);
    }
    create_or_refuse(scene, params, params.dump());
  }
}

namespace {

std::vector<std::string> hostile_texts(ParamType type) {
  std::vector<std::string> texts = {"",
                                    "x",
                                    "%s%n%x",
                                    "a\nb\tc\x01",
                                    "\xF0\x9F\x91\xA4 \xC3\xA9",
                                    "'; DROP TABLE trial; --",
                                    std::string(4000, 'A')};
  if (type == ParamType::kPath) {
    for (std::string& text : texts) {
      if (!text.empty()) text = "/nonexistent/" + text.substr(0, 3900);
    }
    texts.emplace_back("/");
    texts.emplace_back("/dev/null");
  }
  return texts;
}

void create_with_texts(Scene& scene, const Json& params, const std::string& what) {
  const Values values(scene.info(), params);
  const synface_value* lent = scene.lend_values(values);
  const synface_dims sizes = scene.dims();
  void* self = nullptr;
  const auto failure = attempt("create", [&](synface_error* error) {
    return scene.plugin().tables.base().create(scene.host(), lent, values.size(), &sizes, &self,
                                               error);
  });
  if (!failure) {
    scene.destroy(self);
  } else if (failure->message.empty() || !is_known(failure->status)) {
    failed(fmt::format("with {} create() succeeds or fails with a message", what), failure->text());
  }
}

}  // namespace

void hostile_strings(Scene& scene) {
  scene.memory().set_tight(true);
  expect_no_fault("a text is read up to its size and not beyond: it is not NUL-terminated");
  bool any = false;
  for (const Param& param : scene.info().params) {
    if (param.type == ParamType::kEnum) {
      any = true;
      for (const std::string& choice : param.choices) {
        Json params = scene.params();
        params[param.key] = choice;
        create_with_texts(scene, params, fmt::format("{} = {}", param.key, choice));
      }
    }
    if (param.type != ParamType::kText && param.type != ParamType::kPath) continue;
    any = true;
    for (const std::string& text : hostile_texts(param.type)) {
      Json params = scene.params();
      params[param.key] = text;
      create_with_texts(scene, params, fmt::format("{} = {:.40}", param.key, text));
    }
  }
  if (!any) skipped("it has no parameter that is a text");
}

}  // namespace synface::plugin::check
