// ABI views of the host's tensors.
#pragma once

#include <synface/tensor.h>
#include <synface/train/place.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>

namespace synface::train {

template <typename T>
constexpr synface_dtype dtype_of() {
  constexpr auto bits = static_cast<std::uint8_t>(8 * sizeof(T));
  if constexpr (std::is_floating_point_v<T>) return {SYNFACE_FLOAT, bits, 1};
  if constexpr (std::is_signed_v<T>) return {SYNFACE_INT, bits, 1};
  return {SYNFACE_UINT, bits, 1};
}

// A synface_tensor with the shape and strides that it points to; memory belongs to somebody else.
// Dense and row-major, on the CPU unless on() says otherwise.
class View {
 public:
  View() { fill({}, {}); }
  template <typename T>
  View(T* data, std::initializer_list<std::int64_t> shape, std::uint64_t flags = 0)
      : View(const_cast<std::remove_const_t<T>*>(data), dtype_of<std::remove_const_t<T>>(),
             {shape.begin(), shape.size()},
             flags | (std::is_const_v<T> ? SYNFACE_TENSOR_READ_ONLY : 0)) {}
  View(void* data, synface_dtype dtype, std::span<const std::int64_t> shape,
       std::uint64_t flags = 0) {
    tensor_.data = data;
    tensor_.flags = flags;
    fill(shape, dtype);
  }
  View(const View& other) { *this = other; }
  View& operator=(const View& other) {
    tensor_ = other.tensor_;
    shape_ = other.shape_;
    strides_ = other.strides_;
    tensor_.shape = shape_.data();
    tensor_.strides = strides_.data();
    return *this;
  }
  ~View() = default;

  // The same view of memory that lies at `place`.
  View on(const Place& place) const {
    View view(*this);
    view.tensor_.dev_type = place.type;
    view.tensor_.dev_id = place.id;
    return view;
  }

  const synface_tensor& operator*() const { return tensor_; }
  const synface_tensor* get() const { return &tensor_; }
  std::int64_t count() const {
    std::int64_t n = 1;
    for (std::int32_t d = 0; d < tensor_.ndim; ++d) n *= shape_[static_cast<std::size_t>(d)];
    return n;
  }

 private:
  void fill(std::span<const std::int64_t> shape, synface_dtype dtype) {
    tensor_.dev_type = SYNFACE_DEVICE_CPU;
    tensor_.dtype = dtype;
    tensor_.ndim = static_cast<std::int32_t>(shape.size());
    std::int64_t stride = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
      shape_[d] = shape[d];
      strides_[d] = stride;
      stride *= shape[d];
    }
    if ((tensor_.flags & SYNFACE_TENSOR_CHANNELS_LAST) != 0 && shape.size() == 4) {
      strides_[0] = shape[1] * shape[2] * shape[3];
      strides_[1] = 1;
      strides_[2] = shape[3] * shape[1];
      strides_[3] = shape[1];
    }
    tensor_.shape = shape_.data();
    tensor_.strides = strides_.data();
  }

  synface_tensor tensor_{};
  std::array<std::int64_t, SYNFACE_MAX_DIMS> shape_{};
  std::array<std::int64_t, SYNFACE_MAX_DIMS> strides_{};
};

}  // namespace synface::train
