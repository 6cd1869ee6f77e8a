#include <synface/train/augment.h>

#include <algorithm>

#include "augment_loops.h"
#include "augment_recipe.h"
#include "clones.h"

namespace synface::train {
namespace {

// Of warp(): the picture with four floats a pixel and a row of nothing below, and a row of places.
std::int64_t warp_floats(ImageSize size) {
  return 4 * (size.height + 1) * size.width + 4 + 2 * size.width;
}

// Bilinear, edges repeated; values stay in 0 .. 255. `scratch` [warp_floats()]. A right or lower
// neighbour beyond the edge is read and has no weight.
SYNFACE_CLONES
void warp(const Warp& t, ImageSize size, const std::uint8_t* pixels, float* scratch, float* out) {
  const std::int64_t width = size.width, count = size.height * width, row = 4 * width;
  for (std::int64_t i = 0; i < count; ++i) {
    for (int c = 0; c < 3; ++c) scratch[4 * i + c] = static_cast<float>(pixels[3 * i + c]);
    scratch[4 * i + 3] = 0.0F;
  }
  std::fill_n(scratch + 4 * count, row + 4, 0.0F);
  float* const at_x = scratch + 4 * count + row + 4;
  float* const at_y = at_x + width;
  for (std::int64_t y = 0; y < size.height; ++y) {
    const auto line = static_cast<float>(y);
    const float bx = t.b * line + t.c, by = t.e * line + t.f, bw = t.h * line + 1.0F;
    for (std::int64_t x = 0; x < width; ++x) {
      const Point at = source_of(t, bx, by, bw, x, size);
      at_x[x] = at.x;
      at_y[x] = at.y;
    }
    for (std::int64_t x = 0; x < width; ++x, out += 3) {
      const auto ix = static_cast<std::int32_t>(at_x[x]), iy = static_cast<std::int32_t>(at_y[x]);
      const float fx = at_x[x] - static_cast<float>(ix), fy = at_y[x] - static_cast<float>(iy);
      const float* p = scratch + iy * row + 4 * ix;
      float rgb[4];
      for (int c = 0; c < 4; ++c) {
        rgb[c] = bilinear(p[c], p[4 + c], p[row + c], p[row + 4 + c], fx, fy);
      }
      for (int c = 0; c < 3; ++c) out[c] = rgb[c];
    }
  }
}

// Separable, edges repeated. The same sums as blur_pixel's, in the order that suits the caches.
SYNFACE_CLONES
void blur(const Recipe& recipe, ImageSize size, float* across, float* image) {
  const std::int64_t radius = recipe.radius;
  const std::int64_t height = size.height, width = size.width, row = 3 * width;
  std::fill_n(across, row * height, 0.0F);
  for (std::int64_t y = 0; y < height; ++y) {
    const float* const from = image + y * row;
    float* const to = across + y * row;
    for (std::int64_t i = -radius; i <= radius; ++i) {
      const float w = recipe.blur[i + radius];
      // Pixels x with x + i inside of the row, and those before and after them.
      const std::int64_t first = std::clamp<std::int64_t>(-i, 0, width);
      const std::int64_t last = std::clamp<std::int64_t>(width - i, 0, width);
      for (std::int64_t x = 0; x < first; ++x) {
        for (std::int64_t c = 0; c < 3; ++c) to[3 * x + c] += w * from[c];
      }
      for (std::int64_t x = 3 * first; x < 3 * last; ++x) to[x] += w * from[x + 3 * i];
      for (std::int64_t x = std::max(first, last); x < width; ++x) {
        for (std::int64_t c = 0; c < 3; ++c) to[3 * x + c] += w * from[row - 3 + c];
      }
    }
  }
  std::fill_n(image, row * height, 0.0F);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t i = -radius; i <= radius; ++i) {
      const float w = recipe.blur[i + radius];
      const float* p = across + row * std::clamp<std::int64_t>(y + i, 0, height - 1);
      for (std::int64_t x = 0; x < row; ++x) image[y * row + x] += w * p[x];
    }
  }
}

SYNFACE_CLONES
void apply_gamma(float gamma, std::int64_t count, float* image) {
  for (std::int64_t i = 0; i < count; ++i) image[i] = with_gamma(image[i], gamma);
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

std::int64_t augment_scratch(std::int64_t height, std::int64_t width) {
  const ImageSize size{height, width};
  // An image, and the rows that compress() wants beside its planes; what warp() wants.
  return std::max(3 * height * width + compress_rows(size), warp_floats(size));
}

void augment(const Augmentation& settings, std::uint64_t seed, std::uint64_t image,
             std::int64_t height, std::int64_t width, const std::uint8_t* pixels, float* scratch,
             float* out) {
  const ImageSize size{height, width};
  const Recipe recipe = recipe_of(settings, seed, image, size, pixels);
  warp(recipe.warp, size, pixels, scratch, out);
  if (recipe.radius > 0) blur(recipe, size, scratch, out);
  if (recipe.small_height > 0) resample(recipe, size, scratch, out);
  if (recipe.colour.gamma != 1.0F) apply_gamma(recipe.colour.gamma, 3 * height * width, out);
  apply_colour(recipe.colour, height * width, out);
  if (recipe.quality > 0) compress(recipe, size, scratch, out);
  if (recipe.erased_height > 0) erase(recipe, size, out);
}

}  // namespace synface::train
