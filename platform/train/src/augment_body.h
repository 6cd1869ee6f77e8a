// The arithmetic of the augmentation, a pixel at a time: one body for the CPU's loops and for the
// CUDA kernels. Nothing is contracted on either side, so that both give the same bits.
#pragma once

#include <cstdint>

#include "kernel_body.h"

namespace synface::train {

// From output to source: x_s = a x + b y + c, y_s = d x + e y + f, in pixel indices.
struct Affine {
  float a, b, c, d, e, f;
};

// v' = m v + b on RGB in 0 .. 255, straight to [-1, 1].
struct Colour {
  float m[9];
  float b;
};

constexpr int kMostRadius = 12;

// All that happens to one image; plain data, copied to a device as it is.
struct Recipe {
  Affine warp;
  Colour colour;
  std::int32_t radius;                                  // of the blur; 0: none
  float blur[2 * kMostRadius + 1];                      // weights at -radius .. radius
  std::int32_t top, left, erased_height, erased_width;  // the grey rectangle; height 0: none
};

struct ImageSize {
  std::int64_t height, width;
};

SYNFACE_BODY float clamp_to(float v, float low, float high) {
  return v < low ? low : high < v ? high : v;
}

// Bilinear at output pixel x of a row, edges repeated; bx, by are the row's parts of the affine
// map. rgb stays in 0 .. 255.
SYNFACE_BODY void sample(const Affine& t, float bx, float by, std::int64_t x, ImageSize size,
                         const std::uint8_t* pixels, float* rgb) {
  const float sx =
      clamp_to(t.a * static_cast<float>(x) + bx, 0.0F, static_cast<float>(size.width - 1));
  const float sy =
      clamp_to(t.d * static_cast<float>(x) + by, 0.0F, static_cast<float>(size.height - 1));
  const auto ix = static_cast<std::int64_t>(sx), iy = static_cast<std::int64_t>(sy);
  const float fx = sx - static_cast<float>(ix), fy = sy - static_cast<float>(iy);
  const std::int64_t row = 3 * size.width;
  const std::uint8_t* p = pixels + iy * row + 3 * ix;
  const std::int64_t dx = ix + 1 < size.width ? 3 : 0, dy = iy + 1 < size.height ? row : 0;
  for (int c = 0; c < 3; ++c) {
    const float top =
        static_cast<float>(p[c]) + fx * (static_cast<float>(p[c + dx]) - static_cast<float>(p[c]));
    const float low = static_cast<float>(p[c + dy]) +
                      fx * (static_cast<float>(p[c + dx + dy]) - static_cast<float>(p[c + dy]));
    rgb[c] = top + fy * (low - top);
  }
}

// In place; limited to [-1, 1].
SYNFACE_BODY void recolour(const Colour& t, float* rgb) {
  const float r = rgb[0], g = rgb[1], b = rgb[2];
  for (int c = 0; c < 3; ++c) {
    const float v = t.m[3 * c] * r + t.m[3 * c + 1] * g + t.m[3 * c + 2] * b + t.b;
    rgb[c] = v < -1.0F ? -1.0F : v > 1.0F ? 1.0F : v;
  }
}

// The three passes of a kernel, each for pixel i = y * width + x of one image. An image without a
// blur is finished by the first.

SYNFACE_BODY void finish_pixel(const Recipe& r, ImageSize size, std::int64_t i, float* rgb) {
  const std::int64_t y = i / size.width - r.top, x = i % size.width - r.left;
  if (y >= 0 && y < r.erased_height && x >= 0 && x < r.erased_width) {
    rgb[0] = rgb[1] = rgb[2] = 0.0F;
  } else {
    recolour(r.colour, rgb);
  }
}

SYNFACE_BODY void warp_pixel(const Recipe& r, ImageSize size, std::int64_t i,
                             const std::uint8_t* pixels, float* out) {
  const auto y = static_cast<float>(i / size.width);
  const Affine& t = r.warp;
  sample(t, t.b * y + t.c, t.e * y + t.f, i % size.width, size, pixels, out + 3 * i);
  if (r.radius == 0) finish_pixel(r, size, i, out + 3 * i);
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
  finish_pixel(r, size, i, image + 3 * i);
}

}  // namespace synface::train
