#include <algorithm>

#include "augment_jpeg_body.h"
#include "augment_loops.h"
#include "clones.h"

namespace synface::train {
namespace {

SYNFACE_CLONES
void to_planes(ImageSize size, const Planes& p, const float* image, float* planes) {
  for (std::int64_t i = 0; i < p.cb; ++i) planes[i] = luma_of(image + 3 * i);
  float *cb = planes + p.cb, *cr = planes + p.cr;
  for (std::int64_t y = 0; y < p.chroma_height; ++y) {
    for (std::int64_t x = 0; x < p.chroma_width; ++x) chroma_of(size, y, x, image, cb++, cr++);
  }
}

SYNFACE_CLONES
void quantise(const std::uint8_t* table, std::int64_t height, std::int64_t width, float* plane) {
  for (std::int64_t y = 0; y < blocks_along(height); ++y) {
    for (std::int64_t x = 0; x < blocks_along(width); ++x) {
      jpeg_block(table, height, width, y, x, plane);
    }
  }
}

// Row y of a chroma plane at full width; `column` holds a pixel more at either end.
SYNFACE_BODY void chroma_row(const Planes& p, std::int64_t y, const float* chroma, float* column,
                             float* row) {
  const std::int64_t n = p.chroma_width;
  for (std::int64_t x = 0; x < n; ++x) column[x + 1] = chroma_column(p, y, x, chroma);
  column[0] = column[1];
  column[n + 1] = column[n];
  for (std::int64_t x = 0; x < n; ++x) {
    row[2 * x] = chroma_at(column[x + 1], column[x]);
    row[2 * x + 1] = chroma_at(column[x + 1], column[x + 2]);
  }
}

// `rows` [compress_rows()].
SYNFACE_CLONES
void from_planes(const Planes& p, const float* planes, float* rows, float* image) {
  float *const column = rows, *const cb = column + p.chroma_width + 2;
  float* const cr = cb + 2 * p.chroma_width;
  for (std::int64_t y = 0; y < p.height; ++y) {
    chroma_row(p, y, planes + p.cb, column, cb);
    chroma_row(p, y, planes + p.cr, column, cr);
    for (std::int64_t x = 0; x < p.width; ++x) {
      rgb_of(planes[y * p.width + x], cb[x], cr[x], image + 3 * (y * p.width + x));
    }
  }
}

}  // namespace

std::int64_t compress_rows(ImageSize size) {
  return 5 * planes_of(size).chroma_width + 2;
}

void compress(const Recipe& recipe, ImageSize size, float* scratch, float* image) {
  const Planes p = planes_of(size);
  to_planes(size, p, image, scratch);
  quantise(recipe.luma, p.height, p.width, scratch);
  quantise(recipe.chroma, p.chroma_height, p.chroma_width, scratch + p.cb);
  quantise(recipe.chroma, p.chroma_height, p.chroma_width, scratch + p.cr);
  from_planes(p, scratch, scratch + 3 * size.height * size.width, image);
}

}  // namespace synface::train
