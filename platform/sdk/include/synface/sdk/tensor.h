// Elements of a tensor by their C++ type.
#pragma once

#include <synface/sdk/error.h>

#include <cstdint>
#include <type_traits>

namespace synface::sdk {
inline namespace v0_1 {

inline int64_t count(const Tensor& tensor) noexcept {
  int64_t n = 1;
  for (int32_t i = 0; i < tensor.ndim; ++i) n *= tensor.shape[i];
  return n;
}

template <typename T>
constexpr synface_dtype dtype_of() noexcept {
  using U = std::remove_cv_t<T>;
  if constexpr (std::is_floating_point_v<U>) {
    return {SYNFACE_FLOAT, static_cast<uint8_t>(8 * sizeof(U)), 1};
  } else if constexpr (std::is_signed_v<U>) {
    return {SYNFACE_INT, static_cast<uint8_t>(8 * sizeof(U)), 1};
  } else {
    return {SYNFACE_UINT, static_cast<uint8_t>(8 * sizeof(U)), 1};
  }
}

template <typename T>
bool has_type(const Tensor& tensor) noexcept {
  constexpr synface_dtype wanted = dtype_of<T>();
  return tensor.dtype.code == wanted.code && tensor.dtype.bits == wanted.bits &&
         tensor.dtype.lanes == 1;
}

// The elements of a tensor of T; Error INVALID when its type is another.
template <typename T>
T* data(const Tensor& tensor, const char* name = "tensor") {
  if (!has_type<T>(tensor)) {
    throw Error(SYNFACE_ERR_INVALID, "the tensor has another element type than the plugin expects",
                name);
  }
  return reinterpret_cast<T*>(static_cast<char*>(tensor.data) + tensor.byte_offset);
}

// Calls body(float{}) or body(double{}) by the tensor's type.
template <typename Body>
void for_float_type(const Tensor& tensor, Body&& body) {
  if (has_type<float>(tensor)) {
    body(float{});
  } else if (has_type<double>(tensor)) {
    body(double{});
  } else {
    throw Error(SYNFACE_ERR_UNSUPPORTED, "only float32 and float64 tensors are supported");
  }
}

}  // namespace v0_1
}  // namespace synface::sdk
