// Triangles to visibility: which triangle each of four samples of a pixel sees. A fill rule on
// fixed-point coordinates makes it exact: a sample on a shared edge belongs to one triangle.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/head_model.h"

namespace synface::morphable {

constexpr int kSamples = 4;
constexpr int kSubpixel = 256;  // fixed-point steps a pixel
// Rotated grid, in steps from the pixel's upper left corner.
constexpr std::array<int, 4> kSampleX = {96, 224, 32, 160};
constexpr std::array<int, 4> kSampleY = {32, 96, 160, 224};

// Four values, one a sample; GCC's and Clang's portable vectors.
using Int4 = int32_t __attribute__((vector_size(16)));
using Float4 = float __attribute__((vector_size(16)));

// A corner on the screen: fixed point, x to the right and y down; depth grows towards the viewer
// and is linear on the screen (1 / distance).
struct ScreenVertex {
  int32_t x = 0, y = 0;
  float depth = 0;
};
// Nearest fixed-point step; pixels beyond +-16000 are clamped.
int32_t to_fixed(float pixels);

// Visibility of one image. Not thread-safe; one a thread.
class Raster {
 public:
  void resize(int height, int width);
  void clear();

  // Draws triangle `id` (0 or more) whose corners run counter-clockwise as the viewer sees it; the
  // other side is drawn only when both_sides. A sample keeps the nearest triangle, at equal depth
  // the first.
  void draw(const ScreenVertex& a, const ScreenVertex& b, const ScreenVertex& c, int32_t id,
            bool both_sides);

  int height() const { return height_; }
  int width() const { return width_; }
  // Triangle of each sample, -1: none. index = row * width + column.
  const Int4& ids(std::size_t index) const { return ids_[index]; }
  const Float4& depths(std::size_t index) const { return depths_[index]; }

 private:
  template <bool kWide>
  void fill(const ScreenVertex& a, const ScreenVertex& b, const ScreenVertex& c, int64_t area,
            int32_t id);

  int height_ = 0, width_ = 0;
  std::vector<Int4> ids_;
  std::vector<Float4> depths_;
};

}  // namespace synface::morphable
