// The kernels of a batch; in builds with SYNFACE_CUDA.
#pragma once

#include "core/batch.h"

namespace synface::morphable::cuda {

// Queues all passes in a cudaStream_t. A cudaError_t.
int draw(void* stream, const Picture* pictures, int n, const Canvas& canvas,
         const BatchExtent& most);

}  // namespace synface::morphable::cuda
