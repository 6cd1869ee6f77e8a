// The order of the augmentation's passes on a device: one description for the CUDA kernels and for
// the same steps on the CPU.
#pragma once

#include "augment_body.h"
#include "augment_jpeg_body.h"
#include "augment_resample_body.h"

namespace synface::train {

// What any image of a batch needs beside the warp; the passes of the rest are not started.
struct Stages {
  bool blur = false, resample = false, jpeg = false;
};

inline Stages stages_of(std::int64_t n, const Recipe* recipes) {
  Stages s;
  for (std::int64_t i = 0; i < n; ++i) {
    s.blur = s.blur || recipes[i].radius > 0;
    s.resample = s.resample || recipes[i].small_height > 0;
    s.jpeg = s.jpeg || recipes[i].quality > 0;
  }
  return s;
}

// Has nothing to read but what it writes; `from` is not used.
SYNFACE_BODY void plane_block_pass(const Recipe& r, ImageSize size, std::int64_t i, const float*,
                                   float* planes) {
  plane_block(r, size, i, planes);
}

using PassBody = void (*)(const Recipe&, ImageSize, std::int64_t i, const float* from, float* to);

// Calls each.template operator()<body>(threads of an image, from, to) for every pass after the
// warp, which has left its result in `image`. Each pass wants all images of the one before.
template <typename Each>
void for_each_pass(const Stages& stages, ImageSize size, float* image, float* scratch,
                   const Each& each) {
  const std::int64_t pixels = size.height * size.width;
  if (stages.blur) {
    each.template operator()<across_pixel>(pixels, image, scratch);
    each.template operator()<down_pixel>(pixels, scratch, image);
  }
  if (stages.resample) {
    each.template operator()<shorten_pixel>(pixels, image, scratch);
    each.template operator()<narrow_pixel>(pixels, scratch, image);
    each.template operator()<widen_pixel>(pixels, image, scratch);
    each.template operator()<heighten_pixel>(pixels, scratch, image);
  }
  if (stages.jpeg) {
    each.template operator()<to_planes_pixel>(pixels, image, scratch);
    each.template operator()<plane_block_pass>(block_count(size), scratch, scratch);
    each.template operator()<from_planes_pixel>(pixels, scratch, image);
  }
}

}  // namespace synface::train
