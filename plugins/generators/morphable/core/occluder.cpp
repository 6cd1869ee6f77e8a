#include "core/noise.h"
#include "core/wear.h"

namespace synface::morphable {
namespace {

// A patch of cloth over the hull: columns from the right to the left, rows downwards, over the
// directions that lie before `low` .. `high` of y.
void cover(const Hull& hull, float turn, float high, float low, float over, Vec3 color,
           uint32_t grain, Tailor& tailor) {
  constexpr std::size_t kColumns = 21;
  constexpr std::size_t kRows = 9;
  const int32_t first = tailor.next();
  const std::size_t triangle = tailor.triangles();
  for (std::size_t r = 0; r < kRows; ++r) {
    const float t = static_cast<float>(r) / static_cast<float>(kRows - 1);
    for (std::size_t c = 0; c < kColumns; ++c) {
      const float u = 2.0F * static_cast<float>(c) / static_cast<float>(kColumns - 1) - 1.0F;
      const SinCos s = sincos_of(static_cast<double>(u * turn));
      // The upper border is high over the nose and falls to the ears.
      const float top = high - 0.30F * u * u;
      const float slope = mix(top, low + 0.25F * u * u, t);
      const Vec3 d{static_cast<float>(s.sin), slope, static_cast<float>(s.cos)};
      const float fold =
          noise2(3.0F * u + static_cast<float>(grain & 63U), 7.0F * t + 1.5F * u) - 0.5F;
      const float tent = over + 0.07F * fold + 0.10F * (1.0F - u * u) * (t - t * t) * 4.0F;
      tailor.vertex(hull.at(d, tent), d, {4.0F * u, 6.0F * t, 0.15F}, color * (0.95F + 0.2F * fold),
                    0.9F);
    }
  }
  tailor.weave(Part::kCloth, first, kColumns, kRows, false);
  tailor.smooth_normals(first, triangle);
}

void hold_microphone(Vec3 at, float size, Vec3 color, Tailor& tailor) {
  const float r = 0.22F + 0.18F * size;
  tailor.ball(Part::kCloth, at, {r, 1.1F * r, r}, color, 0.9F);
  const Tailor::Ring handle[] = {{at + Vec3{0, -0.8F * r, 0}, 0.75F * r},
                                 {at + Vec3{0, -1.3F * r, 0.05F}, 0.55F * r},
                                 {at + Vec3{0.1F, -2.5F, 0.4F}, 0.45F * r}};
  tailor.pipe(Part::kFrame, handle, 3, 10, color * 0.7F + Vec3{0.01F, 0.01F, 0.01F}, 0.9F);
}

// Four fingers and the back of a hand.
void hold_hand(Vec3 at, float angle, float size, Vec3 skin, const Hull& hull, Tailor& tailor) {
  const SinCos s = sincos_of(static_cast<double>(angle));
  const Vec3 along{-static_cast<float>(s.sin), static_cast<float>(s.cos), 0.05F};
  const Vec3 across{static_cast<float>(s.cos), static_cast<float>(s.sin), 0};
  const float scale = 0.85F + 0.3F * size;
  const Vec3 palm = hull.outside(at, 0.14F);
  tailor.ball(Part::kFlesh, palm, {0.36F * scale, 0.42F * scale, 0.16F * scale}, skin, 0.85F);
  for (int f = 0; f < 4; ++f) {
    const float u = static_cast<float>(f) - 1.5F;
    const float reach = scale * (0.95F - 0.10F * u * u);
    const Vec3 root = palm + across * (0.17F * u * scale) + along * (0.28F * scale);
    const Vec3 joint = hull.outside(root + along * (0.5F * reach) + across * (0.03F * u), 0.10F);
    const Vec3 tip = hull.outside(root + along * reach + across * (0.05F * u), 0.07F);
    const float r = 0.092F * scale;
    const Tailor::Ring finger[] = {{root, r},
                                   {mix(root, joint, 0.6F) + Vec3{0, 0, 0.02F}, 1.02F * r},
                                   {joint, 1.05F * r},
                                   {mix(joint, tip, 0.75F), 0.9F * r},
                                   {tip, 0.02F}};
    tailor.pipe(Part::kFlesh, finger, 5, 8, skin, 0.8F);
  }
  const Tailor::Ring wrist[] = {{palm, 0.30F * scale},
                                {palm - along * (0.8F * scale) + Vec3{0, 0, 0.25F}, 0.27F * scale},
                                {palm - along * (2.6F * scale) + Vec3{0, 0, 0.6F}, 0.33F * scale}};
  tailor.pipe(Part::kFlesh, wrist, 3, 10, skin, 0.85F);
}

// A flat thing with a straight edge: a book, a card, a placard, somebody's shoulder.
void hold_card(Vec3 at, float angle, float size, Vec3 color, Tailor& tailor) {
  const SinCos s = sincos_of(static_cast<double>(angle));
  const Vec3 across{static_cast<float>(s.cos), static_cast<float>(s.sin), 0.1F};
  const Vec3 along{-static_cast<float>(s.sin), static_cast<float>(s.cos), 0.0F};
  const Vec3 n = normalized(cross(across, along));
  constexpr std::size_t kSide = 5;
  const int32_t first = tailor.next();
  const float half = 0.5F + 0.7F * size;
  for (std::size_t r = 0; r < kSide; ++r) {
    for (std::size_t c = 0; c < kSide; ++c) {
      const float u = static_cast<float>(c) / 2.0F - 1.0F;
      const float v = 1.0F - static_cast<float>(r) / 2.0F;
      const Vec3 p = at + across * (half * u) + along * (half * v) + n * (0.06F * (u * u + v * v));
      tailor.vertex(p, n, {9.0F * u, 9.0F * v, 0.05F}, color, 1.0F);
    }
  }
  tailor.weave(Part::kCloth, first, kSide, kSide, false);
}

}  // namespace

void hold_before_face(const Accessories& worn, Vec3 skin, const Hull& hull, uint32_t grain,
                      Tailor& tailor) {
  if (worn.occluder <= 0.5F) return;
  const Vec3 at{worn.occluder_x, worn.occluder_y, 0.75F};
  const int kind = floor_int(clamp(worn.occluder_kind, 0.0F, 4.99F));
  if (kind == 0) cover(hull, 1.25F, -0.22F, -1.15F, 0.11F, worn.occluder_color, grain, tailor);
  if (kind == 1) {
    cover(hull, 2.2F, -0.62F, -1.9F, 0.10F + 0.15F * worn.occluder_size, worn.occluder_color, grain,
          tailor);
  }
  if (kind == 2) hold_microphone(at, worn.occluder_size, worn.occluder_color, tailor);
  if (kind == 3) {
    hold_hand(at, worn.occluder_angle, worn.occluder_size, skin, hull, tailor);
  }
  if (kind == 4) {
    hold_card(at, worn.occluder_angle, worn.occluder_size, worn.occluder_color, tailor);
  }
}

}  // namespace synface::morphable
