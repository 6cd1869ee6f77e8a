#include "core/shadow.h"

namespace synface::morphable {
namespace {

constexpr Vec3 kMiddle{0.0F, -0.3F, -1.2F};  // of the head

}  // namespace

void ShadowMap::build(const std::vector<Vec3>& positions, const std::vector<Corners>& triangles,
                      std::size_t count, std::size_t both_sides_from, Vec3 direction,
                      const Kernels& kernels) {
  const Vec3 helper = direction.y * direction.y < 0.8F ? Vec3{0, 1, 0} : Vec3{1, 0, 0};
  const Vec3 right = normalized(cross(helper, direction));
  const Vec3 up = cross(direction, right);
  constexpr float kScale = 0.5F * static_cast<float>(kSize) / kReach;
  points_.resize(positions.size());
  screen_.resize(positions.size());
  for (std::size_t v = 0; v < positions.size(); ++v) {
    const Vec3 d = positions[v] - kMiddle;
    const float depth = dot(d, direction) + kFar;
    points_[v] = {(dot(d, right) + kReach) * kScale, (kReach - dot(d, up)) * kScale,
                  depth > 0.01F ? depth : 0.01F};
    screen_[v] = {to_fixed(points_[v].x), to_fixed(points_[v].y), points_[v].z};
  }
  raster_.resize(kSize, kSize);
  raster_.clear();
  raster_.draw(screen_, triangles, count, both_sides_from, kernels);
}

// Share of a pixel's samples that do not shade a point at the depth; a sample shades in full once
// it is 0.06 eye distances nearer to the lamp.
float ShadowMap::pixel_light(int x, int y, float depth) const {
  if (x < 0 || y < 0 || x >= kSize || y >= kSize) return 1.0F;
  const Float4 over = (raster_.depths(y, x) - depth) * (1.0F / 0.06F);
  float sum = 0;
  for (std::size_t s = 0; s < kSamples; ++s) sum += clamp(over[s], 0.0F, 1.0F);
  return 1.0F - 0.25F * sum;
}

float ShadowMap::light(Vec3 point, float slope) const {
  const float depth = point.z + 0.04F + 0.13F * (1.0F - clamp(slope, 0.0F, 1.0F));
  const float x = point.x - 0.5F;
  const float y = point.y - 0.5F;
  if (!(x > -2.0F && y > -2.0F && x < kSize + 1.0F && y < kSize + 1.0F)) return 1.0F;
  const int ix = floor_int(x);
  const int iy = floor_int(y);
  const float fx = x - static_cast<float>(ix);
  const float fy = y - static_cast<float>(iy);
  return mix(mix(pixel_light(ix, iy, depth), pixel_light(ix + 1, iy, depth), fx),
             mix(pixel_light(ix, iy + 1, depth), pixel_light(ix + 1, iy + 1, depth), fx), fy);
}

}  // namespace synface::morphable
