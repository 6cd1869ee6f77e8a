#include "cuda_device.h"

#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <synface/base/error.h>

#include <algorithm>
#include <array>
#include <new>

#include "cuda_kernels.h"

namespace synface::train {
namespace {

void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  if (status == cudaErrorMemoryAllocation) throw std::bad_alloc();
  // The next call would report it again.
  static_cast<void>(cudaGetLastError());
  fail(ExitCode::kInternal, "CUDA: {} failed: {}", what, cudaGetErrorString(status));
}

void check(const char* fault, const char* what) {
  if (fault != nullptr) fail(ExitCode::kInternal, "CUDA: {} failed: {}", what, fault);
}

class CudaDevice final : public Device {
 public:
  CudaDevice(int id, cudaStream_t stream) : Device(Place{SYNFACE_DEVICE_CUDA, id, stream}) {
    partial_ = static_cast<double*>(take(cuda::kSquaresBlocks * sizeof(double)));
  }
  ~CudaDevice() override {
    give(partial_);
    cudaStreamDestroy(stream());
  }

  std::string text() const override {
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, place().id), "reading the GPU's properties");
    int driver = 0, runtime = 0;
    check(cudaDriverGetVersion(&driver), "reading the driver's version");
    check(cudaRuntimeGetVersion(&runtime), "reading the runtime's version");
    const auto version = [](int v) { return fmt::format("{}.{}", v / 1000, v % 1000 / 10); };
    return fmt::format(
        "{} (cuda:{}, compute capability {}.{}, {} MiB), driver for CUDA {}, "
        "runtime {}",
        properties.name, place().id, properties.major, properties.minor,
        properties.totalGlobalMem >> 20, version(driver), version(runtime));
  }

  void* take(std::size_t bytes) override {
    if (bytes == 0) return nullptr;
    void* memory = nullptr;
    check(cudaMalloc(&memory, bytes), "taking memory");
    check(cudaMemsetAsync(memory, 0, bytes, stream()), "clearing memory");
    return memory;
  }
  void give(void* memory) noexcept override { cudaFree(memory); }
  void* take_staging(std::size_t bytes) override {
    if (bytes == 0) return nullptr;
    void* memory = nullptr;
    check(cudaHostAlloc(&memory, bytes, cudaHostAllocDefault), "taking page-locked memory");
    auto* const first = static_cast<char*>(memory);
    std::fill(first, first + bytes, '\0');
    return memory;
  }
  void give_staging(void* memory) noexcept override { cudaFreeHost(memory); }

  void upload(void* to, const void* from, std::size_t bytes) override {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream()), "a copy to the GPU");
  }
  void download(void* to, const void* from, std::size_t bytes) override {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream()),
          "a copy from the GPU");
    wait();
  }
  void wait() override { check(cudaStreamSynchronize(stream()), "the work of the stream"); }

  void augment(std::int64_t n, std::int64_t height, std::int64_t width, const Stages& stages,
               const std::uint8_t* pixels, const Recipe* recipes, float* scratch,
               float* out) override {
    check(cuda::augment(stream(), n, {height, width}, stages, pixels, recipes, scratch, out),
          "the augmentation");
  }
  void sgd(const SgdSettings& settings, std::size_t n, const float* gradient, float* momentum,
           float* value) override {
    check(cuda::sgd(stream(), settings, n, gradient, momentum, value), "the optimiser's step");
  }
  double squares(const float* values, std::size_t n) override {
    check(cuda::squares(stream(), n, values, partial_), "the gradient's length");
    std::array<double, cuda::kSquaresBlocks> sums{};
    download(sums.data(), partial_, sizeof sums);
    double sum = 0;
    for (const double s : sums) sum += s;
    return sum;
  }

 private:
  cudaStream_t stream() const { return static_cast<cudaStream_t>(place().stream); }

  double* partial_ = nullptr;
};

}  // namespace

int cuda_device_count() {
  if (::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) == nullptr) {
    const char* const why = ::dlerror();
    fail(ExitCode::kSetup,
         "no GPU: looked for NVIDIA's driver as libcuda.so.1 in the loader's folders and in "
         "LD_LIBRARY_PATH ({})",
         why != nullptr ? why : "no reason given");
  }
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    fail(ExitCode::kSetup, "no GPU: NVIDIA's driver (libcuda.so.1) is there, and shows none: {}",
         status == cudaSuccess ? "no device" : cudaGetErrorString(status));
  }
  return count;
}

std::unique_ptr<Device> make_cuda_device(int id) {
  cudaStream_t stream = nullptr;
  cudaError_t status = cudaSetDevice(id);
  if (status == cudaSuccess) status = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  if (status != cudaSuccess) {
    fail(ExitCode::kSetup, "device cuda:{} does not start: {}", id, cudaGetErrorString(status));
  }
  return std::make_unique<CudaDevice>(id, stream);
}

}  // namespace synface::train
