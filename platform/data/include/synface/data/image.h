// An image in memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace synface::data {

// [height, width, 3] uint8 RGB (sRGB-encoded), rows without padding.
struct Image {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint8_t> pixels;
};

// The same, in somebody else's memory.
struct ImageView {
  std::int64_t height = 0;
  std::int64_t width = 0;
  const std::uint8_t* pixels = nullptr;
};

inline ImageView view(const Image& image) {
  return {image.height, image.width, image.pixels.data()};
}

}  // namespace synface::data
