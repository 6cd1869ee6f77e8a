// The kernel is the body of arcface_margin.h, one thread an element.
#include <cuda_runtime.h>

#include "arcface_cuda.h"

namespace arcface {
namespace {

__global__ void margin_kernel(Setting setting, int64_t n, const float* cos, const float* weights,
                              float* z, float* dz_dcos, float* dz_dnorm) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const Value<float> value = margin<float>(setting, cos[i], weights[i]);
  z[i] = value.z;
  dz_dcos[i] = value.dz_dcos;
  if (dz_dnorm != nullptr) dz_dnorm[i] = 0.0F;
}

}  // namespace

const char* enqueue(void* stream, const Setting& setting, int64_t n, const float* cos,
                    const float* weights, float* z, float* dz_dcos, float* dz_dnorm) {
  constexpr int kThreads = 256;
  const auto blocks = static_cast<unsigned>((n + kThreads - 1) / kThreads);
  margin_kernel<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
      setting, n, cos, weights, z, dz_dcos, dz_dnorm);
  const cudaError_t status = cudaGetLastError();
  return status == cudaSuccess ? nullptr : cudaGetErrorString(status);
}

}  // namespace arcface
