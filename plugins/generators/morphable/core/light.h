// Light on a surface: an ambient sky and two lamps at infinity, in camera axes (x right, y up, z
// towards the viewer).
#pragma once

#include "core/latents.h"

namespace synface::morphable {

struct Lamp {
  Vec3 direction, half, color;  // half: between the lamp and the viewer
};
struct Lights {
  Vec3 ambient;
  float tilt = 0;
  Lamp lamp[2];
};

// What of the lamps' colours is around the person, beside the ambient light.
constexpr float kLampsAround = 0.35F;

inline Vec3 lamp_direction(float azimuth, float elevation) {
  const SinCos a = sincos_of(static_cast<double>(azimuth));
  const SinCos e = sincos_of(static_cast<double>(elevation));
  return {static_cast<float>(a.sin * e.cos), static_cast<float>(e.sin),
          static_cast<float>(a.cos * e.cos)};
}
inline Lights lights_of(const Illumination& light) {
  Lights out;
  out.ambient = light.ambient;
  out.tilt = light.ambient_tilt;
  out.lamp[0] = {lamp_direction(light.key_azimuth, light.key_elevation), {}, light.key};
  out.lamp[1] = {lamp_direction(light.fill_azimuth, light.fill_elevation), {}, light.fill};
  for (Lamp& lamp : out.lamp) lamp.half = normalized(lamp.direction + Vec3{0, 0, 1});
  return out;
}

// Irradiance of a lamp at cosine c: between Lambert's law and its order-2 spherical harmonics
// (Ramamoorthi and Hanrahan 2001), as of a lamp with some extent.
SYNFACE_BODY float lambert(float c) {
  const float soft = 0.25F + 0.5F * c + 0.15625F * (3.0F * c * c - 1.0F);
  const float hard = c > 0.0F ? c : 0.0F;
  return 0.7F * hard + 0.3F * (soft > 0.0F ? soft : 0.0F);
}
// Light that went through the skin's surface reaches a little past the terminator, the red the
// furthest.
SYNFACE_BODY Vec3 lambert_skin(float c) {
  constexpr float kRed = 0.20F;
  constexpr float kGreen = 0.08F;
  return {lambert((c + kRed) / (1.0F + kRed)), lambert((c + kGreen) / (1.0F + kGreen)), lambert(c)};
}

SYNFACE_BODY float power14(float x) {
  const float x2 = x * x;
  const float x4 = x2 * x2;
  return x4 * x4 * x4 * x2;
}
SYNFACE_BODY float power32(float x) {
  const float x2 = x * x;
  const float x4 = x2 * x2;
  const float x8 = x4 * x4;
  return square(x8 * x8);
}

}  // namespace synface::morphable
