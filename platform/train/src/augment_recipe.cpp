#include "augment_recipe.h"

#include <synface/base/philox.h>
#include <synface/philox.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

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
  std::array<double, 8> corners{};  // x and y in sides; clockwise from the upper left one
  double small = 0;                 // part of the side; 0: full resolution
  int quality = 0;                  // 0: no JPEG
  double gamma = 1;
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
  for (double& corner : d.corners) corner = around(s.warp);
  const bool resample = random.uniform() < s.resample;
  const double small = 0.35 + 0.5 * random.uniform();
  d.small = resample ? small : 0;
  const bool jpeg = random.uniform() < s.jpeg;
  const int quality = 30 + static_cast<int>(66.0 * random.uniform());
  d.quality = jpeg ? quality : 0;
  d.gamma = std::exp(around(s.gamma));
  d.contrast *= 1 + around(s.contrast);
  d.red *= 1 + around(s.white_balance);
  d.blue *= 1 + around(s.white_balance);
  if (random.uniform() < s.grey) {
    d.saturation = 0;
    d.red = d.blue = 1;
  }
  return d;
}

// The map of the unit square's corners (0, 0), (1, 0), (1, 1), (0, 1) to themselves plus `corners`:
// Heckbert, Fundamentals of Texture Mapping and Image Warping (1989), section 2.2.3. Rows of
// {x', y', w} = m {x, y, 1}.
std::array<double, 9> perspective(const std::array<double, 8>& corners) {
  const std::array<double, 4> x = {corners[0], 1 + corners[2], 1 + corners[4], corners[6]};
  const std::array<double, 4> y = {corners[1], corners[3], 1 + corners[5], 1 + corners[7]};
  const double dx1 = x[1] - x[2], dx2 = x[3] - x[2], dx3 = x[0] - x[1] + x[2] - x[3];
  const double dy1 = y[1] - y[2], dy2 = y[3] - y[2], dy3 = y[0] - y[1] + y[2] - y[3];
  const double d = dx1 * dy2 - dx2 * dy1;
  const double g = (dx3 * dy2 - dx2 * dy3) / d, h = (dx1 * dy3 - dx3 * dy1) / d;
  return {x[1] - x[0] + g * x[1],
          x[3] - x[0] + h * x[3],
          x[0],
          y[1] - y[0] + g * y[1],
          y[3] - y[0] + h * y[3],
          y[0],
          g,
          h,
          1};
}

Warp affine_of(const Drawn& drawn, std::int64_t height, std::int64_t width) {
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
          static_cast<float>(cy - d * (cx + sx) - e * (cy + sy)),
          0,
          0};
}

// The corners' pixels go where the corners say; the affine map follows.
Warp warp_of(const Drawn& drawn, std::int64_t height, std::int64_t width) {
  const Warp affine = affine_of(drawn, height, width);
  if (std::all_of(drawn.corners.begin(), drawn.corners.end(), [](double c) { return c == 0; })) {
    return affine;
  }
  const std::array<double, 9> m = perspective(drawn.corners);
  // In pixels, and divided by its last element, which is 1.
  const double sx = static_cast<double>(std::max<std::int64_t>(1, width - 1));
  const double sy = static_cast<double>(std::max<std::int64_t>(1, height - 1));
  const std::array<double, 9> p = {
      m[0], m[1] * sx / sy, m[2] * sx, m[3] * sy / sx, m[4], m[5] * sy, m[6] / sx, m[7] / sy, 1};
  const auto row = [&](double a, double b, double c, std::size_t column) {
    return static_cast<float>(a * p[column] + b * p[column + 3] + c * p[column + 6]);
  };
  const Warp& t = affine;
  return {row(t.a, t.b, t.c, 0),    row(t.a, t.b, t.c, 1),   row(t.a, t.b, t.c, 2),
          row(t.d, t.e, t.f, 0),    row(t.d, t.e, t.f, 1),   row(t.d, t.e, t.f, 2),
          static_cast<float>(p[6]), static_cast<float>(p[7])};
}

// Weights of a Gaussian, cut at 2.5 sigma.
void blur_of(double sigma, Recipe& recipe) {
  const int radius = std::min(kMostRadius, static_cast<int>(std::ceil(2.5 * sigma)));
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += std::exp(-0.5 * i * i / (sigma * sigma));
  for (int i = -radius; i <= radius; ++i) {
    recipe.blur[i + radius] = static_cast<float>(std::exp(-0.5 * i * i / (sigma * sigma)) / sum);
  }
  recipe.radius = radius;
}

