#include "core/raster.h"

#include <algorithm>

namespace synface::morphable {

void Raster::resize(int height, int width) {
  height_ = height;
  width_ = width;
  stride_ = static_cast<std::size_t>(width + kSpare);
  ids_.resize(static_cast<std::size_t>(height) * stride_);
  depths_.resize(ids_.size());
}

void Raster::clear() {
  std::fill(ids_.begin(), ids_.end(), Int4{-1, -1, -1, -1});
  std::fill(depths_.begin(), depths_.end(), Float4{});
}

void Raster::draw(const std::vector<ScreenVertex>& vertices, const std::vector<Corners>& triangles,
                  std::size_t count, std::size_t both_sides_from, const Kernels& kernels) {
  if (count == 0) return;
  kernels.raster({vertices.data(), triangles.data()->data(), static_cast<int32_t>(count),
                  static_cast<int32_t>(both_sides_from), height_, width_, stride_,
                  reinterpret_cast<int32_t*>(ids_.data()),
                  reinterpret_cast<float*>(depths_.data())});
}

}  // namespace synface::morphable
