#include "core/sensor.h"

#include <algorithm>
#include <array>

namespace synface::morphable {
namespace {

std::size_t index(int x) {
  return static_cast<std::size_t>(x);
}

// Bilinear at a position whose pixels' middles are whole numbers; beyond the border its pixels.
Vec3 sample(int height, int width, const std::vector<Vec3>& image, float x, float y) {
  x = clamp(x, 0.0F, static_cast<float>(width - 1));
  y = clamp(y, 0.0F, static_cast<float>(height - 1));
  const int ix = static_cast<int>(x);
  const int iy = static_cast<int>(y);
  const int jx = ix + 1 < width ? ix + 1 : ix;
  const int jy = iy + 1 < height ? iy + 1 : iy;
  const float fx = x - static_cast<float>(ix);
  const float fy = y - static_cast<float>(iy);
  const Vec3* row = &image[index(iy) * index(width)];
  const Vec3* next = &image[index(jy) * index(width)];
  return mix(mix(row[ix], row[jx], fx), mix(next[ix], next[jx], fx), fy);
}

// Tables K.1 and K.2 of ITU-T T.81.
constexpr std::array<int, 64> kLuminance = {
    16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
    14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
    18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};
constexpr std::array<int, 64> kChrominance = {
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99,
    99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

using Block = std::array<float, 64>;

struct Cosines {
  std::array<std::array<float, 8>, 8> c{};  // [frequency][place], orthonormal
  Cosines() {
    for (std::size_t u = 0; u < 8; ++u) {
      for (std::size_t x = 0; x < 8; ++x) {
        const double angle = (2.0 * static_cast<double>(x) + 1.0) * static_cast<double>(u) / 16.0;
        c[u][x] = static_cast<float>(sincos_of(kPi * angle).cos * (u == 0 ? sqrt_of(0.125) : 0.5));
      }
    }
  }
};

std::array<float, 64> steps(const std::array<int, 64>& table, float quality) {
  const double q = static_cast<double>(clamp(quality, 1.0F, 100.0F));
  const double scale = q < 50.0 ? 5000.0 / q : 200.0 - 2.0 * q;
  std::array<float, 64> out{};
  for (std::size_t i = 0; i < 64; ++i) {
    const int step = floor_int((static_cast<double>(table[i]) * scale + 50.0) / 100.0);
    out[i] = static_cast<float>(clamp(step, 1, 255));
  }
  return out;
}

// Rows then columns of `from` times the cosines, forwards or back.
void transform(const Cosines& cosines, bool back, Block& block) {
  Block half{};
  for (std::size_t r = 0; r < 8; ++r) {
    for (std::size_t k = 0; k < 8; ++k) {
      float sum = 0;
      for (std::size_t x = 0; x < 8; ++x) {
        sum += block[8 * r + x] * (back ? cosines.c[x][k] : cosines.c[k][x]);
      }
      half[8 * r + k] = sum;
    }
  }
  for (std::size_t k = 0; k < 8; ++k) {
    for (std::size_t c = 0; c < 8; ++c) {
      float sum = 0;
      for (std::size_t y = 0; y < 8; ++y) {
        sum += half[8 * y + c] * (back ? cosines.c[y][k] : cosines.c[k][y]);
      }
      block[8 * k + c] = sum;
    }
  }
}

// plane [height, width], both divisible by 8, values about 0.
void quantise(int height, int width, const std::array<float, 64>& step, const Cosines& cosines,
              float* plane) {
  for (int y = 0; y < height; y += 8) {
    for (int x = 0; x < width; x += 8) {
      Block block;
      for (std::size_t i = 0; i < 64; ++i) {
        block[i] = plane[(index(y) + i / 8) * index(width) + index(x) + i % 8];
      }
      transform(cosines, false, block);
      for (std::size_t i = 0; i < 64; ++i) {
        block[i] = static_cast<float>(floor_int(block[i] / step[i] + 0.5F)) * step[i];
      }
      transform(cosines, true, block);
      for (std::size_t i = 0; i < 64; ++i) {
        plane[(index(y) + i / 8) * index(width) + index(x) + i % 8] = block[i];
      }
    }
  }
}

uint8_t byte(float x) {
  return static_cast<uint8_t>(clamp(x + 0.5F, 0.0F, 255.0F));
}

}  // namespace

void blur_motion(int height, int width, float length, float angle, std::vector<Vec3>& image,
                 std::vector<Vec3>& work) {
  length = clamp(length, 0.0F, 80.0F);
  if (length < 0.2F) return;
  const SinCos s = sincos_of(static_cast<double>(angle));
  const auto dx = static_cast<float>(s.cos);
  const auto dy = static_cast<float>(s.sin);
  const int taps = 2 + floor_int(length);
  work.assign(image.begin(), image.end());
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      Vec3 sum;
      for (int t = 0; t < taps; ++t) {
        const float at = length * (static_cast<float>(t) / static_cast<float>(taps - 1) - 0.5F);
        sum += sample(height, width, work, static_cast<float>(x) + at * dx,
                      static_cast<float>(y) + at * dy);
      }
      image[index(y) * index(width) + index(x)] = sum * (1.0F / static_cast<float>(taps));
    }
  }
}

