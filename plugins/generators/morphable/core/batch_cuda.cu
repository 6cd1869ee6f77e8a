// The kernels are the passes of batch_passes.inc, one thread an item; a picture is a row of the
// grid.
#include <cuda_runtime.h>

#include "core/batch_cuda.h"
#include "core/batch_passes.inc"

namespace synface::morphable::cuda {
namespace {

constexpr int kThreads = 128;

template <BatchPass kPass>
__global__ void __launch_bounds__(kThreads)
    pass_kernel(const Picture* pictures, Canvas canvas, int32_t items) {
  const auto i = static_cast<int32_t>(blockIdx.x * kThreads + threadIdx.x);
  if (i < items) kPass(pictures[blockIdx.y], canvas, i);
}

}  // namespace

int draw(void* stream, const Picture* pictures, int n, const Canvas& canvas,
         const BatchExtent& most) {
  auto* const s = static_cast<cudaStream_t>(stream);
  for_each_pass(canvas, most, [&]<BatchPass kPass>(int32_t items) {
    const dim3 grid(static_cast<unsigned>((items + kThreads - 1) / kThreads),
                    static_cast<unsigned>(n));
    pass_kernel<kPass><<<grid, kThreads, 0, s>>>(pictures, canvas, items);
  });
  return cudaGetLastError();
}

}  // namespace synface::morphable::cuda
