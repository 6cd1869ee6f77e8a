// Training images: uint8 pixels to the network's float32 input, changed at random.
#pragma once

#include <cstdint>

namespace synface::train {

// Each is off at 0 (false). Those after `erasing` are off unless asked for.
struct Augmentation {
  bool flip = true;      // mirrors half of the images
  double scale = 0.12;   // zoom, uniform in 1 - scale .. 1 + scale
  double rotation = 8;   // degrees, uniform in -rotation .. rotation
  double shift = 0.04;   // part of the side, uniform in -shift .. shift, in x and y
  double color = 0.2;    // brightness, contrast and saturation by a factor in 1 - c .. 1 + c,
                         // white balance in 1 - c/2 .. 1 + c/2 for red and blue
  double blur = 0.1;     // probability of a Gaussian, sigma uniform in 0.3 .. 1.5 px at 48 px
  double erasing = 0.3;  // probability of a grey rectangle: area uniform in 2% .. 20%, ratio
                         // log-uniform in 1/3 .. 3 (Zhong et al., AAAI 2020)
  double warp = 0;       // perspective: each corner moves by a part of the side, uniform in
                         // -warp .. warp, in x and y
  double resample = 0;   // probability of a lower resolution: the side falls to 35% .. 85%
                         // (uniform; mean over areas) and is enlarged again (bilinear)
  double jpeg = 0;       // probability of JPEG: quality uniform in 30 .. 95, 4:2:0
  double gamma = 0;      // v^(e^u) of v in 0 .. 1, u uniform in -gamma .. gamma
  double contrast = 0;   // a factor in 1 - contrast .. 1 + contrast, beside that of color
  double white_balance =
      0;            // factors in 1 - w .. 1 + w for red and for blue, beside those of color
  double grey = 0;  // probability of an image without colour (Rec. 601 weights)
};

// Floats of working memory that augment() wants.
std::int64_t augment_scratch(std::int64_t height, std::int64_t width);

// One image [height, width, 3] uint8 to [height, width, 3] float32, (v / 127.5) - 1. In the order
// of a photograph's life: flip, zoom, rotation, shift and perspective are one warp with bilinear
// interpolation, edges repeated; then blur, lower resolution, gamma and colour (limited to [-1,
// 1]), JPEG; last erasing. Every number drawn comes from Philox with key `seed`, stream
// SYNFACE_STREAM_AUGMENT and counter `image`, so that the result depends on neither batch nor
// thread, and no part's draw on whether another is on.
void augment(const Augmentation& settings, std::uint64_t seed, std::uint64_t image,
             std::int64_t height, std::int64_t width, const std::uint8_t* pixels, float* scratch,
             float* out);

// The same without any change; with `mirror`, left to right.
void convert(std::int64_t height, std::int64_t width, const std::uint8_t* pixels, bool mirror,
             float* out);

}  // namespace synface::train