void lose_resolution(int height, int width, float share, std::vector<Vec3>& image,
                     std::vector<Vec3>& work) {
  share = clamp(share, 0.05F, 1.0F);
  const int h = std::max(1, floor_int(static_cast<float>(height) * share + 0.5F));
  const int w = std::max(1, floor_int(static_cast<float>(width) * share + 0.5F));
  if (h >= height && w >= width) return;
  // Four samples stand for the area of a large pixel.
  const float sx = static_cast<float>(width) / static_cast<float>(w);
  const float sy = static_cast<float>(height) / static_cast<float>(h);
  work.resize(index(h) * index(w));
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      Vec3 sum;
      for (int k = 0; k < 4; ++k) {
        const float u = (static_cast<float>(x) + (k % 2 == 0 ? 0.25F : 0.75F)) * sx - 0.5F;
        const float v = (static_cast<float>(y) + (k / 2 == 0 ? 0.25F : 0.75F)) * sy - 0.5F;
        sum += sample(height, width, image, u, v);
      }
      work[index(y) * index(w) + index(x)] = sum * 0.25F;
    }
  }
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image[index(y) * index(width) + index(x)] =
          sample(h, w, work, (static_cast<float>(x) + 0.5F) / sx - 0.5F,
                 (static_cast<float>(y) + 0.5F) / sy - 0.5F);
    }
  }
}

void grade(float warm, float green, float saturation, std::vector<Vec3>& image) {
  const float red_gain = exp_fast(clamp(warm, -2.0F, 2.0F));
  const Vec3 gain{red_gain, exp_fast(clamp(green, -2.0F, 2.0F)), 1.0F / red_gain};
  saturation = clamp(saturation, 0.0F, 2.0F);
  for (Vec3& c : image) {
    c = c * gain;
    const float y = 0.2126F * c.x + 0.7152F * c.y + 0.0722F * c.z;
    c = mix(Vec3{y, y, y}, c, saturation);
  }
}

void compress(int height, int width, float quality, uint8_t* image, std::vector<float>& work) {
  static const Cosines cosines;
  const int tall = (height + 15) / 16 * 16;
  const int wide = (width + 15) / 16 * 16;
  const std::size_t whole = index(tall) * index(wide);
  work.resize(whole * 3 / 2);
  float* luma = work.data();
  float* chroma[2] = {luma + whole, luma + whole + whole / 4};
  std::fill(chroma[0], chroma[0] + whole / 2, 0.0F);
  for (int y = 0; y < tall; ++y) {
    for (int x = 0; x < wide; ++x) {
      const int v = std::min(y, height - 1);
      const int u = std::min(x, width - 1);
      const uint8_t* p = image + 3 * (index(v) * index(width) + index(u));
      const auto r = static_cast<float>(p[0]);
      const auto g = static_cast<float>(p[1]);
      const auto b = static_cast<float>(p[2]);
      luma[index(y) * index(wide) + index(x)] = 0.299F * r + 0.587F * g + 0.114F * b - 128.0F;
      const std::size_t at = index(y / 2) * index(wide / 2) + index(x / 2);
      chroma[0][at] += 0.25F * (-0.168736F * r - 0.331264F * g + 0.5F * b);
      chroma[1][at] += 0.25F * (0.5F * r - 0.418688F * g - 0.081312F * b);
    }
  }
  quantise(tall, wide, steps(kLuminance, quality), cosines, luma);
  for (float* plane : chroma) {
    quantise(tall / 2, wide / 2, steps(kChrominance, quality), cosines, plane);
  }
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      uint8_t* p = image + 3 * (index(y) * index(width) + index(x));
      const float l = luma[index(y) * index(wide) + index(x)] + 128.0F;
      const std::size_t at = index(y / 2) * index(wide / 2) + index(x / 2);
      p[0] = byte(l + 1.402F * chroma[1][at]);
      p[1] = byte(l - 0.344136F * chroma[0][at] - 0.714136F * chroma[1][at]);
      p[2] = byte(l + 1.772F * chroma[0][at]);
    }
  }
}

}  // namespace synface::morphable
