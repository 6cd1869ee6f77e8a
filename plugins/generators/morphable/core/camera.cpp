#include "core/camera.h"

#include "core/noise.h"
#include "core/photos.h"

namespace synface::morphable {
namespace {

float luminance(Vec3 c) {
  return 0.2126F * c.x + 0.7152F * c.y + 0.0722F * c.z;
}

// Linear below the knee, then bending towards 1.
double shoulder(double light) {
  // Contrast about middle grey, as cameras render.
  const double x = light <= 0.0 ? 0.0 : 0.18 * pow_of(light / 0.18, 1.18);
  constexpr double kKnee = 0.6;
  if (x <= kKnee) return x;
  const double over = (x - kKnee) / (1.0 - kKnee);
  return kKnee + (1.0 - kKnee) * (1.0 - exp_of(-over));
}

double srgb(double x) {
  return x <= 0.0031308 ? 12.92 * x : 1.055 * pow_of(x, 1.0 / 2.4) - 0.055;
}

}  // namespace

float exposure_of(const Lights& lights, Vec3 skin, float stops) {
  float front = 0.8F * luminance(lights.ambient);
  for (const Lamp& lamp : lights.lamp) {
    front += luminance(lamp.color) * lambert(0.75F * lamp.direction.z + 0.15F);
  }
  const double forgiven = pow_of(0.40 / static_cast<double>(luminance(skin)), 0.35);
  const float scale = static_cast<float>(0.9 * forgiven) * exp2_fast(stops);
  return scale / (front > 0.02F ? front : 0.02F);
}

Backdrop::Backdrop(const Background& background, float pixel, const PhotoCrop* photo)
    : b_(background), pixel_(pixel), photo_(photo) {
  const SinCos turn = sincos_of(static_cast<double>(b_.angle));
  across_x_ = static_cast<float>(turn.cos);
  across_y_ = static_cast<float>(turn.sin);
}

// Shoulders fall from the neck to both sides.
float Backdrop::cloth(float x, float y) const {
  const float side = x < 0.5F ? 0.5F - x : x - 0.5F;
  return smooth(-pixel_, pixel_, y - (1.0F - b_.shoulder + 0.35F * side * side));
}

Vec3 Backdrop::pattern(float x, float y) const {
  const float across = (x - 0.5F) * across_x_ + (y - 0.5F) * across_y_ - b_.edge;
  const float half = 0.5F * b_.softness + pixel_;
  Vec3 color = mix(b_.color[0], b_.color[1], smooth(-half, half, across));
  const float u = x * b_.frequency + b_.u;
  const float v = y * b_.frequency + b_.v;
  const float n = 0.65F * noise2(u, v) + 0.35F * noise2(2.1F * u + 5.0F, 2.1F * v);
  const float blob = b_.blobs * smooth(0.5F - 0.4F * b_.softness, 0.62F + 0.4F * b_.softness, n);
  color = mix(color, b_.color[2], blob);
  return color * (0.8F + 0.4F * noise2(0.7F * u + 11.0F, 0.7F * v));
}

Vec3 Backdrop::at(float x, float y) const {
  const Vec3 color = photo_ != nullptr ? photo_->at(x, y) : pattern(x, y);
  const float covered = cloth(x, y);
  if (covered <= 0.0F) return color;
  // Folds make cloth of it.
  const float fold = 0.7F + 0.6F * noise2(9.0F * x + b_.u, 4.0F * y + b_.v);
  return mix(color, b_.clothes * fold, covered);
}

void soften(int height, int width, float amount, std::vector<Vec3>& image,
            std::vector<Vec3>& work) {
  if (amount <= 0.0F) return;
  work.resize(image.size());
  const auto w = static_cast<std::size_t>(width);
  const auto h = static_cast<std::size_t>(height);
  for (std::size_t y = 0; y < h; ++y) {
    const Vec3* row = &image[y * w];
    for (std::size_t x = 0; x < w; ++x) {
      const Vec3 left = row[x > 0 ? x - 1 : 0];
      const Vec3 right = row[x + 1 < w ? x + 1 : x];
      work[y * w + x] = (left + right) * 0.25F + row[x] * 0.5F;
    }
  }
  for (std::size_t y = 0; y < h; ++y) {
    const Vec3* above = &work[(y > 0 ? y - 1 : 0) * w];
    const Vec3* here = &work[y * w];
    const Vec3* below = &work[(y + 1 < h ? y + 1 : y) * w];
    for (std::size_t x = 0; x < w; ++x) {
      const Vec3 blurred = (above[x] + below[x]) * 0.25F + here[x] * 0.5F;
      image[y * w + x] = mix(image[y * w + x], blurred, amount);
    }
  }
}

std::vector<uint8_t> tone_table() {
  std::vector<uint8_t> table(static_cast<std::size_t>(kToneSteps) + 1);
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double root = 1.25 * static_cast<double>(i) / kToneSteps;
    table[i] = static_cast<uint8_t>(clamp(255.0 * srgb(shoulder(root * root)) + 0.5, 0.0, 255.0));
  }
  return table;
}

}  // namespace synface::morphable
