#include "core/shadow.h"

namespace synface::morphable {

LampView LampView::towards(Vec3 direction) {
  const Vec3 helper = direction.y * direction.y < 0.8F ? Vec3{0, 1, 0} : Vec3{1, 0, 0};
  const Vec3 right = normalized(cross(helper, direction));
  return {right, cross(direction, right), direction};
}

void ShadowMap::build(const std::vector<Vec3>& positions, const std::vector<Corners>& triangles,
                      std::size_t count, std::size_t both_sides_from, Vec3 direction,
                      const Kernels& kernels) {
  const LampView lamp = LampView::towards(direction);
  points_.resize(positions.size());
  screen_.resize(positions.size());
  for (std::size_t v = 0; v < positions.size(); ++v) {
    points_[v] = lamp.at(positions[v]);
    screen_[v] = {to_fixed(points_[v].x), to_fixed(points_[v].y), points_[v].z};
  }
  raster_.resize(kShadowSize, kShadowSize);
  raster_.clear();
  raster_.draw(screen_, triangles, count, both_sides_from, kernels);
}

}  // namespace synface::morphable
