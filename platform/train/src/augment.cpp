#include <synface/train/augment.h>

#include <algorithm>
#include <vector>

#include "augment_body.h"
#include "augment_recipe.h"
#include "clones.h"

namespace synface::train {
namespace {

// Bilinear, edges repeated; values stay in 0 .. 255.
SYNFACE_CLONES
void warp(const Affine& t, ImageSize size, const std::uint8_t* pixels, float* out) {
  for (std::int64_t y = 0; y < size.height; ++y) {
    const float bx = t.b * static_cast<float>(y) + t.c, by = t.e * static_cast<float>(y) + t.f;
    for (std::int64_t x = 0; x < size.width; ++x, out += 3) {
      sample(t, bx, by, x, size, pixels, out);
    }
  }
}

// Separable, edges repeated. The same sums as blur_pixel's, in the order that suits the caches.
void blur(const Recipe& recipe, ImageSize size, float* image) {
  const int radius = recipe.radius;
  const std::int64_t height = size.height, width = size.width, row = 3 * width;
  std::vector<float> across(static_cast<std::size_t>(row * height));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (int i = -radius; i <= radius; ++i) {
        const float w = recipe.blur[i + radius];
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
      const float w = recipe.blur[i + radius];
      const float* p = across.data() + row * std::clamp<std::int64_t>(y + i, 0, height - 1);
      for (std::int64_t x = 0; x < row; ++x) image[y * row + x] += w * p[x];
    }
  }
}

SYNFACE_CLONES
void apply_colour(const Colour& t, std::int64_t count, float* image) {
  for (std::int64_t i = 0; i < count; ++i) recolour(t, image + 3 * i);
}

void erase(const Recipe& recipe, ImageSize size, float* image) {
  for (std::int64_t y = 0; y < recipe.erased_height; ++y) {
    const std::int64_t first = (recipe.top + y) * size.width + recipe.left;
    std::fill_n(image + 3 * first, 3 * recipe.erased_width, 0.0F);
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
  const ImageSize size{height, width};
  const Recipe recipe = recipe_of(settings, seed, image, size, pixels);
  warp(recipe.warp, size, pixels, out);
  if (recipe.radius > 0) blur(recipe, size, out);
  apply_colour(recipe.colour, height * width, out);
  if (recipe.erased_height > 0) erase(recipe, size, out);
}

}  // namespace synface::train
