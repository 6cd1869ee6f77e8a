// LibTorch on a device, told without its headers.
#pragma once

#include <synface/tensor.h>
#include <synface/train/place.h>

#include <cstddef>
#include <memory>
#include <string>

namespace synface::train {

// Maps libtorch_cuda.so, which lies beside libtorch_cpu.so, into the process; before any other use
// of LibTorch's CUDA. Returns "", or what went wrong.
std::string load_torch_cuda();

// Starts it: float32 without TF32; with `deterministic` algorithms that give the same bits each
// time. Returns "", or what went wrong.
std::string start_torch_cuda(bool deterministic);

// For the life of the object: no automatic differentiation, and LibTorch's current device and
// stream on this thread are the place's.
class TorchPlace {
 public:
  explicit TorchPlace(const Place& place);
  ~TorchPlace();
  TorchPlace(const TorchPlace&) = delete;
  TorchPlace& operator=(const TorchPlace&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Memory of LibTorch's caching allocator for the place, ordered on its stream.
void* torch_take(const Place& place, std::size_t bytes);
void torch_give(const Place& place, void* memory) noexcept;

// c = alpha op(a) op(b) + beta c, and rows scaled to length 1 (<synface/ext/math.h>), of tensors
// that lie at the place; shapes and types have been checked.
void torch_gemm(const Place& place, const synface_tensor& a, bool transpose_a,
                const synface_tensor& b, bool transpose_b, double alpha, double beta,
                const synface_tensor& c);
void torch_normalise(const Place& place, const synface_tensor& x, const synface_tensor& y,
                     const synface_tensor* norm);

}  // namespace synface::train
