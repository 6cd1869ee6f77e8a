// What the samples of an image see, as a list: one fragment for each triangle in each pixel, at the
// middle of the samples that see it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/raster.h"

namespace synface::morphable {

// The samples of a pixel that see one triangle.
struct Patch {
  int32_t triangle;
  float x, y;     // their middle, pixels
  float samples;  // 1..4
  float depth;    // of the first of them
};

// Number and middle (in pixels from the corner) of a set of samples; bit s: sample s.
struct Middle {
  float x = 0, y = 0, count = 0;
};
SYNFACE_BODY constexpr Middle middle_of(uint32_t set) {
  Middle out;
  for (int s = 0; s < kSamples; ++s) {
    if ((set >> s & 1U) == 0) continue;
    out.count += 1.0F;
    out.x += static_cast<float>(sample_x(s));
    out.y += static_cast<float>(sample_y(s));
  }
  const float scale = 1.0F / (out.count * static_cast<float>(kSubpixel));
  out.x *= scale;
  out.y *= scale;
  return out;
}

// Bit s: sample s sees `triangle`.
SYNFACE_BODY uint32_t samples_of(const Sight& sight, int32_t triangle) {
  uint32_t set = 0;
  for (int s = 0; s < kSamples; ++s) set |= (sight.ids[s] == triangle ? 1U : 0U) << s;
  return set;
}

// The patches of the pixel in `row` and `column`, in the order of their first samples; their
// number. middle(set) is middle_of(set), which the CPU looks up.
template <typename MiddleOf>
SYNFACE_BODY int patches_of(const Sight& sight, int row, int column, const MiddleOf& middle,
                            Patch (&out)[kSamples]) {
  uint32_t left = ((1U << kSamples) - 1U) & ~samples_of(sight, -1);  // not listed yet
  int n = 0;
  for (int first = 0; left != 0; ++first) {
    if ((left >> first & 1U) == 0) continue;
    const uint32_t same = samples_of(sight, sight.ids[first]);
    left &= ~same;
    const Middle m = middle(same);
    out[n++] = {sight.ids[first], static_cast<float>(column) + m.x, static_cast<float>(row) + m.y,
                m.count, sight.depths[first]};
  }
  return n;
}

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
  Patch operator[](std::size_t i) const { return {triangle[i], x[i], y[i], samples[i], depth[i]}; }

 private:
  void add(int32_t at, const Patch& patch);
  void resize(std::size_t n);
};

}  // namespace synface::morphable
