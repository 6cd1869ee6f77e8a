// The shadow that a head casts on itself: depth as the key lamp sees it.
#pragma once

#include <vector>

#include "core/raster.h"

namespace synface::morphable {

class ShadowMap {
 public:
  // Draws the triangles (positions in head axes, eye distances; direction: unit vector towards the
  // lamp in the same axes). both_sides_from: the first triangle without an inside.
  void build(const std::vector<Vec3>& positions, const std::vector<Corners>& triangles,
             std::size_t count, std::size_t both_sides_from, Vec3 direction,
             const Kernels& kernels);
  // Coordinates of a vertex for light().
  const Vec3& at(std::size_t vertex) const { return points_[vertex]; }
  // Share of the lamp that arrives at a point between vertices, 0..1; slope: cosine of the lamp on
  // the surface.
  float light(Vec3 point, float slope) const;

 private:
  static constexpr int kSize = 72;       // pixels, four samples each
  static constexpr float kReach = 2.6F;  // half the side, eye distances
  static constexpr float kFar = 8.0F;    // added to depths, so that all are positive

  float pixel_light(int x, int y, float depth) const;

  Raster raster_;
  std::vector<Vec3> points_;  // pixel column, pixel row, depth
  std::vector<ScreenVertex> screen_;
};

}  // namespace synface::morphable
