#include "core/view.h"

#include <algorithm>

namespace synface::morphable {

Rotation rotation_of(const Pose& p) {
  const auto turn = [](float angle) { return sincos_of(static_cast<double>(angle)); };
  const SinCos y = turn(p.yaw);
  const SinCos x = turn(p.pitch);
  const SinCos z = turn(p.roll);
  const auto f = [](double v) { return static_cast<float>(v); };
  const Vec3 r0{f(y.cos), 0, f(y.sin)};
  const Vec3 r1{f(-x.sin * y.sin), f(x.cos), f(x.sin * y.cos)};
  const Vec3 r2{f(-x.cos * y.sin), f(-x.sin), f(x.cos * y.cos)};
  return {{r0 * f(z.cos) - r1 * f(z.sin), r0 * f(z.sin) + r1 * f(z.cos), r2}};
}

Vec3 gaze_of(const Rotation& rotation, float yaw, float pitch, float outwards) {
  const SinCos y = sincos_of(static_cast<double>(clamp(yaw, -0.5F, 0.5F) + outwards));
  const SinCos x = sincos_of(static_cast<double>(clamp(pitch, -0.45F, 0.45F)));
  return rotation.apply({static_cast<float>(y.sin * x.cos), static_cast<float>(x.sin),
                         static_cast<float>(y.cos * x.cos)});
}

std::array<Vec2, 5> seen_landmarks(const HeadModel& head, const std::vector<Vec3>& posed,
                                   const View& view) {
  const auto seen = [&](Vec3 p) {
    const Vec3 q = through_lens(view.rotation.apply(p), view.camera.distance);
    return Vec2{q.x, q.y};
  };
  const auto eye = [&](std::size_t first) {
    Vec3 sum;
    for (std::size_t l = first; l < first + 6; ++l) sum += head.landmark(posed, l);
    return sum * (1.0F / 6.0F);
  };
  return {seen(eye(36)), seen(eye(42)), seen(head.landmark(posed, 30)),
          seen(head.landmark(posed, 48)), seen(head.landmark(posed, 54))};
}

Similarity crop_of(const std::array<Vec2, 5>& seen, const Camera& camera, int height, int width) {
  // The crop follows the landmarks that the detector believes in: an error to the right moves the
  // face to the left.
  std::array<Vec2, 5> to = template_for(height, width);
  const float scale = static_cast<float>(std::min(height, width)) / 112.0F;
  for (std::size_t i = 0; i < 5; ++i) {
    to[i].x -= camera.jitter[2 * i] * scale;
    to[i].y -= camera.jitter[2 * i + 1] * scale;
  }
  return align(seen, to);
}

void express(const HeadModel& head, const float* weights, float unit, View& view,
             std::vector<Vec3>& positions) {
  const int blink[2] = {head.unit("eyeBlinkLeft"), head.unit("eyeBlinkRight")};
  for (std::size_t u = 0; u < head.units.size(); ++u) {
    float weight = clamp(weights[u], 0.0F, 1.0F);
    if (weight == 0.0F) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      if (static_cast<int>(u) != blink[side]) continue;
      // A lid closes fully only at 1.15 with the ball 0.03 eye distances back.
      view.eye_shift[side] = {0, 0, -0.03F * weight};
      weight *= 1.15F;
    }
    head.units.add(u, weight * unit, positions);
  }
}

}  // namespace synface::morphable
