#include "histogram.h"

#include <math.h>

/* Changes between neighbouring bits around the circle. */
static int changes(unsigned pattern) {
  const unsigned turned = (pattern >> 1) | ((pattern & 1U) << (LBP_NEIGHBOURS - 1));
  int n = 0;
  for (unsigned differ = pattern ^ turned; differ != 0; differ >>= 1) n += (int)(differ & 1U);
  return n;
}

static lbp_point make_point(double y, double x) {
  lbp_point point;
  point.dy = (int64_t)floor(y);
  point.dx = (int64_t)floor(x);
  const uint32_t down = (uint32_t)lround((y - floor(y)) * 256.0);
  const uint32_t right = (uint32_t)lround((x - floor(x)) * 256.0);
  point.weight[0] = (256 - down) * (256 - right);
  point.weight[1] = (256 - down) * right;
  point.weight[2] = down * (256 - right);
  point.weight[3] = down * right;
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
  for (int p = 0; p < LBP_NEIGHBOURS; ++p) plan->points[p] = make_point(y[p], x[p]);
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

/* A weight of 0 belongs to a pixel that may lie outside of the picture: it is not read. */
static uint32_t sample(const uint16_t* centre, int64_t stride, const lbp_point* point) {
  const uint16_t* at = centre + point->dy * stride + point->dx;
  uint32_t sum = point->weight[0] * at[0];
  if (point->weight[1] != 0) sum += point->weight[1] * at[1];
  if (point->weight[2] != 0) sum += point->weight[2] * at[stride];
  if (point->weight[3] != 0) sum += point->weight[3] * at[stride + 1];
  return sum;
}

static unsigned pattern_at(const lbp_plan* plan, const uint16_t* centre) {
  const uint32_t threshold = (uint32_t)*centre * 65536U; /* at most 65280 * 65536 < 2^32 */
  unsigned pattern = 0;
  for (int p = 0; p < LBP_NEIGHBOURS; ++p) {
    if (sample(centre, plan->width, &plan->points[p]) >= threshold) pattern |= 1U << p;
  }
  return pattern;
}

void lbp_histogram(const lbp_plan* plan, const uint16_t* grey, float* histogram) {
  const int64_t height = plan->height - 2 * plan->margin, width = plan->width - 2 * plan->margin;
  for (int64_t i = 0; i < plan->grid; ++i) {
    const int64_t top = plan->margin + height * i / plan->grid;
    const int64_t bottom = plan->margin + height * (i + 1) / plan->grid;
    for (int64_t j = 0; j < plan->grid; ++j) {
      const int64_t left = plan->margin + width * j / plan->grid;
      const int64_t right = plan->margin + width * (j + 1) / plan->grid;
      uint32_t counts[LBP_BINS] = {0};
      for (int64_t y = top; y < bottom; ++y) {
        for (int64_t x = left; x < right; ++x) {
          ++counts[plan->bin[pattern_at(plan, grey + y * plan->width + x)]];
        }
      }
      const float pixels = (float)((bottom - top) * (right - left));
      float* cell = histogram + (i * plan->grid + j) * LBP_BINS;
      for (int b = 0; b < LBP_BINS; ++b) cell[b] = sqrtf((float)counts[b] / pixels);
    }
  }
}
