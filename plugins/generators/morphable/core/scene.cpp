// The priors of light, camera and background: what is around a person.
#include "core/detector.h"
#include "core/draws.h"

namespace synface::morphable {
namespace {

float f(double x) {
  return static_cast<float>(x);
}
double radians(double degrees) {
  return degrees * (kPi / 180.0);
}
double limited(double x, double limit) {
  return clamp(x, -limit, limit);
}

// Greyish and rather dark, as rooms and streets are; white or tinted now and then.
Vec3 surrounding(Random& random) {
  const double grey = exp_of(random.normal(-2.0, 1.15));
  const double colourful = 0.04 + 0.38 * square(random.uniform());
  return {f(clamp(grey * (1 + colourful * random.normal()), 0.004, 1.0)),
          f(clamp(grey * (1 + colourful * random.normal()), 0.004, 1.0)),
          f(clamp(grey * (1 + colourful * random.normal()), 0.004, 1.0))};
}

}  // namespace

Illumination draw_light(Random& random, bool varied, double exposure_sd) {
  Illumination light{};
  const auto tint = [&](double strength) {
    const double warm = varied ? random.normal(0.04, 0.08) : 0;
    const double green = varied ? random.normal(0, 0.02) : 0;
    return Vec3{f(strength * (1 + warm)), f(strength * (1 + green)), f(strength * (1 - warm))};
  };
  if (!varied) {
    light = {tint(0.5), 0.3F, 0, f(radians(30)), tint(0.8), 0, 0, tint(0), 0};
    return light;
  }
  light.ambient = tint(random.uniform(0.14, 0.5));
  light.ambient_tilt = f(random.uniform(0.1, 0.7));
  light.key_azimuth = f(radians(limited(random.normal(0, 42), 110)));
  light.key_elevation = f(radians(limited(random.normal(34, 19), 80)));
  light.key = tint(random.uniform(0.4, 1.15));
  light.fill_azimuth = f(radians(random.uniform(-120, 120)));
  light.fill_elevation = f(radians(random.normal(15, 20)));
  const double fill = random.uniform(0, 0.45);
  light.fill = tint(random.chance(0.5) ? fill : 0);
  light.exposure = f(limited(random.normal(0, exposure_sd), 3 * exposure_sd));
  // A flash beside the lens, as in press photographs.
  const bool flash = random.chance(0.3);
  const double azimuth = random.normal(0, 8);
  const double elevation = random.normal(10, 7);
  if (flash) {
    light.key_azimuth = f(radians(azimuth));
    light.key_elevation = f(radians(elevation));
  }
  return light;
}

Background draw_background(Random& random, bool varied) {
  Background b{};
  if (!varied) {
    for (Vec3& c : b.color) c = {0.25F, 0.25F, 0.25F};
    b.softness = 1;
    b.clothes = {0.08F, 0.08F, 0.08F};
    b.frequency = 2;
    b.photo = -1;
    return b;
  }
  for (Vec3& c : b.color) c = surrounding(random);
  b.angle = f(random.uniform(0, 2 * kPi));
  b.edge = f(random.normal(0, 0.3));
  b.softness = f(0.1 + square(random.uniform()));
  b.blobs = f(square(random.uniform()));
  b.frequency = f(random.uniform(1, 7));
  b.u = f(random.uniform(0, 100));
  b.v = f(random.uniform(0, 100));
  const double dark = exp_of(random.normal(-2.2, 1.0));
  const double hue = 0.25 * random.uniform();
  b.clothes = {f(clamp(dark * (1 + hue * random.normal()), 0.004, 0.8)),
               f(clamp(dark * (1 + hue * random.normal()), 0.004, 0.8)),
               f(clamp(dark * (1 + hue * random.normal()), 0.004, 0.8))};
  b.shoulder = f(random.normal(0.08, 0.05));
  b.photo = f(random.uniform());
  b.photo_x = f(random.uniform());
  b.photo_y = f(random.uniform());
  b.photo_size = f(random.uniform(0.45, 1));
  b.photo_mirror = f(random.uniform());
  return b;
}

Camera draw_camera(Random& random, const PriorOptions& options) {
  Camera camera{20, 0, 0, {}, 0, 0, 1, 0, 0, 1, 101};
  if (options.camera) {
    camera.distance = f(exp_of(random.uniform(log_of(9), log_of(40))));
    camera.softness = f(random.uniform(0.1, 1));
    camera.noise = f(0.4 + random.exponential(1.2));
  }
  draw_detector_errors(random, options.jitter, camera.jitter);
  if (!options.camera) return camera;
  const double sd = options.white_balance_sd;
  camera.warm = f(limited(random.normal(0.25 * sd, sd), 3 * sd));
  camera.green = f(limited(random.normal(0, 0.3 * sd), sd));
  const double saturation = clamp(random.normal(0.98, 0.12), 0.6, 1.25);
  camera.saturation = f(random.chance(0.015) ? 0 : saturation);
  const double path = random.uniform(0.8, 4);
  camera.motion = f(random.chance(options.motion) ? path : 0);
  camera.motion_angle = f(random.uniform(0, kPi));
  const double share = random.uniform(0.45, 0.9);
  camera.detail = f(random.chance(options.low_resolution) ? share : 1);
  const double quality = random.uniform(30, 95);
  camera.jpeg = f(random.chance(options.jpeg) ? quality : 101);
  return camera;
}

}  // namespace synface::morphable
