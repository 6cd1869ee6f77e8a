// What the samples of an image see, as a list: one fragment for each triangle in each pixel, at the
// middle of the samples that see it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/raster.h"

namespace synface::morphable {

// One entry a fragment, by pixels. The arrays are filled up with copies of the last fragment to a
// multiple of kMostLanes; `size` does not count them.
struct Fragments {
  std::size_t size = 0;
  std::vector<int32_t> pixel;  // row * width + column
  std::vector<int32_t> triangle;
  std::vector<float> x, y;     // pixels
  std::vector<float> samples;  // 1..4
  std::vector<float> depth;    // of the first of its samples

  void collect(const Raster& raster);

 private:
  void add(int32_t at, const Int4& ids, const Float4& depths, int column, int row);
  void resize(std::size_t n);
};

}  // namespace synface::morphable
