// What baseline JPEG does to a picture (ITU-T T.81, JFIF 1.02): YCbCr with chroma at half the
// resolution, the DCT of blocks of 8 x 8, quantisation, and back, chroma enlarged by libjpeg's
// triangle. In float32, without the roundings to whole grey levels between the steps. What lies
// beyond an edge only fills blocks: libjpeg repeats pixels there, this the samples of a plane.
#pragma once

#include "augment_body.h"

namespace synface::train {

// Planes behind one another: Y [H, W], Cb and Cr [ceil(H / 2), ceil(W / 2)]; grey levels minus 128.
// Together at most 3 H W floats.
struct Planes {
  std::int64_t height, width;                // of Y
  std::int64_t chroma_height, chroma_width;  // of Cb and Cr
  std::int64_t cb, cr;                       // where they begin
};

SYNFACE_BODY Planes planes_of(ImageSize size) {
  const std::int64_t h = (size.height + 1) / 2, w = (size.width + 1) / 2;
  return {
      size.height, size.width, h, w, size.height * size.width, size.height * size.width + h * w};
}

// RGB in [-1, 1] to grey levels.
SYNFACE_BODY float luma_of(const float* rgb) {
  return 127.5F * (0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2]) - 0.5F;
}

// Cb and Cr of sample (cy, cx): of the mean of its 2 x 2 pixels, edges repeated.
SYNFACE_BODY void chroma_of(ImageSize size, std::int64_t cy, std::int64_t cx, const float* image,
                            float* cb, float* cr) {
  const std::int64_t right = 2 * cx + 1 < size.width ? 3 : 0;
  const std::int64_t below = 2 * cy + 1 < size.height ? 3 * size.width : 0;
  const float* p = image + 3 * (2 * cy * size.width + 2 * cx);
  float mean[3];
  for (int c = 0; c < 3; ++c) {
    mean[c] = 0.25F * ((p[c] + p[right + c]) + (p[below + c] + p[below + right + c]));
  }
  const float y = 0.299F * mean[0] + 0.587F * mean[1] + 0.114F * mean[2];
  *cb = (127.5F / 1.772F) * (mean[2] - y);
  *cr = (127.5F / 1.402F) * (mean[0] - y);
}

// The orthonormal DCT-II of eight values, and its inverse. kC[k] = cos(k pi / 16) / 2.
SYNFACE_BODY void dct8(const float* in, float* out, int stride) {
  constexpr float kC1 = 0.490392640F, kC2 = 0.461939766F, kC3 = 0.415734806F, kC4 = 0.353553391F,
                  kC5 = 0.277785117F, kC6 = 0.191341716F, kC7 = 0.0975451610F;
  const float s0 = in[0] + in[7 * stride], d0 = in[0] - in[7 * stride];
  const float s1 = in[stride] + in[6 * stride], d1 = in[stride] - in[6 * stride];
  const float s2 = in[2 * stride] + in[5 * stride], d2 = in[2 * stride] - in[5 * stride];
  const float s3 = in[3 * stride] + in[4 * stride], d3 = in[3 * stride] - in[4 * stride];
  out[0] = kC4 * ((s0 + s3) + (s1 + s2));
  out[4 * stride] = kC4 * ((s0 + s3) - (s1 + s2));
  out[2 * stride] = kC2 * (s0 - s3) + kC6 * (s1 - s2);
  out[6 * stride] = kC6 * (s0 - s3) - kC2 * (s1 - s2);
  out[stride] = (kC1 * d0 + kC3 * d1) + (kC5 * d2 + kC7 * d3);
  out[3 * stride] = (kC3 * d0 - kC7 * d1) - (kC1 * d2 + kC5 * d3);
  out[5 * stride] = (kC5 * d0 - kC1 * d1) + (kC7 * d2 + kC3 * d3);
  out[7 * stride] = (kC7 * d0 - kC5 * d1) + (kC3 * d2 - kC1 * d3);
}

