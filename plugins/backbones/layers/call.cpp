#include "layers/call.h"

#include <c10/core/InferenceMode.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <optional>

namespace synface::layers {

Call make_call(const synface_context& context, const synface_ext_parallel* parallel, Mode mode) {
  if (context.compute.code != SYNFACE_FLOAT || context.compute.bits != 32) {
    throw sdk::Error(SYNFACE_ERR_UNSUPPORTED,
                     "this backbone computes in float32 only; set train.precision = \"float32\"",
                     "context.compute");
  }
  return {&context, parallel, mode, kMomentum};
}

Call calibration_call(const synface_context& context, const synface_ext_parallel* parallel,
                      std::uint64_t k) {
  Call call = make_call(context, parallel, Mode::kCalibrate);
  call.momentum = 1.0 / (static_cast<double>(k) + 1.0);
  return call;
}

void check_cancelled(const synface_context& context) {
  if (context.cancel != nullptr && *context.cancel != 0) {
    throw sdk::Error(SYNFACE_ERR_CANCELLED, "cancelled by the host");
  }
}

struct TorchScope::State {
  c10::InferenceMode no_autograd{true};
  std::optional<c10::impl::VirtualGuardImpl> cuda;
  std::optional<c10::Stream> before;
};

TorchScope::TorchScope(const synface_context& context) : state_(std::make_unique<State>()) {
  if (context.dev_type != SYNFACE_DEVICE_CUDA) return;
  const c10::Device device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(context.dev_id));
  state_->cuda.emplace(c10::DeviceType::CUDA);
  // c10 numbers a stream that it did not make itself by the address of its handle, and the default
  // stream by 0 (c10/cuda/CUDAStream.cpp).
  const auto id = static_cast<c10::StreamId>(reinterpret_cast<std::intptr_t>(context.stream));
  state_->before = state_->cuda->exchangeStream(c10::Stream(c10::Stream::UNSAFE, device, id));
}

TorchScope::~TorchScope() {
  if (state_->before) state_->cuda->exchangeStream(*state_->before);
}

at::Tensor to_torch(const synface_tensor& view) {
  if (!sdk::has_type<float>(view)) {
    throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "a backbone works on float32 tensors only");
  }
  const auto dims = static_cast<std::size_t>(view.ndim);
  const bool cuda = view.dev_type == SYNFACE_DEVICE_CUDA;
  const auto options = at::TensorOptions()
                           .dtype(at::kFloat)
                           .device(cuda ? at::kCUDA : at::kCPU,
                                   static_cast<c10::DeviceIndex>(cuda ? view.dev_id : -1));
  return at::from_blob(static_cast<char*>(view.data) + view.byte_offset,
                       at::IntArrayRef(view.shape, dims), at::IntArrayRef(view.strides, dims),
                       options);
}

at::Tensor to_channels_last(const synface_tensor& images) {
  return as_channels_last(to_torch(images));
}

at::Tensor empty_channels_last(at::IntArrayRef shape, const at::Tensor& like) {
  return at::empty(shape, like.options(), at::MemoryFormat::ChannelsLast);
}

at::Tensor as_channels_last(const at::Tensor& x) {
  const std::int64_t c = x.size(1), h = x.size(2), w = x.size(3);
  const std::int64_t wanted[] = {h * w * c, 1, w * c, c};
  if (x.strides() == at::IntArrayRef(wanted)) return x;
  at::Tensor y = at::empty_strided(x.sizes(), wanted, x.options());
  y.copy_(x);
  return y;
}

}  // namespace synface::layers
