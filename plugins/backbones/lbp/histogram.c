#include "histogram.h"

#include <math.h>

/* Changes between neighbouring bits around the circle. */
static int changes(unsigned pattern) {
  const unsigned turned = (pattern >> 1) | ((pattern & 1U) << (LBP_NEIGHBOURS - 1));
  int n = 0;
  for (unsigned differ = pattern ^ turned; differ != 0; differ >>= 1) n += (int)(differ & 1U);
  return n;
}

static lbp_point make_point(double y, double x, int64_t stride) {
  const int64_t corner = (int64_t)floor(y) * stride + (int64_t)floor(x);
  const uint32_t down = (uint32_t)lround((y - floor(y)) * 256.0);
  const uint32_t right = (uint32_t)lround((x - floor(x)) * 256.0);
  lbp_point point = {
      {corner, corner + 1, corner + stride, corner + stride + 1},
      {(256 - down) * (256 - right), (256 - down) * right, down * (256 - right), down * right}};
  int heaviest = 0;
  for (int k = 1; k < 4; ++k) {
    if (point.weight[k] > point.weight[heaviest]) heaviest = k;
  }
  for (int k = 0; k < 4; ++k) {
    if (point.weight[k] == 0) point.offset[k] = point.offset[heaviest];
  }
  return point;
}

void lbp_make_plan(lbp_plan* plan, int64_t height, int64_t width, int64_t grid, double radius) {
  plan->height = height;
  plan->width = width;
  plan->grid = grid;
  plan->margin = (int64_t)ceil(radius);
  /* Counter-clockwise from the right, as in the paper; 45 degrees apart. */
  const double d = radius * 0.70710678118654752;
  const double y[LBP_NEIGHBOURS] = {0, -d, -radius, -d, 0, d, radius, d};
  const double x[LBP_NEIGHBOURS] = {radius, d, 0, -d, -radius, -d, 0, d};
  for (int p = 0; p < LBP_NEIGHBOURS; ++p) plan->points[p] = make_point(y[p], x[p], width);
  uint8_t next = 0;
  for (unsigned pattern = 0; pattern < 256; ++pattern) {
    plan->bin[pattern] = changes(pattern) <= 2 ? next++ : LBP_BINS - 1;
  }
}

static uint32_t byte_of(float value) {
  const float scaled = (value + 1.0F) * 127.5F;
  if (!(scaled > 0.0F)) return 0; /* also a NaN */
  return scaled >= 255.0F ? 255 : (uint32_t)(scaled + 0.5F);
}

uint16_t lbp_grey(float red, float green, float blue) {
  return (uint16_t)(77 * byte_of(red) + 150 * byte_of(green) + 29 * byte_of(blue));
}

/* Patterns of `n` pixels from `centre` on. Loops that a compiler turns into vectors. */
static void pattern_row(const lbp_plan* plan, const uint16_t* centre, int64_t n, uint8_t* pattern) {
  for (int64_t i = 0; i < n; ++i) pattern[i] = 0;
  for (int p = 0; p < LBP_NEIGHBOURS; ++p) {
    const lbp_point point = plan->points[p];
    const uint16_t* a = centre + point.offset[0];
    const uint16_t* b = centre + point.offset[1];
    const uint16_t* c = centre + point.offset[2];
    const uint16_t* d = centre + point.offset[3];
    for (int64_t i = 0; i < n; ++i) { /* at most 65280 * 65536 < 2^32 */
      const uint32_t sum = point.weight[0] * a[i] + point.weight[1] * b[i] +
                           point.weight[2] * c[i] + point.weight[3] * d[i];
      const uint32_t bit = sum >= (uint32_t)centre[i] << 16;
      pattern[i] = (uint8_t)(pattern[i] | (bit << p));
    }
  }
}

/* Adds the patterns of one row, from the first pixel with a full circle on, to its cells. */
static void count_row(const lbp_plan* plan, const uint8_t* pattern, int64_t width,
                      uint32_t (*counts)[LBP_BINS]) {
  for (int64_t j = 0; j < plan->grid; ++j) {
    const int64_t right = width * (j + 1) / plan->grid;
    for (int64_t x = width * j / plan->grid; x < right; ++x) ++counts[j][plan->bin[pattern[x]]];
  }
}

void lbp_histogram(const lbp_plan* plan, const uint16_t* grey, uint8_t* row, float* histogram) {
  const int64_t grid = plan->grid, margin = plan->margin;
  const int64_t height = plan->height - 2 * margin, width = plan->width - 2 * margin;
  for (int64_t i = 0; i < grid; ++i) {
    const int64_t top = height * i / grid, bottom = height * (i + 1) / grid;
    uint32_t counts[LBP_MAX_GRID][LBP_BINS] = {{0}};
    for (int64_t y = top; y < bottom; ++y) {
      pattern_row(plan, grey + (margin + y) * plan->width + margin, width, row);
      count_row(plan, row, width, counts);
    }
    for (int64_t j = 0; j < grid; ++j) {
      const int64_t columns = width * (j + 1) / grid - width * j / grid;
      const float pixels = (float)((bottom - top) * columns);
      for (int b = 0; b < LBP_BINS; ++b) *histogram++ = sqrtf((float)counts[j][b] / pixels);
    }
  }
}
