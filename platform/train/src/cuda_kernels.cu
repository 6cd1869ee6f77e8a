// The kernels are the bodies of augment_passes.h and sgd_body.h, one thread a pixel, a
// block of JPEG or an element.
#include <cuda_runtime.h>

#include "cuda_kernels.h"
#include "sgd_body.h"

namespace synface::train::cuda {
namespace {

constexpr int kThreads = 256;

const char* launched() {
  const cudaError_t status = cudaGetLastError();
  return status == cudaSuccess ? nullptr : cudaGetErrorString(status);
}

__device__ std::int64_t thread_number() {
  return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

// An image is a row of the grid; n threads of it have something to do.
__global__ void warp_kernel(ImageSize size, const std::uint8_t* pixels, const Recipe* recipes,
                            float* out) {
  const std::int64_t i = thread_number(), count = size.height * size.width;
  if (i >= count) return;
  const std::int64_t at = 3 * blockIdx.y * count;
  warp_pixel(recipes[blockIdx.y], size, i, pixels + at, out + at);
}

template <PassBody kBody>
__global__ void pass_kernel(ImageSize size, std::int64_t n, const Recipe* recipes,
                            const float* from, float* to) {
  const std::int64_t i = thread_number();
  if (i >= n) return;
  const std::int64_t at = 3 * blockIdx.y * size.height * size.width;
  kBody(recipes[blockIdx.y], size, i, from + at, to + at);
}

template <bool kNesterov>
__global__ void sgd_kernel(SgdSettings s, std::int64_t n, const float* gradient, float* momentum,
                           float* value) {
  const std::int64_t i = thread_number();
  if (i >= n) return;
  if (kNesterov) {
    nesterov_element(s.learning_rate, s.momentum, s.weight_decay, gradient[i], momentum[i],
                     value[i]);
  } else {
    momentum_element(s.learning_rate, s.momentum, s.weight_decay, gradient[i], momentum[i],
                     value[i]);
  }
}

__global__ void squares_kernel(std::int64_t n, const float* values, double* partial) {
  __shared__ double sums[kThreads];
  double sum = 0;
  const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * kThreads;
  for (std::int64_t i = thread_number(); i < n; i += stride) {
    const double v = values[i];
    sum += v * v;
  }
  sums[threadIdx.x] = sum;
  for (int half = kThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (static_cast<int>(threadIdx.x) < half) sums[threadIdx.x] += sums[threadIdx.x + half];
  }
  if (threadIdx.x == 0) partial[blockIdx.x] = sums[0];
}

unsigned blocks_of(std::int64_t n) {
  return static_cast<unsigned>((n + kThreads - 1) / kThreads);
}

}  // namespace

const char* augment(void* stream, std::int64_t n, ImageSize size, const Stages& stages,
                    const std::uint8_t* pixels, const Recipe* recipes, float* scratch, float* out) {
  constexpr std::int64_t kMostRows = 65535;  // of a grid
  const std::int64_t floats = 3 * size.height * size.width;
  auto* const s = static_cast<cudaStream_t>(stream);
  for (std::int64_t first = 0; first < n; first += kMostRows) {
    const auto rows = static_cast<unsigned>(n - first < kMostRows ? n - first : kMostRows);
    const Recipe* const r = recipes + first;
    float* const to = out + first * floats;
    warp_kernel<<<dim3(blocks_of(size.height * size.width), rows), kThreads, 0, s>>>(
        size, pixels + first * floats, r, to);
    for_each_pass(stages, size, to, scratch + first * floats,
                  [&]<PassBody kBody>(std::int64_t threads, const float* a, float* b) {
                    pass_kernel<kBody><<<dim3(blocks_of(threads), rows), kThreads, 0, s>>>(
                        size, threads, r, a, b);
                  });
  }
  return launched();
}

const char* sgd(void* stream, const SgdSettings& settings, std::size_t n, const float* gradient,
                float* momentum, float* value) {
  const auto count = static_cast<std::int64_t>(n);
  if (count == 0) return nullptr;
  auto* const s = static_cast<cudaStream_t>(stream);
  const unsigned blocks = blocks_of(count);
  if (settings.nesterov) {
    sgd_kernel<true><<<blocks, kThreads, 0, s>>>(settings, count, gradient, momentum, value);
  } else {
    sgd_kernel<false><<<blocks, kThreads, 0, s>>>(settings, count, gradient, momentum, value);
  }
  return launched();
}

const char* squares(void* stream, std::size_t n, const float* values, double* partial) {
  squares_kernel<<<kSquaresBlocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
      static_cast<std::int64_t>(n), values, partial);
  return launched();
}

}  // namespace synface::train::cuda
