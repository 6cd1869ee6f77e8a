// Tensors and contexts as they are lent to a plugin: views, shapes, strides and data each in memory
// that can be watched or taken away.
#pragma once

#include <synface/context.h>
#include <synface/tensor.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "memory.h"

namespace synface::plugin::check {

inline constexpr synface_dtype kF32 = {SYNFACE_FLOAT, 32, 1};
inline constexpr synface_dtype kF64 = {SYNFACE_FLOAT, 64, 1};
inline constexpr synface_dtype kI64 = {SYNFACE_INT, 64, 1};
inline constexpr synface_dtype kU8 = {SYNFACE_UINT, 8, 1};

class Lent {
 public:
  // Inputs carry SYNFACE_TENSOR_READ_ONLY. An empty tensor has no data. With channels_last a
  // [B, C, H, W] tensor lies as [B, H, W, C].
  Lent(Memory& memory, std::string_view name, synface_dtype dtype, std::vector<std::int64_t> shape,
       Role role, bool channels_last = false);

  const synface_tensor* view() const { return view_; }
  operator const synface_tensor*() const { return view_; }
  std::byte* data() const { return data_; }
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(data_);
  }
  std::size_t bytes() const { return bytes_; }
  std::int64_t count() const { return count_; }

  // Element i as a double, written or read by the tensor's own type (float32 or float64).
  void set(std::int64_t i, double value);
  double get(std::int64_t i) const;
  // The bytes of n equal parts along the first dimension.
  std::vector<std::string> rows(std::size_t n) const;

 private:
  synface_tensor* view_ = nullptr;
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::int64_t count_ = 1;
  synface_dtype dtype_;
};

// A context in memory of its own.
synface_context* lend_context(Memory& memory);

}  // namespace synface::plugin::check
