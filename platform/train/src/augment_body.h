// The arithmetic of the augmentation, a pixel at a time: one body for the CPU's loops and for the
// CUDA kernels. Nothing is contracted on either side, so that both give the same bits.
#pragma once

#include <cstdint>

#include "kernel_body.h"
#include "power_body.h"

namespace synface::train {

// From output to source, in pixel indices: x_s = (a x + b y + c) / w, y_s = (d x + e y + f) / w
// with w = g x + h y + 1.
struct Warp {
  float a, b, c, d, e, f, g, h;
};

// v' = m v + b on RGB in 0 .. 255, straight to [-1, 1]; before it 255 (v / 255)^gamma.
struct Colour {
  float m[9];
  float b;
  float gamma;
};

constexpr int kMostRadius = 12;

// All that happens to one image; plain data, copied to a device as it is.
struct Recipe {
  Warp warp;
  Colour colour;
  std::int32_t radius;                                  // of the blur; 0: none
  float blur[2 * kMostRadius + 1];                      // weights at -radius .. radius
  std::int32_t small_height, small_width;               // of the lower resolution; 0: none
  std::int32_t quality;                                 // of JPEG; 0: none
  std::uint8_t luma[64], chroma[64];                    // its tables (augment_jpeg_body.h)
  std::int32_t top, left, erased_height, erased_width;  // the grey rectangle; height 0: none
};

struct ImageSize {
  std::int64_t height, width;
};

SYNFACE_BODY float clamp_to(float v, float low, float high) {
  return v < low ? low : high < v ? high : v;
}

struct Point {
  float x, y;
};

// Where output pixel x of a row reads from, inside of the picture; bx, by and bw are the row's
// parts of the map.
SYNFACE_BODY Point source_of(const Warp& t, float bx, float by, float bw, std::int64_t x,
                             ImageSize size) {
  const auto at = static_cast<float>(x);
  float sx = t.a * at + bx, sy = t.d * at + by;
  if (t.g != 0 || t.h != 0) {
    const float w = t.g * at + bw;
    sx = sx / w;
    sy = sy / w;
  }
  return {clamp_to(sx, 0.0F, static_cast<float>(size.width - 1)),
          clamp_to(sy, 0.0F, static_cast<float>(size.height - 1))};
}

// Between four neighbours.
SYNFACE_BODY float bilinear(float upper_left, float upper_right, float lower_left,
                            float lower_right, float fx, float fy) {
  const float top = upper_left + fx * (upper_right - upper_left);
  const float low = lower_left + fx * (lower_right - lower_left);
  return top + fy * (low - top);
}

// In place; limited to [-1, 1].
SYNFACE_BODY void recolour(const Colour& t, float* rgb) {
  const float r = rgb[0], g = rgb[1], b = rgb[2];
  for (int c = 0; c < 3; ++c) {
    const float v = t.m[3 * c] * r + t.m[3 * c + 1] * g + t.m[3 * c + 2] * b + t.b;
    rgb[c] = v < -1.0F ? -1.0F : v > 1.0F ? 1.0F : v;
  }
}

// One value in 0 .. 255.
SYNFACE_BODY float with_gamma(float v, float gamma) {
  return 255.0F * power(v * (1.0F / 255.0F), gamma);
}

// What follows the passes that move pixels: the last of them calls it. JPEG comes before the
// rectangle, and then draws it itself.

SYNFACE_BODY bool erased(const Recipe& r, ImageSize size, std::int64_t i) {
  const std::int64_t y = i / size.width - r.top, x = i % size.width - r.left;
  return y >= 0 && y < r.erased_height && x >= 0 && x < r.erased_width;
}

SYNFACE_BODY void finish_pixel(const Recipe& r, ImageSize size, std::int64_t i, float* rgb) {
  if (r.quality == 0 && erased(r, size, i)) {
    rgb[0] = rgb[1] = rgb[2] = 0.0F;
    return;
  }
  if (r.colour.gamma != 1.0F) {
    for (int c = 0; c < 3; ++c) rgb[c] = with_gamma(rgb[c], r.colour.gamma);
  }
  recolour(r.colour, rgb);
}

// The passes of a kernel, each for pixel i = y * width + x of one image, from one buffer of
// [height, width, 3] float32 to another.

SYNFACE_BODY void warp_pixel(const Recipe& r, ImageSize size, std::int64_t i,
                             const std::uint8_t* pixels, float* out) {
  const auto y = static_cast<float>(i / size.width);
  const Warp& t = r.warp;
  const Point at = source_of(t, t.b * y + t.c, t.e * y + t.f, t.h * y + 1.0F, i % size.width, size);
  const auto ix = static_cast<std::int64_t>(at.x), iy = static_cast<std::int64_t>(at.y);
  const float fx = at.x - static_cast<float>(ix), fy = at.y - static_cast<float>(iy);
  const std::int64_t row = 3 * size.width;
  const std::uint8_t* p = pixels + iy * row + 3 * ix;
  const std::int64_t dx = ix + 1 < size.width ? 3 : 0, dy = iy + 1 < size.height ? row : 0;
  for (int c = 0; c < 3; ++c) {
    out[3 * i + c] =
        bilinear(static_cast<float>(p[c]), static_cast<float>(p[c + dx]),
                 static_cast<float>(p[c + dy]), static_cast<float>(p[c + dx + dy]), fx, fy);
  }
  if (r.radius == 0 && r.small_height == 0) finish_pixel(r, size, i, out + 3 * i);
}

// Along a row (stride 3, position x of `length`) or a column, edges repeated.
SYNFACE_BODY void blur_pixel(const Recipe& r, std::int64_t at, std::int64_t length,
                             std::int64_t stride, const float* line, float* rgb) {
  rgb[0] = rgb[1] = rgb[2] = 0.0F;
  for (std::int32_t k = -r.radius; k <= r.radius; ++k) {
    std::int64_t from = at + k;
    from = from < 0 ? 0 : from >= length ? length - 1 : from;
    for (int c = 0; c < 3; ++c) rgb[c] += r.blur[k + r.radius] * line[from * stride + c];
  }
}

SYNFACE_BODY void across_pixel(const Recipe& r, ImageSize size, std::int64_t i, const float* image,
                               float* across) {
  if (r.radius == 0) return;
  const std::int64_t x = i % size.width;
  blur_pixel(r, x, size.width, 3, image + 3 * (i - x), across + 3 * i);
}

SYNFACE_BODY void down_pixel(const Recipe& r, ImageSize size, std::int64_t i, const float* across,
                             float* image) {
  if (r.radius == 0) return;
  blur_pixel(r, i / size.width, size.height, 3 * size.width, across + 3 * (i % size.width),
             image + 3 * i);
  if (r.small_height == 0) finish_pixel(r, size, i, image + 3 * i);
}

}  // namespace synface::train
