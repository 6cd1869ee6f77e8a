#include "core/photos.h"

#include <algorithm>
#include <utility>

namespace synface::morphable {
namespace {

float root(float x) {
  return sqrt_of(x > 0.0F ? x : 0.0F);
}

// What the photograph is multiplied by.
Vec3 gain_of(Vec3 mean, const Lights& lights, float exposure) {
  const float grey = std::max(luminance(mean), 0.02F);
  const Vec3 light =
      lights.ambient + lights.lamp[0].color * kLampsAround + lights.lamp[1].color * kLampsAround;
  const float bright = std::max(luminance(light), 0.02F);
  // A room is as bright as its light allows; photographs differ, and half of that is kept.
  const float level = clamp(root(0.16F / grey) * (0.4F + 0.6F * exposure * bright), 0.2F, 3.0F);
  const auto tint = [&](float of_light, float of_photo) {
    const float own = clamp(root(grey / std::max(of_photo, 0.005F)), 0.6F, 1.7F);
    return level * (of_light / bright) * own;
  };
  return {tint(light.x, mean.x), tint(light.y, mean.y), tint(light.z, mean.z)};
}

}  // namespace

std::array<float, 256> Photos::linear_table() {
  std::array<float, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double x = static_cast<double>(i) / 255.0;
    table[i] = static_cast<float>(x <= 0.04045 ? x / 12.92 : pow_of((x + 0.055) / 1.055, 2.4));
  }
  return table;
}

void Photos::add(int height, int width, std::vector<uint8_t> rgb) {
  double sum[3] = {};
  for (std::size_t i = 0; i < rgb.size(); ++i) sum[i % 3] += static_cast<double>(linear_[rgb[i]]);
  const double share = 3.0 / static_cast<double>(rgb.size());
  photos_.push_back({height,
                     width,
                     std::move(rgb),
                     {static_cast<float>(share * sum[0]), static_cast<float>(share * sum[1]),
                      static_cast<float>(share * sum[2])}});
}

int photo_side(std::size_t n, int side) {
  constexpr double kBytes = 256e6;
  constexpr double kAspect = 1.5;
  const double fits = sqrt_of(kBytes / (3.0 * kAspect * static_cast<double>(n)));
  return std::min(std::max(static_cast<int>(fits), 32), side + side / 4);
}

PhotoCrop::PhotoCrop(const Photos& photos, const Background& b, const Lights& lights,
                     float exposure)
    : photo_(std::min(
          static_cast<std::size_t>(clamp(b.photo, 0.0F, 1.0F) * static_cast<float>(photos.size())),
          photos.size() - 1)),
      rgb_(photos[photo_].rgb.data()),
      linear_(photos.linear().data()),
      height_(photos[photo_].height),
      width_(photos[photo_].width) {
  const auto width = static_cast<float>(width_);
  const auto height = static_cast<float>(height_);
  const float side = std::min(width, height) * clamp(b.photo_size, 0.05F, 1.0F);
  left_ = (width - side) * clamp(b.photo_x, 0.0F, 1.0F);
  top_ = (height - side) * clamp(b.photo_y, 0.0F, 1.0F);
  across_ = down_ = side;
  if (b.photo_mirror > 0.5F) {
    left_ += side;
    across_ = -side;
  }
  // Focus is on the face.
  blur_ = 0.02F * side * clamp(b.softness, 0.0F, 1.0F);
  gain_ = gain_of(photos[photo_].mean, lights, exposure);
}

}  // namespace synface::morphable
