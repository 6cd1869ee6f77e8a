// A lower resolution and back: the mean over areas down, bilinear interpolation up, each along
// columns and then along rows (down) or the other way (up).
#pragma once

#include "augment_body.h"

namespace synface::train {

// The part of [0, n) that output j of m < n covers: pixels first .. last, of which the first and
// the last are covered in part.
struct Cover {
  float begin, end, share;  // share: m / n, by which the covered sum becomes a mean
  std::int64_t first, last;
};

SYNFACE_BODY Cover cover_of(std::int64_t j, std::int64_t m, std::int64_t n) {
  const float length = static_cast<float>(n) / static_cast<float>(m);
  Cover c;
  c.begin = static_cast<float>(j) * length;
  c.end = c.begin + length;
  c.share = 1.0F / length;
  c.first = static_cast<std::int64_t>(c.begin);
  c.last = static_cast<std::int64_t>(c.end);
  if (c.last > n - 1) c.last = n - 1;
  return c;
}

// Of pixel k in first .. last; they sum to 1.
SYNFACE_BODY float weight_of(const Cover& c, std::int64_t k) {
  const auto low = static_cast<float>(k), high = static_cast<float>(k + 1);
  return ((high < c.end ? high : c.end) - (low < c.begin ? c.begin : low)) * c.share;
}

// Where pixel j of n lies between pixels `low` and `high` of m < n.
struct Between {
  std::int64_t low, high;
  float f;
};

SYNFACE_BODY Between between_of(std::int64_t j, std::int64_t n, std::int64_t m) {
  const float at =
      (static_cast<float>(j) + 0.5F) * (static_cast<float>(m) / static_cast<float>(n)) - 0.5F;
  const float s = clamp_to(at, 0.0F, static_cast<float>(m - 1));
  const auto low = static_cast<std::int64_t>(s);
  return {low, low + 1 < m ? low + 1 : low, s - static_cast<float>(low)};
}

SYNFACE_BODY float mix(float low, float high, float f) {
  return low + f * (high - low);
}

// The four passes of a kernel for thread i: [H, W] to [h, W] to [h, w] to [h, W] to [H, W], each
// packed at the start of its buffer.

SYNFACE_BODY void mean_pixel(const Cover& c, std::int64_t stride, const float* line, float* rgb) {
  rgb[0] = rgb[1] = rgb[2] = 0.0F;
  for (std::int64_t k = c.first; k <= c.last; ++k) {
    const float w = weight_of(c, k);
    for (int channel = 0; channel < 3; ++channel) rgb[channel] += w * line[k * stride + channel];
  }
}

SYNFACE_BODY void shorten_pixel(const Recipe& r, ImageSize size, std::int64_t i, const float* from,
                                float* to) {
  if (i >= r.small_height * size.width) return;
  const std::int64_t y = i / size.width, x = i % size.width;
  mean_pixel(cover_of(y, r.small_height, size.height), 3 * size.width, from + 3 * x, to + 3 * i);
}

SYNFACE_BODY void narrow_pixel(const Recipe& r, ImageSize size, std::int64_t i, const float* from,
                               float* to) {
  if (i >= static_cast<std::int64_t>(r.small_height) * r.small_width) return;
  const std::int64_t y = i / r.small_width, x = i % r.small_width;
  mean_pixel(cover_of(x, r.small_width, size.width), 3, from + 3 * y * size.width, to + 3 * i);
}

SYNFACE_BODY void widen_pixel(const Recipe& r, ImageSize size, std::int64_t i, const float* from,
                              float* to) {
  if (i >= r.small_height * size.width) return;
  const std::int64_t y = i / size.width;
  const Between b = between_of(i % size.width, size.width, r.small_width);
  const float* row = from + 3 * y * r.small_width;
  for (int c = 0; c < 3; ++c) to[3 * i + c] = mix(row[3 * b.low + c], row[3 * b.high + c], b.f);
}

SYNFACE_BODY void heighten_pixel(const Recipe& r, ImageSize size, std::int64_t i, const float* from,
                                 float* to) {
  if (r.small_height == 0) return;
  const std::int64_t x = i % size.width, row = 3 * size.width;
  const Between b = between_of(i / size.width, size.height, r.small_height);
  for (int c = 0; c < 3; ++c) {
    to[3 * i + c] = mix(from[b.low * row + 3 * x + c], from[b.high * row + 3 * x + c], b.f);
  }
  finish_pixel(r, size, i, to + 3 * i);
}

}  // namespace synface::train
