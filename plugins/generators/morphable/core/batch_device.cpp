#include "core/batch_device.h"

#ifdef SYNFACE_PLUGIN_CUDA
#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <array>
#include <string>

#include "core/batch_cuda.h"
#endif

namespace synface::morphable {

#ifndef SYNFACE_PLUGIN_CUDA

bool has_cuda_kernels() {
  return false;
}

std::unique_ptr<BatchDevice> make_cuda_device() {
  throw DeviceError(
      "this build has no CUDA kernels: build with the preset `cuda` (./synface setup --cuda, then "
      "cmake --preset cuda), or draw on the CPU (device = \"cpu\")");
}

#else

namespace {

void check(cudaError_t status, const std::string& what) {
  if (status == cudaSuccess) return;
  // The next call would report it again.
  static_cast<void>(cudaGetLastError());
  const std::string fault = "CUDA: " + what + " failed: " + cudaGetErrorString(status);
  if (status == cudaErrorMemoryAllocation) {
    throw DeviceMemoryError(fault + "; free some, or draw on the CPU (device = \"cpu\")");
  }
  throw DeviceError(fault);
}

std::string name_of(int device) {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "asking for the GPU's name");
  return properties.name;
}

std::string megabytes(std::size_t bytes) {
  return std::to_string((bytes + 999'999) / 1'000'000) + " MB";
}

// The calling thread may train on another GPU.
class Chosen {
 public:
  Chosen(int device, const std::string& name) {
    check(cudaGetDevice(&before_), "asking for the thread's GPU");
    // The first time this takes memory of the GPU.
    check(cudaSetDevice(device), "starting " + name);
  }
  ~Chosen() { cudaSetDevice(before_); }
  Chosen(const Chosen&) = delete;
  Chosen& operator=(const Chosen&) = delete;

 private:
  int before_ = 0;
};

class CudaDevice final : public BatchDevice {
 public:
  CudaDevice() : name_(name_of(kDevice)) {
    const Chosen chosen(kDevice, name_);
    try {
      for (cudaStream_t& stream : streams_) {
        check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
              "making a stream on " + name_);
      }
    } catch (...) {
      destroy();
      throw;
    }
  }
  ~CudaDevice() override { destroy(); }
  CudaDevice(const CudaDevice&) = delete;
  CudaDevice& operator=(const CudaDevice&) = delete;

  void* take(std::size_t bytes) override {
    const Chosen chosen(kDevice, name_);
    void* memory = nullptr;
    check(cudaMalloc(&memory, bytes), "taking " + megabytes(bytes) + " of the memory of " + name_);
    return memory;
  }
  void give(void* memory) noexcept override { cudaFree(memory); }
  void* take_staging(std::size_t bytes) override {
    const Chosen chosen(kDevice, name_);
    void* memory = nullptr;
    check(cudaHostAlloc(&memory, bytes, cudaHostAllocDefault),
          "locking " + megabytes(bytes) + " of this machine's memory for " + name_);
    return memory;
  }
  void give_staging(void* memory) noexcept override { cudaFreeHost(memory); }

  void upload(int queue, void* to, const void* from, std::size_t bytes) override {
    const Chosen chosen(kDevice, name_);
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream(queue)),
          "a copy to the GPU");
  }
  void download(int queue, void* to, const void* from, std::size_t bytes) override {
    const Chosen chosen(kDevice, name_);
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream(queue)),
          "a copy from the GPU");
  }
  void clear(int queue, void* memory, std::size_t bytes) override {
    const Chosen chosen(kDevice, name_);
    check(cudaMemsetAsync(memory, 0, bytes, stream(queue)), "clearing memory of the GPU");
  }
  void draw(int queue, const Picture* pictures, int n, const Canvas& canvas,
            const BatchExtent& most) override {
    const Chosen chosen(kDevice, name_);
    check(static_cast<cudaError_t>(cuda::draw(stream(queue), pictures, n, canvas, most)),
          "the drawing on " + name_);
  }
  void wait(int queue) override {
    const Chosen chosen(kDevice, name_);
    check(cudaStreamSynchronize(stream(queue)), "the drawing on " + name_);
  }

 private:
  static constexpr int kDevice = 0;  // the first that is visible

  cudaStream_t stream(int queue) const { return streams_[static_cast<std::size_t>(queue)]; }
  void destroy() noexcept {
    for (cudaStream_t stream : streams_) {
      if (stream != nullptr) cudaStreamDestroy(stream);
    }
  }

  std::string name_;
  std::array<cudaStream_t, kQueues> streams_{};
};

}  // namespace

bool has_cuda_kernels() {
  return true;
}

std::unique_ptr<BatchDevice> make_cuda_device() {
  if (::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) == nullptr) {
    const char* const why = ::dlerror();
    throw DeviceError(
        std::string("no CUDA device is present: looked for NVIDIA's driver as libcuda.so.1 in the "
                    "loader's folders and in LD_LIBRARY_PATH (") +
        (why != nullptr ? why : "no reason given") + "); draw on the CPU (device = \"cpu\")");
  }
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    throw DeviceError(std::string("no CUDA device is present: NVIDIA's driver shows none (") +
                      (status == cudaSuccess ? "no device" : cudaGetErrorString(status)) +
                      "); draw on the CPU (device = \"cpu\")");
  }
  return std::make_unique<CudaDevice>();
}

#endif

}  // namespace synface::morphable
