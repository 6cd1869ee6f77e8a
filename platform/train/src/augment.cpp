#include <synface/base/philox.h>
#include <synface/philox.h>
#include <synface/train/augment.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "clones.h"

namespace synface::train {
namespace {

// Everything that is drawn for one image, always the same count of words in the same order, so
// that switching one part off does not change the others.
struct Drawn {
  bool mirror = false;
  double zoom = 1, angle = 0, shift_x = 0, shift_y = 0;  // angle in radians, shifts in sides
  double brightness = 1, contrast = 1, saturation = 1, red = 1, blue = 1;
  double sigma = 0;  // 0: no blur
  bool erase = false;
  double area = 0, ratio = 1, x = 0, y = 0;
};

Drawn draw(const Augmentation& s, std::uint64_t seed, std::uint64_t image) {
  PhiloxStream random(seed, SYNFACE_STREAM_AUGMENT, image);
  const auto around = [&](double spread) { return spread * (2.0 * random.uniform() - 1.0); };
  Drawn d;
  d.mirror = random.uniform() < 0.5F && s.flip;
  d.zoom = 1 + around(s.scale);
  d.angle = around(s.rotation) * std::numbers::pi / 180;
  d.shift_x = around(s.shift);
  d.shift_y = around(s.shift);
  d.brightness = 1 + around(s.color);
  d.contrast = 1 + around(s.color);
  d.saturation = 1 + around(s.color);
  d.red = 1 + around(s.color / 2);
  d.blue = 1 + around(s.color / 2);
  const bool blur = random.uniform() < s.blur;
  const double sigma = 0.3 + 1.2 * random.uniform();
  d.sigma = blur ? sigma : 0;
  d.erase = random.uniform() < s.erasing;
  d.area = 0.02 + 0.18 * random.uniform();
  d.ratio = std::exp(std::log(3.0) * (2.0 * random.uniform() - 1.0));
  d.x = random.uniform();
  d.y = random.uniform();
  return d;
}

// From output to source: x_s = a x + b y + c, y_s = d x + e y + f, in pixel indices.
struct Affine {
  float a, b, c, d, e, f;
};

Affine warp_of(const Drawn& drawn, std::int64_t height, std::int64_t width) {
  const double cx = 0.5 * static_cast<double>(width - 1);
  const double cy = 0.5 * static_cast<double>(height - 1);
  const double cosine = std::cos(drawn.angle) / drawn.zoom;
  const double sine = std::sin(drawn.angle) / drawn.zoom;
  const double mirror = drawn.mirror ? -1 : 1;
  const double sx = drawn.shift_x * static_cast<double>(width);
  const double sy = drawn.shift_y * static_cast<double>(height);
  const double a = mirror * cosine, b = mirror * sine, d = -sine, e = cosine;
  return {static_cast<float>(a),
          static_cast<float>(b),
          static_cast<float>(cx - a * (cx + sx) - b * (cy + sy)),
          static_cast<float>(d),
          static_cast<float>(e),
          static_cast<float>(cy - d * (cx + sx) - e * (cy + sy))};
}

// Bilinear, edges repeated; values stay in 0 .. 255.
SYNFACE_CLONES
void warp(const Affine& t, std::int64_t height, std::int64_t width, const std::uint8_t* pixels,
          float* out) {
  const auto right = static_cast<float>(width - 1), bottom = static_cast<float>(height - 1);
  const std::int64_t row = 3 * width;
  for (std::int64_t y = 0; y < height; ++y) {
    const float bx = t.b * static_cast<float>(y) + t.c, by = t.e * static_cast<float>(y) + t.f;
    for (std::int64_t x = 0; x < width; ++x) {
      const float sx = std::clamp(t.a * static_cast<float>(x) + bx, 0.0F, right);
      const float sy = std::clamp(t.d * static_cast<float>(x) + by, 0.0F, bottom);
      const auto ix = static_cast<std::int64_t>(sx), iy = static_cast<std::int64_t>(sy);
      const float fx = sx - static_cast<float>(ix), fy = sy - static_cast<float>(iy);
      const std::uint8_t* p = pixels + iy * row + 3 * ix;
      const std::int64_t dx = ix + 1 < width ? 3 : 0, dy = iy + 1 < height ? row : 0;
      for (std::int64_t c = 0; c < 3; ++c) {
        const float top = static_cast<float>(p[c]) +
                          fx * (static_cast<float>(p[c + dx]) - static_cast<float>(p[c]));
        const float low = static_cast<float>(p[c + dy]) +
                          fx * (static_cast<float>(p[c + dx + dy]) - static_cast<float>(p[c + dy]));
        *out++ = top + fy * (low - top);
      }
    }
  }
}

constexpr int kMostRadius = 12;

// Separable Gaussian, edges repeated.
void blur(double sigma, std::int64_t height, std::int64_t width, float* image) {
  const int radius = std::min(kMostRadius, static_cast<int>(std::ceil(2.5 * sigma)));
  std::array<float, 2 * kMostRadius + 1> kernel{};
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += std::exp(-0.5 * i * i / (sigma * sigma));
  for (int i = -radius; i <= radius; ++i) {
    kernel[static_cast<std::size_t>(i + radius)] =
        static_cast<float>(std::exp(-0.5 * i * i / (sigma * sigma)) / sum);
  }
  const std::int64_t row = 3 * width;
  std::vector<float> across(static_cast<std::size_t>(row * height));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (int i = -radius; i <= radius; ++i) {
        const float w = kernel[static_cast<std::size_t>(i + radius)];
        const float* p = image + y * row + 3 * std::clamp<std::int64_t>(x + i, 0, width - 1);
        for (std::int64_t c = 0; c < 3; ++c) {
          across[static_cast<std::size_t>(y * row + 3 * x + c)] += w * p[c];
        }
      }
    }
  }
  std::fill(image, image + row * height, 0.0F);
  for (std::int64_t y = 0; y < height; ++y) {
    for (int i = -radius; i <= radius; ++i) {
      const float w = kernel[static_cast<std::size_t>(i + radius)];
      const float* p = across.data() + row * std::clamp<std::int64_t>(y + i, 0, height - 1);
      for (std::int64_t x = 0; x < row; ++x) image[y * row + x] += w * p[x];
    }
  }
}

