// What the painting on the skin (paint_body.h) goes by: curves in the (a, b) chart of HEAD_MODEL.md
// and spots in canonical positions q.
#pragma once

#include "core/latents.h"

namespace synface::morphable {

// A curve b(a) through knots, tabulated; beyond its ends `inside` is negative.
class Curve {
 public:
  Curve() = default;
  // Knots by increasing a, with a second value each (a half width).
  void set(const Vec2* knots, const float* widths, std::size_t n);
  struct At {
    float b, width, inside;  // inside: distance to the nearer end
  };
  SYNFACE_BODY At at(float a) const;

 private:
  static constexpr std::size_t kSteps = 48;
  float low_ = 0, high_ = 1, scale_ = 1;
  float b_[kSteps + 1] = {}, width_[kSteps + 1] = {};
};

SYNFACE_BODY Curve::At Curve::at(float a) const {
  const float left = a - low_;
  const float right = high_ - a;
  // What is no number is at the start, not beyond the table.
  const float t =
      left > 0.0F ? clamp(left * scale_, 0.0F, static_cast<float>(kSteps) - 0.001F) : 0.0F;
  const int i = static_cast<int>(t);
  const auto k = static_cast<std::size_t>(i);
  const float f = t - static_cast<float>(i);
  return {mix(b_[k], b_[k + 1], f), mix(width_[k], width_[k + 1], f), left < right ? left : right};
}

// The curves of a model: the same for all people, because the chart moves with the skin.
struct Chart {
  Curve brow, upper_lid, lower_lid, upper_lip, lower_lip;  // brow and lids over |a|
  float iris_sine = 0;                                     // HeadModel's
  explicit Chart(const HeadModel& head);
};

// Where a fragment lies.
struct Spot {
  Vec3 q;
  float a, b;
  float pixel;  // its width in eye distances
};

// Tint of bare skin by melanin; linear RGB.
Vec3 skin_color(const Appearance& a);

}  // namespace synface::morphable
