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
  if (drawn.erase) erase_of(drawn, size, recipe);
  return recipe;
}

}  // namespace synface::train
