// Tensors over memory of a place. Includes LibTorch.
#pragma once

#include <ATen/ATen.h>
#include <synface/tensor.h>
#include <synface/train/place.h>

namespace synface::train {

inline c10::Device torch_device(const Place& place) {
  if (!place.cuda()) return c10::Device(c10::kCPU);
  return {c10::kCUDA, static_cast<c10::DeviceIndex>(place.id)};
}

template <typename T>
at::Tensor over(const Place& place, T* data, at::IntArrayRef shape) {
  const c10::Device device = torch_device(place);
  const auto type = c10::CppTypeToScalarType<std::remove_const_t<T>>::value;
  return at::for_blob(const_cast<std::remove_const_t<T>*>(data), shape)
      .options(at::TensorOptions(device).dtype(type))
      .target_device(device)
      .make_tensor();
}

// float32 or float64, dense.
inline at::Tensor over(const Place& place, const synface_tensor& t) {
  auto* data = static_cast<char*>(t.data) + t.byte_offset;
  const at::IntArrayRef shape(t.shape, static_cast<std::size_t>(t.ndim));
  if (t.dtype.bits == 64) return over(place, reinterpret_cast<double*>(data), shape);
  return over(place, reinterpret_cast<float*>(data), shape);
}

}  // namespace synface::train
