// A schema of parameters as constexpr data: f64("scale", 30).range(0, 1000).doc("...").
#pragma once

#include <synface/sdk/error.h>

#include <cstddef>
#include <cstdint>

namespace synface::sdk {
inline namespace v0_1 {

template <std::size_t N>
struct Choices {
  synface_str items[N];
  template <typename... Text>
  constexpr explicit Choices(Text... text) : items{str(text)...} {}
};
template <typename... Text>
Choices(Text...) -> Choices<sizeof...(Text)>;

constexpr double kUnbounded = __builtin_inf();

// One parameter of a schema, built by the functions below: f64("scale", 30).range(0,
// 1000).doc("...").
class Param : public synface_param {
 public:
  constexpr Param(uint32_t param_type, const char* param_key) noexcept : synface_param{} {
    struct_size = sizeof(synface_param);
    type = param_type;
    key = str(param_key);
    synface_param::min = -kUnbounded;
    synface_param::max = kUnbounded;
    def.type = param_type;
    synface_param::neutral.type = param_type;
  }

  constexpr Param min(double low) const noexcept {
    return with([&](Param& p) { p.set_min(low); });
  }
  constexpr Param max(double high) const noexcept {
    return with([&](Param& p) { p.set_max(high); });
  }
  constexpr Param range(double low, double high) const noexcept { return min(low).max(high); }
  constexpr Param above(double low) const noexcept {
    return min(low).with([](Param& p) { p.flags |= SYNFACE_PARAM_MIN_EXCLUSIVE; });
  }
  constexpr Param below(double high) const noexcept {
    return max(high).with([](Param& p) { p.flags |= SYNFACE_PARAM_MAX_EXCLUSIVE; });
  }
  constexpr Param doc(const char* text) const noexcept {
    return with([&](Param& p) { p.synface_param::doc = str(text); });
  }
  constexpr Param unit(const char* text) const noexcept {
    return with([&](Param& p) { p.synface_param::unit = str(text); });
  }
  constexpr Param alias(const char* text) const noexcept {
    return with([&](Param& p) { p.synface_param::alias = str(text); });
  }
  constexpr Param since(const char* text) const noexcept {
    return with([&](Param& p) { p.synface_param::since = str(text); });
  }
  constexpr Param required() const noexcept {
    return with([](Param& p) { p.flags |= SYNFACE_PARAM_REQUIRED; });
  }
  // The value at which the plugin behaves as it did before it had this parameter.
  constexpr Param neutral_f64(double value) const noexcept {
    return with([&](Param& p) {
      p.flags |= SYNFACE_PARAM_HAS_NEUTRAL;
      p.synface_param::neutral.f64 = value;
    });
  }
  constexpr Param neutral_i64(int64_t value) const noexcept {
    return with([&](Param& p) {
      p.flags |= SYNFACE_PARAM_HAS_NEUTRAL;
      p.synface_param::neutral.i64 = value;
    });
  }
  constexpr Param neutral_str(const char* value) const noexcept {
    return with([&](Param& p) {
      p.flags |= SYNFACE_PARAM_HAS_NEUTRAL;
      p.synface_param::neutral.str = str(value);
    });
  }
  // Changes no number, so that it is no part of a trial's identity.
  constexpr Param no_effect() const noexcept {
    return with([](Param& p) { p.flags |= SYNFACE_PARAM_NO_EFFECT; });
  }

  template <typename Change>
  constexpr Param with(Change&& change) const noexcept {
    Param copy = *this;
    change(copy);
    return copy;
  }

 private:
  constexpr void set_min(double low) noexcept { synface_param::min = low; }
  constexpr void set_max(double high) noexcept { synface_param::max = high; }
};

constexpr Param f64(const char* key, double value) noexcept {
  return Param(SYNFACE_PARAM_F64, key).with([&](Param& p) { p.def.f64 = value; });
}
constexpr Param i64(const char* key, int64_t value) noexcept {
  return Param(SYNFACE_PARAM_I64, key).with([&](Param& p) { p.def.i64 = value; });
}
constexpr Param flag(const char* key, bool value) noexcept {
  return Param(SYNFACE_PARAM_BOOL, key).with([&](Param& p) { p.def.i64 = value ? 1 : 0; });
}
constexpr Param text(const char* key, const char* value) noexcept {
  return Param(SYNFACE_PARAM_STR, key).with([&](Param& p) { p.def.str = str(value); });
}
constexpr Param path(const char* key, const char* value) noexcept {
  return Param(SYNFACE_PARAM_PATH, key).with([&](Param& p) { p.def.str = str(value); });
}
// One of `choices`, an object that lives as long as the library; `index` is the default.
template <std::size_t N>
constexpr Param one_of(const char* key, const Choices<N>& choices, std::size_t index) noexcept {
  return Param(SYNFACE_PARAM_ENUM, key).with([&](Param& p) {
    p.choices = choices.items;
    p.n_choices = static_cast<uint32_t>(N);
    p.def.str = choices.items[index];
    p.def.i64 = static_cast<int64_t>(index);
  });
}
// A list of numbers; `values` is an array that lives as long as the library.
template <std::size_t N>
constexpr Param f64_list(const char* key, const double (&values)[N]) noexcept {
  return Param(SYNFACE_PARAM_F64_LIST, key).with([&](Param& p) {
    p.def.list = values;
    p.def.count = static_cast<uint32_t>(N);
  });
}

}  // namespace v0_1
}  // namespace synface::sdk
