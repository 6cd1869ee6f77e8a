#include "core/wear.h"

namespace synface::morphable {
namespace {

float signed_power(double x, float power) {
  const double y = pow_of(x < 0 ? -x : x, static_cast<double>(power));
  return static_cast<float>(x < 0 ? -y : y);
}

}  // namespace

// Two super-ellipses before the eyes, a bridge over the nose, temples to the ears.
void wear_glasses(const Accessories& worn, const Vec3 (&eyes)[2], const Hull& hull,
                  Tailor& tailor) {
  const float amount = smooth(0.0F, 0.5F, worn.glasses);
  if (amount <= 0.0F) return;
  constexpr std::size_t kPoints = 28;
  const float tube = amount * clamp(worn.glasses_tube, 0.004F, 0.08F);
  const float power = 2.0F / clamp(worn.glasses_power, 1.5F, 8.0F);
  const float half = 0.5F * (eyes[0].x - eyes[1].x);
  const float y = 0.5F * (eyes[0].y + eyes[1].y) - worn.glasses_drop;
  const float z = 0.5F * (eyes[0].z + eyes[1].z) + 0.27F + 0.18F + 0.15F * worn.glasses_drop;
  // Frames bend around the face.
  const auto bent = [&](float x, float up) {
    return Vec3{x, y + up, z - 0.12F * x * x + 0.10F * up};
  };
  Vec3 hinge[2];
  for (std::size_t eye = 0; eye < 2; ++eye) {
    const float side = eye == 0 ? 1.0F : -1.0F;
    const float middle = side * (half + 0.03F);
    Tailor::Ring rings[kPoints + 1];
    for (std::size_t k = 0; k <= kPoints; ++k) {
      const SinCos s = sincos_of(2.0 * kPi * static_cast<double>(k % kPoints) / kPoints);
      const float up = signed_power(s.sin, power) * worn.glasses_height;
      const float x = middle + signed_power(s.cos, power) * worn.glasses_width;
      // Upper rims are the heavier ones.
      rings[k] = {bent(x, up), tube * (up > 0.0F ? 1.15F : 0.85F)};
    }
    tailor.pipe(Part::kFrame, rings, kPoints + 1, 5, worn.frame_color, 0.9F);
    const Vec3 ahead = normalized({0.25F * middle, 0.02F, 1.0F});
    const int32_t center = tailor.vertex(bent(middle, 0), ahead, {}, worn.lens_color, 1.0F);
    int32_t before = -1;
    for (std::size_t k = 0; k <= kPoints; ++k) {
      const Vec3 p = rings[k].center;
      // Slightly domed, so that what it mirrors moves over it.
      const Vec3 n = normalized({0.25F * middle + 0.7F * (p.x - middle), 0.7F * (p.y - y), 1.0F});
      const int32_t here = tailor.vertex(p, n, {}, worn.lens_color, 1.0F);
      if (before >= 0) tailor.lens(center, before, here);
      before = here;
    }
    const float outer = middle + side * worn.glasses_width;
    hinge[eye] = bent(outer, 0.45F * worn.glasses_height);
    const Vec3 ear = hull.at({1.02F * side, -0.10F, -0.1F}, 0.05F);
    const Vec3 way = hull.outside(mix(hinge[eye], ear, 0.5F), 0.04F);
    const Tailor::Ring temple[] = {{hinge[eye], tube}, {way, tube}, {ear, tube}};
    tailor.pipe(Part::kFrame, temple, 3, 4, worn.frame_color, 0.8F);
  }
  const float inner = half + 0.03F - worn.glasses_width;
  const float high = 0.35F * worn.glasses_height;
  const Tailor::Ring bridge[] = {{bent(-inner, high), 0.9F * tube},
                                 {bent(0, high + 0.05F) + Vec3{0, 0, 0.04F}, tube},
                                 {bent(inner, high), 0.9F * tube}};
  tailor.pipe(Part::kFrame, bridge, 3, 5, worn.frame_color, 0.9F);
}

void wear_earrings(const Accessories& worn, const HeadModel& head,
                   const std::vector<Vec3>& positions, Tailor& tailor) {
  if (worn.earrings <= 0.02F) return;
  // The lowest point of each ear.
  Vec3 lobe[2] = {{0, 9, 0}, {0, 9, 0}};
  for (std::size_t v = 0; v < head.base.size(); ++v) {
    if (head.ear[v] < 0.8F) continue;
    Vec3& lowest = lobe[positions[v].x > 0.0F ? 0 : 1];
    if (positions[v].y < lowest.y) lowest = positions[v];
  }
  const float size = 0.055F + 0.05F * worn.earrings;
  for (const Vec3& p : lobe) {
    if (p.y > 5.0F) continue;
    const float hang = worn.earrings * 0.12F;
    tailor.ball(Part::kFrame, p + Vec3{0, -hang, 0.05F},
                {size, size * (1.0F + worn.earrings), size},
                worn.frame_color * 0.5F + Vec3{0.35F, 0.30F, 0.22F}, 1.0F);
  }
}

}  // namespace synface::morphable
