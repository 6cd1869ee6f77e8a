#include "core/fragments.h"

#include <cstring>

namespace synface::morphable {

void Fragments::resize(std::size_t n) {
  pixel.resize(n);
  triangle.resize(n);
  x.resize(n);
  y.resize(n);
  samples.resize(n);
  depth.resize(n);
}

void Fragments::add(int32_t at, const Int4& ids, const Float4& depths, int column, int row) {
  Int4 done{};
  for (std::size_t first = 0; first < kSamples; ++first) {
    if (done[first] != 0 || ids[first] < 0) continue;
    // The samples that see this triangle, and the middle of them.
    float count = 0;
    float px = 0;
    float py = 0;
    for (std::size_t i = first; i < kSamples; ++i) {
      if (ids[i] != ids[first]) continue;
      done[i] = 1;
      count += 1.0F;
      px += static_cast<float>(kSampleX[i]);
      py += static_cast<float>(kSampleY[i]);
    }
    const float scale = 1.0F / (count * static_cast<float>(kSubpixel));
    pixel[size] = at;
    triangle[size] = ids[first];
    x[size] = static_cast<float>(column) + px * scale;
    y[size] = static_cast<float>(row) + py * scale;
    samples[size] = count;
    depth[size] = depths[first];
    ++size;
  }
}

void Fragments::collect(const Raster& raster) {
  const auto pixels =
      static_cast<std::size_t>(raster.height()) * static_cast<std::size_t>(raster.width());
  size = 0;
  int32_t at = 0;
  for (int row = 0; row < raster.height(); ++row) {
    for (int column = 0; column < raster.width(); ++column, ++at) {
      const Int4& ids = raster.ids(row, column);
      uint64_t pair[2];
      std::memcpy(pair, &ids, sizeof pair);
      const bool one = pair[0] == pair[1] && ids[0] == ids[1];
      if (one && ids[0] < 0) continue;  // nothing is seen
      if (pixel.size() < size + kSamples) resize(size + pixels);
      if (!one) {
        add(at, ids, raster.depths(row, column), column, row);
        continue;
      }
      pixel[size] = at;
      triangle[size] = ids[0];
      x[size] = static_cast<float>(column) + 0.5F;
      y[size] = static_cast<float>(row) + 0.5F;
      samples[size] = static_cast<float>(kSamples);
      depth[size] = raster.depths(row, column)[0];
      ++size;
    }
  }
  if (size == 0) return;
  const std::size_t whole = (size + kMostLanes - 1) / kMostLanes * kMostLanes;
  if (pixel.size() < whole) resize(whole);
  for (std::size_t i = size; i < whole; ++i) {
    pixel[i] = pixel[size - 1];
    triangle[i] = triangle[size - 1];
    x[i] = x[size - 1];
    y[i] = y[size - 1];
    samples[i] = samples[size - 1];
    depth[i] = depth[size - 1];
  }
}

}  // namespace synface::morphable