SYNFACE_BODY void inverse_dct8(const float* in, float* out, int stride) {
  constexpr float kC1 = 0.490392640F, kC2 = 0.461939766F, kC3 = 0.415734806F, kC4 = 0.353553391F,
                  kC5 = 0.277785117F, kC6 = 0.191341716F, kC7 = 0.0975451610F;
  const float a0 = in[0], a1 = in[stride], a2 = in[2 * stride], a3 = in[3 * stride];
  const float a4 = in[4 * stride], a5 = in[5 * stride], a6 = in[6 * stride], a7 = in[7 * stride];
  const float p = kC4 * (a0 + a4), q = kC4 * (a0 - a4);
  const float r = kC2 * a2 + kC6 * a6, s = kC6 * a2 - kC2 * a6;
  const float e0 = p + r, e1 = q + s, e2 = q - s, e3 = p - r;
  const float o0 = (kC1 * a1 + kC3 * a3) + (kC5 * a5 + kC7 * a7);
  const float o1 = (kC3 * a1 - kC7 * a3) - (kC1 * a5 + kC5 * a7);
  const float o2 = (kC5 * a1 - kC1 * a3) + (kC7 * a5 + kC3 * a7);
  const float o3 = (kC7 * a1 - kC5 * a3) + (kC3 * a5 - kC1 * a7);
  out[0] = e0 + o0;
  out[7 * stride] = e0 - o0;
  out[stride] = e1 + o1;
  out[6 * stride] = e1 - o1;
  out[2 * stride] = e2 + o2;
  out[5 * stride] = e2 - o2;
  out[3 * stride] = e3 + o3;
  out[4 * stride] = e3 - o3;
}

SYNFACE_BODY void transpose8(const float* in, float* out) {
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 8; ++j) out[8 * i + j] = in[8 * j + i];
  }
}

// A block of 64 grey levels through the table [v][u]: u is the frequency down a column, v along a
// row. Columns are worked on side by side, so that they are the lanes of a vector.
SYNFACE_BODY void quantise_block(const std::uint8_t* table, float* b) {
  float t[64];
  for (int x = 0; x < 8; ++x) dct8(b + x, t + x, 8);
  transpose8(t, b);
  for (int x = 0; x < 8; ++x) dct8(b + x, t + x, 8);
  for (int i = 0; i < 64; ++i) {
    const auto step = static_cast<float>(table[i]);
    t[i] = rounded(t[i] / step) * step;
  }
  for (int x = 0; x < 8; ++x) inverse_dct8(t + x, b + x, 8);
  transpose8(b, t);
  for (int x = 0; x < 8; ++x) inverse_dct8(t + x, b + x, 8);
  for (int i = 0; i < 64; ++i) b[i] = clamp_to(b[i], -128.0F, 127.0F);
}

// Block (by, bx) of a plane, in place; beyond the plane's edges its last pixels are repeated.
SYNFACE_BODY void jpeg_block(const std::uint8_t* table, std::int64_t height, std::int64_t width,
                             std::int64_t by, std::int64_t bx, float* plane) {
  float b[64];
  const std::int64_t bottom = height - 1 - 8 * by, right = width - 1 - 8 * bx;
  float* const corner = plane + 8 * by * width + 8 * bx;
  if (bottom >= 7 && right >= 7) {
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 8; ++x) b[8 * y + x] = corner[y * width + x];
    }
    quantise_block(table, b);
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 8; ++x) corner[y * width + x] = b[8 * y + x];
    }
    return;
  }
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      b[8 * y + x] = corner[(y < bottom ? y : bottom) * width + (x < right ? x : right)];
    }
  }
  quantise_block(table, b);
  for (int y = 0; y < 8 && y <= bottom; ++y) {
    for (int x = 0; x < 8 && x <= right; ++x) corner[y * width + x] = b[8 * y + x];
  }
}

