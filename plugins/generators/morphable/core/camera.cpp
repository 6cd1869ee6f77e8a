#include "core/camera.h"

#include "core/sensor_body.h"

namespace synface::morphable {
namespace {

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
  const double forgiven = pow_of(0.40 / static_cast<double>(luminance(skin)), 0.25);
  const float scale = static_cast<float>(0.88 * forgiven) * exp2_fast(stops);
  return scale / (front > 0.02F ? front : 0.02F);
}

Vec3 room_light(const Lights& lights, float exposure) {
  const Vec3 light = lights.ambient + (lights.lamp[0].color + lights.lamp[1].color) * kLampsAround;
  const float bright = luminance(light) > 0.02F ? luminance(light) : 0.02F;
  const float level = sqrt_of(clamp(exposure * bright, 0.1F, 4.0F));
  return light * (level / bright);
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
