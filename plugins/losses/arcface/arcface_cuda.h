// The CUDA side of the margin, in arcface.cu.
#pragma once

#include <cstdint>

#include "arcface_margin.h"

namespace arcface {

// Enqueues n elements on the stream (a cudaStream_t); returns nullptr, or CUDA's description of
// what went wrong. dz_dnorm may be nullptr.
const char* enqueue(void* stream, const Setting& setting, int64_t n, const float* cos,
                    const float* weights, float* z, float* dz_dcos, float* dz_dnorm);

}  // namespace arcface
