// The host's CUDA kernels, in cuda_kernels.cu. Each enqueues on the stream (a cudaStream_t) and
// returns nullptr, or CUDA's description of what went wrong.
#pragma once

#include <synface/train/sgd.h>

#include <cstddef>
#include <cstdint>

#include "augment_passes.h"

namespace synface::train::cuda {

// Device::augment().
const char* augment(void* stream, std::int64_t n, ImageSize size, const Stages& stages,
                    const std::uint8_t* pixels, const Recipe* recipes, float* scratch, float* out);

// Device::sgd().
const char* sgd(void* stream, const SgdSettings& settings, std::size_t n, const float* gradient,
                float* momentum, float* value);

// partial [kSquaresBlocks] receives sums of squares in a fixed order; to be added in theirs.
inline constexpr int kSquaresBlocks = 256;
const char* squares(void* stream, std::size_t n, const float* values, double* partial);

}  // namespace synface::train::cuda
