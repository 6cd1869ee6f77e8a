// The larger stages of the augmentation as the CPU's loops; bodies and bits are those of the passes
// (augment_passes.h).
#pragma once

#include "augment_body.h"

namespace synface::train {

// Lower resolution and back: image [H, W, 3] in place, scratch as large.
void resample(const Recipe& recipe, ImageSize size, float* scratch, float* image);

// JPEG: image [H, W, 3] in [-1, 1] in place; scratch [3 H W + compress_rows()].
void compress(const Recipe& recipe, ImageSize size, float* scratch, float* image);
std::int64_t compress_rows(ImageSize size);

}  // namespace synface::train
