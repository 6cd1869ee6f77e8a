#include "torch_device.h"

#include <ATen/Context.h>
#include <c10/core/Allocator.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

#include <cstdlib>
#include <optional>

#include "torch_tensor.h"

namespace synface::train {

std::string load_torch_cuda() {
  Dl_info found{};
  // Any function of libtorch_cpu.so tells where that lies.
  if (::dladdr(reinterpret_cast<const void*>(&at::globalContext), &found) == 0) {
    return "libtorch_cpu.so was not found in this process";
  }
  std::string file = found.dli_fname;
  file = file.substr(0, file.rfind('/') + 1) + "libtorch_cuda.so";
  // Stays for the life of the process; registers its operators while it is mapped.
  if (::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) return {};
  const char* const why = ::dlerror();
  return why != nullptr ? why : file + " could not be loaded";
}

std::string start_torch_cuda(bool deterministic) {
  // cuBLAS reads it when its first handle is made; without it LibTorch refuses to be deterministic.
  if (deterministic) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setDeterministicAlgorithms(deterministic, false);
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
  // Memory whose contents are undefined need not be filled to be deterministic.
  context.setDeterministicFillUninitializedMemory(false);
  try {
    context.lazyInitDevice(c10::kCUDA);
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  }
  return {};
}

struct TorchPlace::State {
  c10::InferenceMode no_autograd{true};
  std::optional<c10::impl::VirtualGuardImpl> guard;
  std::optional<c10::Device> device_before;
  std::optional<c10::Stream> stream_before;
};

TorchPlace::TorchPlace(const Place& place) : state_(std::make_unique<State>()) {
  if (!place.cuda()) return;
  const c10::Device device = torch_device(place);
  state_->guard.emplace(c10::kCUDA);
  state_->device_before = state_->guard->exchangeDevice(device);
  // c10 numbers a stream that it did not make itself by the address of its handle
  // (c10/cuda/CUDAStream.cpp).
  const auto id = static_cast<c10::StreamId>(reinterpret_cast<std::intptr_t>(place.stream));
  state_->stream_before =
      state_->guard->exchangeStream(c10::Stream(c10::Stream::UNSAFE, device, id));
}

TorchPlace::~TorchPlace() {
  if (state_->stream_before) state_->guard->exchangeStream(*state_->stream_before);
  if (state_->device_before) state_->guard->exchangeDevice(*state_->device_before);
}

void* torch_take(const Place& place, std::size_t bytes) {
  if (bytes == 0) return nullptr;
  const TorchPlace scope(place);
  return c10::GetAllocator(torch_device(place).type())->raw_allocate(bytes);
}

void torch_give(const Place& place, void* memory) noexcept {
  if (memory == nullptr) return;
  const TorchPlace scope(place);
  c10::GetAllocator(torch_device(place).type())->raw_deallocate(memory);
}

void torch_gemm(const Place& place, const synface_tensor& a, bool transpose_a,
                const synface_tensor& b, bool transpose_b, double alpha, double beta,
                const synface_tensor& c) {
  const TorchPlace scope(place);
  const auto factor = [&](const synface_tensor& t, bool transposed) {
    const at::Tensor whole = over(place, t);
    return transposed ? whole.t() : whole;
  };
  at::Tensor out = over(place, c);
  if (beta == 0 && alpha == 1) {
    at::mm_out(out, factor(a, transpose_a), factor(b, transpose_b));
  } else {
    at::addmm_out(out, out, factor(a, transpose_a), factor(b, transpose_b), beta, alpha);
  }
}

void torch_normalise(const Place& place, const synface_tensor& x, const synface_tensor& y,
                     const synface_tensor* norm) {
  const TorchPlace scope(place);
  const at::Tensor from = over(place, x);
  const at::Tensor length = at::linalg_vector_norm(from, 2, {1}, true);
  over(place, y).copy_(from / length.clamp_min(1e-12));
  if (norm != nullptr) over(place, *norm).copy_(length.squeeze(1));
}

}  // namespace synface::train
