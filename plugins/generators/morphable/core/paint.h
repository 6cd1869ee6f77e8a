// What is painted on the skin: curves in the (a, b) chart of HEAD_MODEL.md and spots in canonical
// positions q.
#pragma once

#include <array>

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
  At at(float a) const;

 private:
  static constexpr std::size_t kSteps = 48;
  float low_ = 0, high_ = 1, scale_ = 1;
  std::array<float, kSteps + 1> b_{}, width_{};
};

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
// Everything painted on the skin but hair: mottling, flush, freckles, moles, lines, lips, lids,
// brows, beard. `detail` off leaves out what is finer than brows and lips. shine: 0..1 multiplies
// the skin's specular.
Vec3 paint_skin(const Appearance& a, const Chart& chart, const Spot& spot, Vec3 base, bool detail,
                float& shine);

// Shares of a spot that a brow's hairs and a lip cover, 0..1.
float brow_cover(const Appearance& a, const Chart& chart, const Spot& spot);
float lip_cover(const Chart& chart, const Spot& spot);

}  // namespace synface::morphable
