#include <algorithm>

#include "augment_loops.h"
#include "augment_resample_body.h"
#include "clones.h"

namespace synface::train {
namespace {

// [n rows of `row` floats] to m of them.
SYNFACE_CLONES
void shorten(std::int64_t n, std::int64_t m, std::int64_t row, const float* from, float* to) {
  std::fill_n(to, m * row, 0.0F);
  for (std::int64_t j = 0; j < m; ++j, to += row) {
    const Cover c = cover_of(j, m, n);
    for (std::int64_t k = c.first; k <= c.last; ++k) {
      const float w = weight_of(c, k);
      for (std::int64_t x = 0; x < row; ++x) to[x] += w * from[k * row + x];
    }
  }
}

// `rows` rows of n pixels to m pixels each.
void narrow(std::int64_t rows, std::int64_t n, std::int64_t m, const float* from, float* to) {
  for (std::int64_t j = 0; j < m; ++j) {
    const Cover c = cover_of(j, m, n);
    for (std::int64_t y = 0; y < rows; ++y) {
      mean_pixel(c, 3, from + 3 * y * n, to + 3 * (y * m + j));
    }
  }
}

// `rows` rows of m pixels to n pixels each.
void widen(std::int64_t rows, std::int64_t n, std::int64_t m, const float* from, float* to) {
  for (std::int64_t j = 0; j < n; ++j) {
    const Between b = between_of(j, n, m);
    for (std::int64_t y = 0; y < rows; ++y) {
      const float* p = from + 3 * y * m;
      for (int c = 0; c < 3; ++c)
        to[3 * (y * n + j) + c] = mix(p[3 * b.low + c], p[3 * b.high + c], b.f);
    }
  }
}

// m rows of `row` floats to n of them.
SYNFACE_CLONES
void heighten(std::int64_t n, std::int64_t m, std::int64_t row, const float* from, float* to) {
  for (std::int64_t j = 0; j < n; ++j, to += row) {
    const Between b = between_of(j, n, m);
    const float *const low = from + b.low * row, *const high = from + b.high * row;
    for (std::int64_t x = 0; x < row; ++x) to[x] = mix(low[x], high[x], b.f);
  }
}

}  // namespace

void resample(const Recipe& recipe, ImageSize size, float* scratch, float* image) {
  const std::int64_t h = recipe.small_height, w = recipe.small_width;
  shorten(size.height, h, 3 * size.width, image, scratch);
  narrow(h, size.width, w, scratch, image);
  widen(h, size.width, w, image, scratch);
  heighten(size.height, h, 3 * size.width, scratch, image);
}

}  // namespace synface::train
