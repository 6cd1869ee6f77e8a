// Triangles to visibility: which triangle each of four samples of a pixel sees. A fill rule on
// fixed-point coordinates makes it exact: a sample on a shared edge belongs to one triangle.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/head_model.h"
#include "core/kernels.h"

namespace synface::morphable {

// Four values, one a sample; GCC's and Clang's portable vectors.
using Int4 = int32_t __attribute__((vector_size(16)));
using Float4 = float __attribute__((vector_size(16)));

// Nearest fixed-point step; pixels beyond +-16000 are clamped.
SYNFACE_BODY int32_t to_fixed(float pixels) {
  const float x = clamp(pixels, -16000.0F, 16000.0F) * static_cast<float>(kSubpixel);
  return floor_int(x + 0.5F);
}

// What the four samples of a pixel see: triangles (-1: none), and how near each is.
struct Sight {
  int32_t ids[kSamples];
  float depths[kSamples];
};

// Visibility of one image. Not thread-safe; one a thread.
class Raster {
 public:
  void resize(int height, int width);
  void clear();

  // Draws triangles [0, count), whose indices are their ids. Corners run counter-clockwise as the
  // viewer sees them; the other side is drawn only of triangle both_sides_from and those after it.
  // A sample keeps the nearest triangle, at equal depth the first.
  void draw(const std::vector<ScreenVertex>& vertices, const std::vector<Corners>& triangles,
            std::size_t count, std::size_t both_sides_from,
            const Kernels& kernels = best_kernels());

  int height() const { return height_; }
  int width() const { return width_; }
  std::size_t stride() const { return stride_; }  // pixels a row
  // Triangle of each sample, -1: none; and how near it is.
  const Int4& ids(int row, int column) const { return ids_[at(row, column)]; }
  const Float4& depths(int row, int column) const { return depths_[at(row, column)]; }
  Sight sight(int row, int column) const {
    Sight out;
    std::memcpy(out.ids, &ids(row, column), sizeof out.ids);
    std::memcpy(out.depths, &depths(row, column), sizeof out.depths);
    return out;
  }

 private:
  std::size_t at(int row, int column) const {
    return static_cast<std::size_t>(row) * stride_ + static_cast<std::size_t>(column);
  }

  int height_ = 0, width_ = 0;
  std::size_t stride_ = 0;  // pixels a row
  std::vector<Int4> ids_;
  std::vector<Float4> depths_;
};

}  // namespace synface::morphable
