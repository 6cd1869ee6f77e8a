// The shadow that a head casts on itself: depth as the key lamp sees it.
#pragma once

#include <vector>

#include "core/raster.h"

namespace synface::morphable {

constexpr int kShadowSize = 72;  // pixels of the map's side, four samples each

// What the shading asks a shadow map; a view of somebody's depths.
struct Shadow {
  const float* depths = nullptr;  // [kShadowSize, stride, kSamples]; nullptr: there is none
  std::size_t stride = 0;         // pixels a row

  // Share of a pixel's samples that do not shade a point at the depth; a sample shades in full once
  // it is 0.06 eye distances nearer to the lamp.
  SYNFACE_BODY float pixel_light(int x, int y, float depth) const {
    if (x < 0 || y < 0 || x >= kShadowSize || y >= kShadowSize) return 1.0F;
    const float* const sample =
        depths + kSamples * (static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x));
    float sum = 0;
    for (int s = 0; s < kSamples; ++s) {
      sum += clamp((sample[s] - depth) * (1.0F / 0.06F), 0.0F, 1.0F);
    }
    return 1.0F - 0.25F * sum;
  }
  // Share of the lamp that arrives at a point of the map's coordinates, 0..1; slope: cosine of the
  // lamp on the surface.
  SYNFACE_BODY float light(Vec3 point, float slope) const {
    const float depth = point.z + 0.04F + 0.13F * (1.0F - clamp(slope, 0.0F, 1.0F));
    const float x = point.x - 0.5F;
    const float y = point.y - 0.5F;
    if (!(x > -2.0F && y > -2.0F && x < kShadowSize + 1.0F && y < kShadowSize + 1.0F)) return 1.0F;
    const int ix = floor_int(x);
    const int iy = floor_int(y);
    const float fx = x - static_cast<float>(ix);
    const float fy = y - static_cast<float>(iy);
    return mix(mix(pixel_light(ix, iy, depth), pixel_light(ix + 1, iy, depth), fx),
               mix(pixel_light(ix, iy + 1, depth), pixel_light(ix + 1, iy + 1, depth), fx), fy);
  }
};

// Where the lamp sees a point of the head's axes: pixel column, pixel row, depth. Eye distances.
struct LampView {
  Vec3 right, up, direction;
  // direction: unit vector towards the lamp.
  static LampView towards(Vec3 direction);
  SYNFACE_BODY Vec3 at(Vec3 position) const {
    constexpr float kReach = 2.6F;  // half the side
    constexpr float kFar = 8.0F;    // added to depths, so that all are positive
    constexpr float kScale = 0.5F * static_cast<float>(kShadowSize) / kReach;
    const Vec3 d = position - Vec3{0.0F, -0.3F, -1.2F};  // from the head's middle
    const float depth = dot(d, direction) + kFar;
    return {(dot(d, right) + kReach) * kScale, (kReach - dot(d, up)) * kScale,
            depth > 0.01F ? depth : 0.01F};
  }
};

class ShadowMap {
 public:
  // Draws the triangles (positions in head axes, eye distances; direction: unit vector towards the
  // lamp in the same axes). both_sides_from: the first triangle without an inside.
  void build(const std::vector<Vec3>& positions, const std::vector<Corners>& triangles,
             std::size_t count, std::size_t both_sides_from, Vec3 direction,
             const Kernels& kernels);
  // Coordinates of a vertex for Shadow::light().
  const Vec3& at(std::size_t vertex) const { return points_[vertex]; }
  // Valid until the next build().
  Shadow view() const {
    return {reinterpret_cast<const float*>(&raster_.depths(0, 0)), raster_.stride()};
  }

 private:
  Raster raster_;
  std::vector<Vec3> points_;  // pixel column, pixel row, depth
  std::vector<ScreenVertex> screen_;
};

}  // namespace synface::morphable
