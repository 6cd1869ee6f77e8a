// Where hair grows and what shape it takes, as functions of the canonical position q (mean adult,
// eye distances from between the eyes), so that they fit every head.
#pragma once

#include <array>
#include <vector>

#include "core/latents.h"
#include "core/noise.h"

namespace synface::morphable {

// Height above the hairline: positive where hair grows. Front and crown are bounded by the
// hairline, the back by the neck; the two are joined over the ears.
inline float hair_field(const Appearance& a, Vec3 q) {
  const float ax = q.x < 0.0F ? -q.x : q.x;
  const float x = ax < 1.0F ? ax : 1.0F;
  const float high = mix(a.hairline, 0.43F, 0.95F * a.fringe);
  const float temple = 1.0F - square((ax - 0.65F) / 0.35F);
  const float front = high - 0.25F * a.hairline_curve * x * x + a.hairline_tilt * q.x +
                      (temple > 0.0F ? a.recession * temple * (1.0F - a.fringe) : 0.0F);
  const float w = smooth(a.hairline_depth - 0.25F, a.hairline_depth + 0.55F, q.z);
  return q.y - (front * w - 0.9F * (1.0F - w));
}

// Amount of beard at q, 0..1, before its own noise.
float beard_field(const Appearance& a, Vec3 q);

// Hair that hangs from the crown: columns around the head, rows downwards. Two sides are drawn.
constexpr std::size_t kSheetColumns = 44;
constexpr std::size_t kSheetRows = 14;
constexpr std::size_t kSheetVertices = kSheetColumns * kSheetRows;

std::vector<Corners> sheet_triangles(int32_t first_vertex);

// positions: the neutral head of one person in eye distances. Writes kSheetVertices positions;
// with hair_length 0 the sheet lies inside the head.
void place_sheet(const HeadModel& head, const Appearance& a, const std::vector<Vec3>& positions,
                 Vec3* sheet);

}  // namespace synface::morphable
