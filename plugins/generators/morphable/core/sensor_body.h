// The steps of sensor.h for one pixel, or one block of JPEG: one text for the CPU's loops and for
// the GPU's threads. All pictures are [height, width] linear RGB.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/noise.h"

namespace synface::morphable {

struct Pixels {
  int height, width;
  const Vec3* rgb;
  SYNFACE_BODY const Vec3& at(int y, int x) const {
    return rgb[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
               static_cast<std::size_t>(x)];
  }
  // Bilinear at a position whose pixels' middles are whole numbers; beyond the border its pixels.
  SYNFACE_BODY Vec3 between(float x, float y) const {
    x = clamp(x, 0.0F, static_cast<float>(width - 1));
    y = clamp(y, 0.0F, static_cast<float>(height - 1));
    const int ix = static_cast<int>(x);
    const int iy = static_cast<int>(y);
    const int jx = ix + 1 < width ? ix + 1 : ix;
    const int jy = iy + 1 < height ? iy + 1 : iy;
    const float fx = x - static_cast<float>(ix);
    const float fy = y - static_cast<float>(iy);
    return mix(mix(at(iy, ix), at(iy, jx), fx), mix(at(jy, ix), at(jy, jx), fx), fy);
  }
};

// The binomial blur, across and then down.
SYNFACE_BODY Vec3 soft_across(const Pixels& p, int y, int x) {
  const Vec3 left = p.at(y, x > 0 ? x - 1 : 0);
  const Vec3 right = p.at(y, x + 1 < p.width ? x + 1 : x);
  return (left + right) * 0.25F + p.at(y, x) * 0.5F;
}
// across: what soft_across() made of the picture; sharp: the picture's own pixel.
SYNFACE_BODY Vec3 soft_down(const Pixels& across, int y, int x, Vec3 sharp, float amount) {
  const Vec3 above = across.at(y > 0 ? y - 1 : 0, x);
  const Vec3 below = across.at(y + 1 < across.height ? y + 1 : y, x);
  return mix(sharp, (above + below) * 0.25F + across.at(y, x) * 0.5F, amount);
}

// A straight path in a direction (dx, dy); taps 0: none.
struct Motion {
  int taps;
  float length, dx, dy;
};
SYNFACE_BODY Vec3 moved(const Pixels& p, const Motion& m, int y, int x) {
  Vec3 sum;
  for (int t = 0; t < m.taps; ++t) {
    const float at = m.length * (static_cast<float>(t) / static_cast<float>(m.taps - 1) - 0.5F);
    sum += p.between(static_cast<float>(x) + at * m.dx, static_cast<float>(y) + at * m.dy);
  }
  return sum * (1.0F / static_cast<float>(m.taps));
}

// The size that a picture is brought to and back from; height 0: it stays.
struct Shrinking {
  int height, width;
  float sy, sx;  // pixels of the picture in one of the small one
};
// Four samples stand for the area of a large pixel.
SYNFACE_BODY Vec3 shrunk(const Pixels& p, const Shrinking& s, int y, int x) {
  Vec3 sum;
  for (int k = 0; k < 4; ++k) {
    const float u = (static_cast<float>(x) + (k % 2 == 0 ? 0.25F : 0.75F)) * s.sx - 0.5F;
    const float v = (static_cast<float>(y) + (k / 2 == 0 ? 0.25F : 0.75F)) * s.sy - 0.5F;
    sum += p.between(u, v);
  }
  return sum * 0.25F;
}
SYNFACE_BODY Vec3 enlarged(const Pixels& small, const Shrinking& s, int y, int x) {
  return small.between((static_cast<float>(x) + 0.5F) / s.sx - 0.5F,
                       (static_cast<float>(y) + 0.5F) / s.sy - 0.5F);
}

struct Grading {
  Vec3 gain;
  float saturation;
};
SYNFACE_BODY Vec3 graded(const Grading& g, Vec3 c) {
  c = c * g.gain;
  const float y = luminance(c);
  return mix(Vec3{y, y, y}, c, g.saturation);
}

// Grey levels over sqrt(linear) in 0..1.25, in kToneSteps + 1 entries (tone_table(), camera.h).
constexpr int kToneSteps = 4096;

// amount: standard deviation, grey levels; 0: none.
struct Grain {
  uint32_t seed;
  float amount;
};
// Level of channel `place` % 3 of pixel `place` / 3.
SYNFACE_BODY uint8_t developed(const uint8_t* tone, const Grain& grain, std::size_t place,
                               float linear) {
  const float root =
      sqrt_of(linear > 0.0F ? linear : 0.0F) * (static_cast<float>(kToneSteps) / 1.25F);
  const float top = static_cast<float>(kToneSteps);
  float level = static_cast<float>(tone[static_cast<std::size_t>(root < top ? root : top)]);
  if (grain.amount > 0.0F) {
    // Sum of four bytes: close to a normal distribution, mean 510, sd 147.8.
    const uint32_t h = hash2(grain.seed, static_cast<uint32_t>(place));
    const auto four = (h & 255U) + ((h >> 8) & 255U) + ((h >> 16) & 255U) + (h >> 24);
    level += grain.amount * (static_cast<float>(four) - 510.0F) * (1.0F / 147.8F);
  }
  return static_cast<uint8_t>(clamp(level + 0.5F, 0.0F, 255.0F));
}

// The planes of JPEG: luma [tall, wide], then two of chroma of half the size.
struct JpegPlanes {
  int height, width, tall, wide;  // of the picture; of the luma, divisible by 16
  SYNFACE_BODY JpegPlanes(int h, int w)
      : height(h), width(w), tall((h + 15) / 16 * 16), wide((w + 15) / 16 * 16) {}
  SYNFACE_BODY std::size_t whole() const {
    return static_cast<std::size_t>(tall) * static_cast<std::size_t>(wide);
  }
  SYNFACE_BODY std::size_t floats() const { return whole() * 3 / 2; }
  SYNFACE_BODY int cells() const { return tall / 2 * (wide / 2); }
  SYNFACE_BODY int blocks() const { return tall / 8 * (wide / 8) * 3 / 2; }
};

// A cell: 2 x 2 pixels of luma and one of chroma. The border's pixels continue beyond it.
SYNFACE_BODY void to_planes(const JpegPlanes& j, int cell, const uint8_t* image, float* planes) {
  const int half = j.wide / 2;
  const int top = cell / half * 2;
  const int left = cell % half * 2;
  float chroma[2] = {0, 0};
  for (int y = top; y < top + 2; ++y) {
    for (int x = left; x < left + 2; ++x) {
      const int v = y < j.height ? y : j.height - 1;
      const int u = x < j.width ? x : j.width - 1;
      const uint8_t* p =
          image + 3 * (static_cast<std::size_t>(v) * static_cast<std::size_t>(j.width) +
                       static_cast<std::size_t>(u));
      const auto r = static_cast<float>(p[0]);
      const auto g = static_cast<float>(p[1]);
      const auto b = static_cast<float>(p[2]);
      planes[static_cast<std::size_t>(y) * static_cast<std::size_t>(j.wide) +
             static_cast<std::size_t>(x)] = 0.299F * r + 0.587F * g + 0.114F * b - 128.0F;
      chroma[0] += 0.25F * (-0.168736F * r - 0.331264F * g + 0.5F * b);
      chroma[1] += 0.25F * (0.5F * r - 0.418688F * g - 0.081312F * b);
    }
  }
  float* const at = planes + j.whole() + static_cast<std::size_t>(cell);
  at[0] = chroma[0];
  at[j.whole() / 4] = chroma[1];
}

// Rows, then columns of a block times the cosines [frequency][place], forwards or back.
template <bool kBack>
SYNFACE_BODY void transform(const float* cosines, float (&block)[64]) {
  float half[64];
  for (int r = 0; r < 8; ++r) {
    for (int k = 0; k < 8; ++k) {
      float sum = 0;
      for (int x = 0; x < 8; ++x) {
        sum += block[8 * r + x] * (kBack ? cosines[8 * x + k] : cosines[8 * k + x]);
      }
      half[8 * r + k] = sum;
    }
  }
  for (int k = 0; k < 8; ++k) {
    for (int c = 0; c < 8; ++c) {
      float sum = 0;
      for (int y = 0; y < 8; ++y) {
        sum += half[8 * y + c] * (kBack ? cosines[8 * y + k] : cosines[8 * k + y]);
      }
      block[8 * k + c] = sum;
    }
  }
}

// Block number `at` of the three planes to whole multiples of its steps. steps: [64] of luma, then
// of chroma.
SYNFACE_BODY void quantise(const JpegPlanes& j, const float* cosines, const float* steps, int at,
                           float* planes) {
  const int of_luma = j.tall / 8 * (j.wide / 8);
  int wide = j.wide;
  if (at >= of_luma) {
    at -= of_luma;
    wide /= 2;
    steps += 64;
    planes += j.whole();
    if (at >= of_luma / 4) {
      at -= of_luma / 4;
      planes += j.whole() / 4;
    }
  }
  const int across = wide / 8;
  float* const corner = planes +
                        static_cast<std::size_t>(at / across * 8) * static_cast<std::size_t>(wide) +
                        static_cast<std::size_t>(at % across * 8);
  float block[64];
  for (int i = 0; i < 64; ++i) block[i] = corner[i / 8 * wide + i % 8];
  transform<false>(cosines, block);
  for (int i = 0; i < 64; ++i) {
    block[i] = static_cast<float>(floor_int(block[i] / steps[i] + 0.5F)) * steps[i];
  }
  transform<true>(cosines, block);
  for (int i = 0; i < 64; ++i) corner[i / 8 * wide + i % 8] = block[i];
}

SYNFACE_BODY uint8_t nearest_byte(float x) {
  return static_cast<uint8_t>(clamp(x + 0.5F, 0.0F, 255.0F));
}
SYNFACE_BODY void from_planes(const JpegPlanes& j, int y, int x, const float* planes, uint8_t* p) {
  const float luma = planes[static_cast<std::size_t>(y) * static_cast<std::size_t>(j.wide) +
                            static_cast<std::size_t>(x)] +
                     128.0F;
  const float* const chroma =
      planes + j.whole() + static_cast<std::size_t>(y / 2) * static_cast<std::size_t>(j.wide / 2) +
      static_cast<std::size_t>(x / 2);
  const float blue = chroma[0];
  const float red = chroma[j.whole() / 4];
  p[0] = nearest_byte(luma + 1.402F * red);
  p[1] = nearest_byte(luma - 0.344136F * blue - 0.714136F * red);
  p[2] = nearest_byte(luma + 1.772F * blue);
}

// What a camera and a file do to one picture.
struct Film {
  float softness;  // 0: none
  Motion motion;
  Shrinking shrinking;
  Grading grading;
  Grain grain;
  int32_t compressed;  // by JPEG, with these steps
  float steps[2 * 64];
};

}  // namespace synface::morphable