// Contrast turns about the image's mean grey after gamma, saturation about the pixel's own (Rec.
// 601 weights).
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
  if (d.gamma != 1) mean = 255 * std::pow(mean / 255, d.gamma);
  colour.b = static_cast<float>((1 - d.contrast) * d.brightness * mean / 127.5 - 1);
  colour.gamma = static_cast<float>(d.gamma);
  return colour;
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

// ITU-T T.81, tables K.1 and K.2: a row's frequency along the picture's rows rises.
constexpr std::array<std::uint8_t, 64> kLuma = {16, 11, 10, 16, 24,  40,  51,  61,   //
                                                12, 12, 14, 19, 26,  58,  60,  55,   //
                                                14, 13, 16, 24, 40,  57,  69,  56,   //
                                                14, 17, 22, 29, 51,  87,  80,  62,   //
                                                18, 22, 37, 56, 68,  109, 103, 77,   //
                                                24, 35, 55, 64, 81,  104, 113, 92,   //
                                                49, 64, 78, 87, 103, 121, 120, 101,  //
                                                72, 92, 95, 98, 112, 100, 103, 99};
constexpr std::array<std::uint8_t, 64> kChroma = {17, 18, 24, 47, 99, 99, 99, 99,  //
                                                  18, 21, 26, 66, 99, 99, 99, 99,  //
                                                  24, 26, 56, 99, 99, 99, 99, 99,  //
                                                  47, 66, 99, 99, 99, 99, 99, 99,  //
                                                  99, 99, 99, 99, 99, 99, 99, 99,  //
                                                  99, 99, 99, 99, 99, 99, 99, 99,  //
                                                  99, 99, 99, 99, 99, 99, 99, 99,  //
                                                  99, 99, 99, 99, 99, 99, 99, 99};

// The tables at a quality of 1 to 100, scaled as libjpeg does (jpeg_quality_scaling).
void jpeg_of(int quality, Recipe& recipe) {
  const int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const auto scaled = [&](std::uint8_t step) {
    return static_cast<std::uint8_t>(std::clamp((step * percent + 50) / 100, 1, 255));
  };
  for (std::size_t u = 0; u < 8; ++u) {
    for (std::size_t v = 0; v < 8; ++v) {
      recipe.luma[8 * v + u] = scaled(kLuma[8 * u + v]);
      recipe.chroma[8 * v + u] = scaled(kChroma[8 * u + v]);
    }
  }
  recipe.quality = quality;
}

void small_of(double part, ImageSize size, Recipe& recipe) {
  const auto side = [&](std::int64_t full) {
    return std::max(1, static_cast<std::int32_t>(std::lround(part * static_cast<double>(full))));
  };
  recipe.small_height = side(size.height);
  recipe.small_width = side(size.width);
}

void erase_of(const Drawn& d, ImageSize size, Recipe& recipe) {
  const double area = d.area * static_cast<double>(size.height * size.width);
  const auto limit = [](double v, std::int64_t most) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::lround(v)), 1, most);
  };
  const std::int64_t h = limit(std::sqrt(area * d.ratio), size.height);
  const std::int64_t w = limit(std::sqrt(area / d.ratio), size.width);
  recipe.top = static_cast<std::int32_t>(d.y * static_cast<double>(size.height - h + 1));
  recipe.left = static_cast<std::int32_t>(d.x * static_cast<double>(size.width - w + 1));
  recipe.erased_height = static_cast<std::int32_t>(h);
  recipe.erased_width = static_cast<std::int32_t>(w);
}

}  // namespace

Recipe recipe_of(const Augmentation& settings, std::uint64_t seed, std::uint64_t image,
                 ImageSize size, const std::uint8_t* pixels) {
  const Drawn drawn = draw(settings, seed, image);
  Recipe recipe{};
  recipe.warp = warp_of(drawn, size.height, size.width);
  if (drawn.sigma > 0) {
    blur_of(drawn.sigma * static_cast<double>(std::max(size.height, size.width)) / 48, recipe);
  }
  recipe.colour = colour_of(drawn, mean_grey(size.height * size.width, pixels));
  if (drawn.small > 0) small_of(drawn.small, size, recipe);
  if (drawn.quality > 0) jpeg_of(drawn.quality, recipe);
  if (drawn.erase) erase_of(drawn, size, recipe);
  return recipe;
}

}  // namespace synface::train