// Four times chroma at row y and column cx of its plane: 3/4 of the nearer row, 1/4 of the next.
SYNFACE_BODY float chroma_column(const Planes& p, std::int64_t y, std::int64_t cx,
                                 const float* chroma) {
  const std::int64_t near = y / 2;
  std::int64_t far = y % 2 == 0 ? near - 1 : near + 1;
  far = far < 0 ? 0 : far > p.chroma_height - 1 ? p.chroma_height - 1 : far;
  return 3.0F * chroma[near * p.chroma_width + cx] + chroma[far * p.chroma_width + cx];
}

// The same along the row, from two of those.
SYNFACE_BODY float chroma_at(float near, float far) {
  return (3.0F * near + far) * (1.0F / 16);
}

// RGB in [-1, 1].
SYNFACE_BODY void rgb_of(float y, float cb, float cr, float* rgb) {
  const float level = y + 0.5F;
  rgb[0] = clamp_to((level + 1.402F * cr) * (1.0F / 127.5F), -1.0F, 1.0F);
  rgb[1] = clamp_to((level - 0.344136F * cb - 0.714136F * cr) * (1.0F / 127.5F), -1.0F, 1.0F);
  rgb[2] = clamp_to((level + 1.772F * cb) * (1.0F / 127.5F), -1.0F, 1.0F);
}

// The three passes of a kernel for thread i; the second works on the planes in place.

SYNFACE_BODY void to_planes_pixel(const Recipe& r, ImageSize size, std::int64_t i,
                                  const float* image, float* planes) {
  if (r.quality == 0) return;
  const Planes p = planes_of(size);
  planes[i] = luma_of(image + 3 * i);
  if (i >= p.cr - p.cb) return;
  chroma_of(size, i / p.chroma_width, i % p.chroma_width, image, planes + p.cb + i,
            planes + p.cr + i);
}

SYNFACE_BODY std::int64_t blocks_along(std::int64_t length) {
  return (length + 7) / 8;
}

// i counts the blocks of Y, then those of Cb, then those of Cr.
SYNFACE_BODY std::int64_t block_count(ImageSize size) {
  const Planes p = planes_of(size);
  return blocks_along(p.height) * blocks_along(p.width) +
         2 * blocks_along(p.chroma_height) * blocks_along(p.chroma_width);
}

SYNFACE_BODY void plane_block(const Recipe& r, ImageSize size, std::int64_t i, float* planes) {
  if (r.quality == 0 || i >= block_count(size)) return;
  const Planes p = planes_of(size);
  const std::int64_t across = blocks_along(p.width), luma = blocks_along(p.height) * across;
  if (i < luma) {
    jpeg_block(r.luma, p.height, p.width, i / across, i % across, planes);
    return;
  }
  const std::int64_t wide = blocks_along(p.chroma_width);
  const std::int64_t each = blocks_along(p.chroma_height) * wide, at = (i - luma) % each;
  jpeg_block(r.chroma, p.chroma_height, p.chroma_width, at / wide, at % wide,
             planes + (i - luma < each ? p.cb : p.cr));
}

SYNFACE_BODY void from_planes_pixel(const Recipe& r, ImageSize size, std::int64_t i,
                                    const float* planes, float* image) {
  if (r.quality == 0) return;
  float* const rgb = image + 3 * i;
  if (erased(r, size, i)) {
    rgb[0] = rgb[1] = rgb[2] = 0.0F;
    return;
  }
  const Planes p = planes_of(size);
  const std::int64_t y = i / size.width, x = i % size.width, near = x / 2;
  std::int64_t far = x % 2 == 0 ? near - 1 : near + 1;
  far = far < 0 ? 0 : far > p.chroma_width - 1 ? p.chroma_width - 1 : far;
  const float *const b = planes + p.cb, *const c = planes + p.cr;
  rgb_of(planes[i], chroma_at(chroma_column(p, y, near, b), chroma_column(p, y, far, b)),
         chroma_at(chroma_column(p, y, near, c), chroma_column(p, y, far, c)), rgb);
}

}  // namespace synface::train