// v' = m v + b on RGB in 0 .. 255, straight to [-1, 1].
struct Colour {
  std::array<float, 9> m;
  float b;
};

// Contrast turns about the image's mean grey, saturation about the pixel's own (Rec. 601 weights).
Colour colour_of(const Drawn& d, double mean) {
  constexpr std::array<double, 3> kGrey = {0.299, 0.587, 0.114};
  const std::array<double, 3> balance = {d.red, 1.0, d.blue};
  Colour colour{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double mixed = (i == j ? d.saturation : 0.0) + (1 - d.saturation) * kGrey[j];
      colour.m[3 * i + j] =
          static_cast<float>(d.contrast * d.brightness * balance[i] * mixed / 127.5);
    }
  }
  colour.b = static_cast<float>((1 - d.contrast) * d.brightness * mean / 127.5 - 1);
  return colour;
}

SYNFACE_CLONES
void apply_colour(const Colour& t, std::int64_t count, float* image) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float r = image[3 * i], g = image[3 * i + 1], b = image[3 * i + 2];
    for (int c = 0; c < 3; ++c) {
      const float v = t.m[static_cast<std::size_t>(3 * c)] * r +
                      t.m[static_cast<std::size_t>(3 * c + 1)] * g +
                      t.m[static_cast<std::size_t>(3 * c + 2)] * b + t.b;
      image[3 * i + c] = v < -1.0F ? -1.0F : v > 1.0F ? 1.0F : v;
    }
  }
}

double mean_grey(std::int64_t count, const std::uint8_t* pixels) {
  std::uint64_t red = 0, green = 0, blue = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    red += pixels[3 * i];
    green += pixels[3 * i + 1];
    blue += pixels[3 * i + 2];
  }
  return (0.299 * static_cast<double>(red) + 0.587 * static_cast<double>(green) +
          0.114 * static_cast<double>(blue)) /
         static_cast<double>(count);
}

void erase(const Drawn& d, std::int64_t height, std::int64_t width, float* image) {
  const double area = d.area * static_cast<double>(height * width);
  const auto limit = [](double v, std::int64_t most) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::lround(v)), 1, most);
  };
  const std::int64_t h = limit(std::sqrt(area * d.ratio), height);
  const std::int64_t w = limit(std::sqrt(area / d.ratio), width);
  const auto top = static_cast<std::int64_t>(d.y * static_cast<double>(height - h + 1));
  const auto left = static_cast<std::int64_t>(d.x * static_cast<double>(width - w + 1));
  for (std::int64_t y = top; y < top + h; ++y) {
    std::fill_n(image + 3 * (y * width + left), 3 * w, 0.0F);
  }
}

}  // namespace

void convert(std::int64_t height, std::int64_t width, const std::uint8_t* pixels, bool mirror,
             float* out) {
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const std::uint8_t* p = pixels + 3 * (y * width + (mirror ? width - 1 - x : x));
      for (int c = 0; c < 3; ++c) *out++ = static_cast<float>(p[c]) / 127.5F - 1.0F;
    }
  }
}

void augment(const Augmentation& settings, std::uint64_t seed, std::uint64_t image,
             std::int64_t height, std::int64_t width, const std::uint8_t* pixels, float* out) {
  const Drawn drawn = draw(settings, seed, image);
  warp(warp_of(drawn, height, width), height, width, pixels, out);
  if (drawn.sigma > 0) {
    blur(drawn.sigma * static_cast<double>(std::max(height, width)) / 48, height, width, out);
  }
  apply_colour(colour_of(drawn, mean_grey(height * width, pixels)), height * width, out);
  if (drawn.erase) erase(drawn, height, width, out);
}

}  // namespace synface::train
