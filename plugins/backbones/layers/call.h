// What the layers of a network need to know about the compute call that they run in.
#ifndef SYNFACE_BACKBONES_LAYERS_CALL_H
#define SYNFACE_BACKBONES_LAYERS_CALL_H

#include <ATen/ATen.h>
#include <synface/sdk/core.h>

#include <memory>

namespace synface::layers {

enum class Mode {
  kTrain,      // batch statistics, running statistics follow with momentum 0.1, dropout
  kEval,       // running statistics
  kCalibrate,  // batch statistics, which are averaged into the running ones; no dropout
};

struct Call {
  const synface_context* context;
  const synface_ext_parallel* parallel;  // NULL: one thread
  Mode mode;
  double momentum;  // weight of the batch in the running statistics

  bool uses_batch_statistics() const noexcept { return mode != Mode::kEval; }
};

constexpr double kMomentum = 0.1;

// The calls of a plugin; calibration call k of the running mean over calls weighs 1 / (k + 1).
Call make_call(const synface_context& context, const synface_ext_parallel* parallel, Mode mode);
Call calibration_call(const synface_context& context, const synface_ext_parallel* parallel,
                      std::uint64_t k);

// Throws CANCELLED when the host asked for it.
void check_cancelled(const synface_context& context);

// Puts LibTorch into the state that the layers want for the life of the object, on this thread:
// no automatic differentiation, whatever the thread did before, and CUDA's current stream is the
// context's.
class TorchScope {
 public:
  explicit TorchScope(const synface_context& context);
  ~TorchScope();
  TorchScope(const TorchScope&) = delete;
  TorchScope& operator=(const TorchScope&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Runs body(first, last) over 0 .. n - 1 in ranges of at least `grain` on the host's threads.
template <typename Body>
void parallel_ranges(const Call& call, std::int64_t n, std::int64_t grain, Body&& body) {
  if (n <= 0) return;
  if (call.parallel == nullptr || call.context->threads <= 1 || n <= grain) {
    body(std::int64_t{0}, n);
    return;
  }
  const auto thunk = [](void* user, std::uint64_t first, std::uint64_t last,
                        synface_error*) noexcept -> synface_status {
    (*static_cast<std::remove_reference_t<Body>*>(user))(static_cast<std::int64_t>(first),
                                                         static_cast<std::int64_t>(last));
    return SYNFACE_OK;
  };
  synface_error error = sdk::empty_error();
  sdk::check(call.parallel->each(call.context, static_cast<std::uint64_t>(n),
                                 static_cast<std::uint64_t>(grain), thunk, &body, &error),
             error);
}

// A view as an at::Tensor that shares its memory; [B, C, H, W] keeps its channels-last strides.
at::Tensor to_torch(const synface_tensor& view);
// An image batch as channels-last float32, copied only when it lies otherwise.
at::Tensor to_channels_last(const synface_tensor& images);

// A [B, C, H, W] tensor whose memory is [B, H, W, C], contents undefined.
at::Tensor empty_channels_last(at::IntArrayRef shape, const at::Tensor& like);
// The same tensor with exactly those strides (oneDNN's results have them already).
at::Tensor as_channels_last(const at::Tensor& x);

}  // namespace synface::layers

#endif
