#include "regions.h"

namespace dataset_quality {
namespace {

constexpr double kTemplate = 112.0;
constexpr uint8_t kGrey = 128;

bool in_ellipse(double x, double y) {
  const double u = (x - 56.0) / 33.0, v = (y - 68.0) / 44.0;
  return u * u + v * v <= 1.0;
}
bool in_eyes(double x, double y) {
  return x >= 22.0 && x < 90.0 && y >= 34.0 && y < 62.0;
}
bool in_mouth(double x, double y) {
  return x >= 34.0 && x < 78.0 && y >= 82.0 && y < 104.0;
}

}  // namespace

bool in_region(Region region, std::size_t row, std::size_t column, std::size_t height,
               std::size_t width) {
  const double x = (static_cast<double>(column) + 0.5) * kTemplate / static_cast<double>(width);
  const double y = (static_cast<double>(row) + 0.5) * kTemplate / static_cast<double>(height);
  switch (region) {
    case Region::kFace:
      return in_ellipse(x, y);
    case Region::kSurround:
      return !in_ellipse(x, y);
    case Region::kEyes:
      return in_eyes(x, y);
    case Region::kMouth:
      return in_mouth(x, y);
    case Region::kSkin:
      return in_ellipse(x, y) && !in_eyes(x, y) && !in_mouth(x, y);
  }
  return false;
}

void keep_region(Region region, std::size_t height, std::size_t width, uint8_t* pixels) {
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x, pixels += 3) {
      if (!in_region(region, y, x, height, width)) pixels[0] = pixels[1] = pixels[2] = kGrey;
    }
  }
}

}  // namespace dataset_quality
