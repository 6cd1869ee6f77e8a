// What lies behind the head, for the CPU's loop over pixels and for the GPU's threads.
#pragma once

#include "core/noise.h"
#include "core/photos.h"

namespace synface::morphable {

// Colour behind the head at (x, y), the shorter side of the image being 1. Owns nothing.
class Backdrop {
 public:
  // photo: what lies behind instead of the pattern; may be empty. light: what a white wall there
  // shows (room_light), by which pattern and clothes are multiplied.
  explicit Backdrop(const Background& background, float pixel, const PhotoCrop& photo = {},
                    Vec3 light = {1, 1, 1})
      : b_(background), pixel_(pixel), photo_(photo), light_(light) {
    const SinCos turn = sincos_of(static_cast<double>(b_.angle));
    across_x_ = static_cast<float>(turn.cos);
    across_y_ = static_cast<float>(turn.sin);
  }
  SYNFACE_BODY Vec3 at(float x, float y) const;
  // Whether shoulders in their clothes cover the place.
  bool clothed(float x, float y) const { return cloth(x, y) > 0.5F; }

 private:
  SYNFACE_BODY float cloth(float x, float y) const;
  SYNFACE_BODY Vec3 pattern(float x, float y) const;

  Background b_;
  float across_x_, across_y_, pixel_;
  PhotoCrop photo_;
  Vec3 light_;
};

// Shoulders fall from the neck to both sides.
SYNFACE_BODY float Backdrop::cloth(float x, float y) const {
  const float side = x < 0.5F ? 0.5F - x : x - 0.5F;
  return smooth(-pixel_, pixel_, y - (1.0F - b_.shoulder + 0.35F * side * side));
}

SYNFACE_BODY Vec3 Backdrop::pattern(float x, float y) const {
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

SYNFACE_BODY Vec3 Backdrop::at(float x, float y) const {
  const Vec3 color = photo_.empty() ? pattern(x, y) * light_ : photo_.at(x, y);
  const float covered = cloth(x, y);
  if (covered <= 0.0F) return color;
  // Folds make cloth of it.
  const float fold = 0.7F + 0.6F * noise2(9.0F * x + b_.u, 4.0F * y + b_.v);
  return mix(color, b_.clothes * light_ * fold, covered);
}

}  // namespace synface::morphable
