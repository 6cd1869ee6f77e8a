#include "core/paint.h"

#include <array>

namespace synface::morphable {
namespace {

template <std::size_t N>
void set_curve(Curve& curve, const HeadModel& head, const std::array<std::size_t, N>& marks,
               const std::array<float, N>& widths, bool both_sides) {
  std::array<Vec2, N> knots;
  for (std::size_t i = 0; i < N; ++i) {
    knots[i] = head.landmark_paint[marks[i]];
    if (both_sides) knots[i].x = knots[i].x < 0.0F ? -knots[i].x : knots[i].x;
  }
  curve.set(knots.data(), widths.data(), N);
}

}  // namespace

void Curve::set(const Vec2* knots, const float* widths, std::size_t n) {
  low_ = knots[0].x;
  high_ = knots[n - 1].x;
  scale_ = static_cast<float>(kSteps) / (high_ - low_);
  std::size_t k = 0;
  for (std::size_t i = 0; i <= kSteps; ++i) {
    const float x = low_ + static_cast<float>(i) / scale_;
    while (k + 2 < n && x > knots[k + 1].x) ++k;
    const float t = clamp((x - knots[k].x) / (knots[k + 1].x - knots[k].x), 0.0F, 1.0F);
    b_[i] = mix(knots[k].y, knots[k + 1].y, t);
    width_[i] = mix(widths[k], widths[k + 1], t);
  }
}

Chart::Chart(const HeadModel& head) : iris_sine(head.iris_sine) {
  set_curve<5>(brow, head, {21, 20, 19, 18, 17}, {.060F, .070F, .065F, .055F, .030F}, true);
  set_curve<4>(upper_lid, head, {39, 38, 37, 36}, {0, 0, 0, 0}, true);
  set_curve<4>(lower_lid, head, {39, 40, 41, 36}, {0, 0, 0, 0}, true);
  set_curve<7>(upper_lip, head, {48, 49, 50, 51, 52, 53, 54}, {0, 0, 0, 0, 0, 0, 0}, false);
  set_curve<7>(lower_lip, head, {48, 59, 58, 57, 56, 55, 54}, {0, 0, 0, 0, 0, 0, 0}, false);
}

Vec3 skin_color(const Appearance& a) {
  static constexpr Vec3 kRamp[] = {{.74F, .48F, .375F},   {.65F, .395F, .28F},
                                   {.51F, .295F, .200F},  {.35F, .185F, .115F},
                                   {.215F, .107F, .062F}, {.105F, .054F, .034F}};
  const float x = clamp(a.melanin, 0.0F, 1.0F) * 5.0F;
  const int i = x >= 5.0F ? 4 : static_cast<int>(x);
  const Vec3 color = mix(kRamp[i], kRamp[i + 1], x - static_cast<float>(i));
  const float r = a.redness;
  return color * Vec3{1 + 0.05F * r, 1 - 0.10F * r, 1 - 0.08F * r - 0.12F * a.yellowness};
}

}  // namespace synface::morphable
