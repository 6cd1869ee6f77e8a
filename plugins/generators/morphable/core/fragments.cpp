#include "core/fragments.h"

#include <cstring>

namespace synface::morphable {
namespace {

constexpr std::array<Middle, 1U << kSamples> make_middles() {
  std::array<Middle, 1U << kSamples> out{};
  for (uint32_t set = 1; set < out.size(); ++set) out[set] = middle_of(set);
  return out;
}
constexpr auto kMiddles = make_middles();

}  // namespace

void Fragments::resize(std::size_t n) {
  pixel.resize(n);
  triangle.resize(n);
  x.resize(n);
  y.resize(n);
  samples.resize(n);
  depth.resize(n);
}

void Fragments::add(int32_t at, const Patch& patch) {
  pixel[size] = at;
  triangle[size] = patch.triangle;
  x[size] = patch.x;
  y[size] = patch.y;
  samples[size] = patch.samples;
  depth[size] = patch.depth;
  ++size;
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
      if (one) {
        add(at, {ids[0], static_cast<float>(column) + 0.5F, static_cast<float>(row) + 0.5F,
                 static_cast<float>(kSamples), raster.depths(row, column)[0]});
        continue;
      }
      const Sight sight = raster.sight(row, column);
      Patch patches[kSamples];
      const int n =
          patches_of(sight, row, column, [](uint32_t set) { return kMiddles[set]; }, patches);
      for (int i = 0; i < n; ++i) add(at, patches[i]);
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
