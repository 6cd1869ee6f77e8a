/* Uniform local binary patterns in integer arithmetic (Ahonen, Hadid, Pietikainen: "Face
 * Description with Local Binary Patterns", PAMI 2006). The same picture gives the same numbers on
 * every machine.
 */
#ifndef SYNFACE_LBP_HISTOGRAM_H
#define SYNFACE_LBP_HISTOGRAM_H

#include <stdint.h>

#define LBP_NEIGHBOURS 8
#define LBP_MAX_GRID 64
#define LBP_BINS 59 /* 58 patterns with at most two changes around the circle, and all others */

/* One point of the circle: four pixels, as offsets from the centre in a row-major picture, whose
 * weights sum to 65536. A pixel of weight 0 might lie outside; another one stands in for it. */
typedef struct lbp_point {
  int64_t offset[4]; /* upper left, upper right, lower left, lower right */
  uint32_t weight[4];
} lbp_point;

typedef struct lbp_plan {
  int64_t height, width, grid; /* the grid has grid x grid cells */
  int64_t margin;              /* pixels at each edge that have no full circle */
  lbp_point points[LBP_NEIGHBOURS];
  uint8_t bin[256]; /* of a pattern */
} lbp_plan;

/* Plans for pictures of one size; radius in pixels, at least 1. */
void lbp_make_plan(lbp_plan* plan, int64_t height, int64_t width, int64_t grid, double radius);

/* Luminance of a pixel whose channels are in [-1, 1]: 77 R + 150 G + 29 B of the bytes that they
 * came from, 0 .. 65280 (weights of ITU-R BT.601 in 256ths). */
uint16_t lbp_grey(float red, float green, float blue);

/* grey [H, W] to histogram [grid, grid, 59]: the square root of each cell's share of a pattern, so
 * that an inner product of two cells is their Bhattacharyya coefficient. `row`: W bytes to work in.
 */
void lbp_histogram(const lbp_plan* plan, const uint16_t* grey, uint8_t* row, float* histogram);

#endif
