#include "core/fragments.h"

#include <bit>
#include <cstring>

namespace synface::morphable {
namespace {

// Number and middle (in pixels from the corner) of every set of samples.
struct Middle {
  float x = 0, y = 0, count = 0;
};
constexpr std::array<Middle, 1U << kSamples> make_middles() {
  std::array<Middle, 1U << kSamples> out{};
  for (std::size_t set = 1; set < out.size(); ++set) {
    float px = 0;
    float py = 0;
    for (std::size_t s = 0; s < kSamples; ++s) {
      if ((set >> s & 1U) == 0) continue;
      out[set].count += 1.0F;
      px += static_cast<float>(kSampleX[s]);
      py += static_cast<float>(kSampleY[s]);
    }
    const float scale = 1.0F / (out[set].count * static_cast<float>(kSubpixel));
    out[set].x = px * scale;
    out[set].y = py * scale;
  }
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

// Of a pixel that sees several triangles, or some and nothing.
void Fragments::add(int32_t at, const Int4& seen, const Float4& depths, int column, int row) {
  int32_t ids[kSamples];
  std::memcpy(ids, &seen, sizeof ids);
  uint32_t left = 0;  // samples that see a triangle and are not listed yet
  for (uint32_t s = 0; s < kSamples; ++s) left |= (ids[s] >= 0 ? 1U : 0U) << s;
  while (left != 0) {
    const auto first = static_cast<std::size_t>(std::countr_zero(left));
    uint32_t same = 0;
    for (uint32_t s = 0; s < kSamples; ++s) same |= (ids[s] == ids[first] ? 1U : 0U) << s;
    left &= ~same;
    pixel[size] = at;
    triangle[size] = ids[first];
    x[size] = static_cast<float>(column) + kMiddles[same].x;
    y[size] = static_cast<float>(row) + kMiddles[same].y;
    samples[size] = kMiddles[same].count;
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
