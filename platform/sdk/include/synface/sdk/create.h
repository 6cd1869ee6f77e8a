// What a plugin has (deduced from its members) and what its constructor receives.
#pragma once

#include <synface/sdk/param.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace synface::sdk {
inline namespace v0_1 {

// has_NAME<T>: whether T has a member NAME.
#define SYNFACE_SDK_CAPABILITY(NAME)      \
  template <typename T, typename = void>  \
  struct has_##NAME : std::false_type {}; \
  template <typename T>                   \
  struct has_##NAME<T, std::void_t<decltype(&T::NAME)>> : std::true_type {};

SYNFACE_SDK_CAPABILITY(parameters)
SYNFACE_SDK_CAPABILITY(save)
SYNFACE_SDK_CAPABILITY(load)

template <typename T>
constexpr std::size_t n_params() noexcept {
  if constexpr (has_parameters<T>::value) {
    return sizeof(T::parameters) / sizeof(T::parameters[0]);
  } else {
    return 0;
  }
}

template <typename T>
struct ParamPointers {
  const synface_param* items[n_params<T>() == 0 ? 1 : n_params<T>()] = {};
  constexpr ParamPointers() noexcept {
    if constexpr (has_parameters<T>::value) {
      for (std::size_t i = 0; i < n_params<T>(); ++i) items[i] = &T::parameters[i];
    }
  }
  static const ParamPointers pointers;
};
template <typename T>
constexpr ParamPointers<T> ParamPointers<T>::pointers{};

// What a plugin's constructor receives; valid during the constructor only, but for host().
class Create {
 public:
  Create(const synface_host* host, const synface_param* const* params, const synface_value* values,
         uint32_t n, const synface_dims* dims)
      : host_(host), params_(params), values_(values), n_(n), dims_(dims) {}

  const synface_dims& dims() const noexcept { return *dims_; }
  const synface_host& host() const noexcept { return *host_; }

  double f64(std::string_view key) const { return value(key, SYNFACE_PARAM_F64).f64; }
  int64_t i64(std::string_view key) const { return value(key, SYNFACE_PARAM_I64).i64; }
  bool flag(std::string_view key) const { return value(key, SYNFACE_PARAM_BOOL).i64 != 0; }
  std::string text(std::string_view key) const {
    return std::string(view(value(key, SYNFACE_PARAM_STR).str));
  }
  std::string path(std::string_view key) const {
    return std::string(view(value(key, SYNFACE_PARAM_PATH).str));
  }
  std::string choice(std::string_view key) const {
    return std::string(view(value(key, SYNFACE_PARAM_ENUM).str));
  }
  // Index of the choice in the declared list.
  int64_t choice_index(std::string_view key) const { return value(key, SYNFACE_PARAM_ENUM).i64; }
  std::vector<double> list(std::string_view key) const {
    const synface_value& v = value(key, SYNFACE_PARAM_F64_LIST);
    return std::vector<double>(v.list, v.list + v.count);
  }

  // A host service of <synface/ext/...>, or nullptr.
  template <typename Table>
  const Table* find(const char* id) const noexcept {
    return host_->get_ext == nullptr ? nullptr
                                     : static_cast<const Table*>(host_->get_ext(host_, id));
  }
  // The same; Error UNSUPPORTED that names the service when the host has it not.
  template <typename Table>
  const Table& need(const char* id) const {
    const Table* table = find<Table>(id);
    if (table == nullptr) {
      throw Error(SYNFACE_ERR_UNSUPPORTED,
                  std::string("this host does not offer the service ") + id, id);
    }
    return *table;
  }

 private:
  const synface_value& value(std::string_view key, uint32_t type) const {
    for (uint32_t i = 0; i < n_; ++i) {
      if (view(params_[i]->key) == key && params_[i]->type == type) return values_[i];
    }
    throw Error(SYNFACE_ERR_INTERNAL, "the plugin asks for a parameter that it did not declare",
                std::string(key));
  }

  const synface_host* host_;
  const synface_param* const* params_;
  const synface_value* values_;
  uint32_t n_;
  const synface_dims* dims_;
};

}  // namespace v0_1
}  // namespace synface::sdk
