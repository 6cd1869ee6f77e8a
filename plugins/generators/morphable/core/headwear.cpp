#include "core/noise.h"
#include "core/wear.h"

namespace synface::morphable {
namespace {

float at(uint32_t grain, float x, float y) {
  return noise2(x + static_cast<float>(grain & 63U), y) - 0.5F;
}

Vec3 around(float angle) {
  const SinCos s = sincos_of(static_cast<double>(angle));
  return {static_cast<float>(s.sin), 0, static_cast<float>(s.cos)};
}

// Eye distances from the axis of the head to the rim, with the cloth's own thickness.
float cloth_over(const Accessories& worn) {
  return 0.06F + 0.05F * worn.knit + 0.10F * worn.hat_flare;
}

}  // namespace

float hat_amount(const Appearance& look, const Accessories& worn) {
  const float own = clamp(look.hat, 0.0F, 1.0F) * (1.0F - clamp(worn.uncover, 0.0F, 1.0F));
  const float now = clamp(worn.hat, 0.0F, 1.0F);
  const float most = own > now ? own : now;
  return most * (1.0F - smooth(0.2F, 0.6F, scarf_amount(look, worn)));
}

float scarf_amount(const Appearance& look, const Accessories& worn) {
  return clamp(look.scarf, 0.0F, 1.0F) * (1.0F - clamp(worn.uncover, 0.0F, 1.0F));
}

float hat_rim_at(const Accessories& worn, Vec3 q) {
  const float back = smooth(0.2F, -2.2F, q.z);
  return worn.hat_rim + worn.hat_tilt * q.x - 0.55F * back;
}

void wear_hat(const Accessories& worn, float amount, const Hull& hull, uint32_t grain,
              Tailor& tailor) {
  if (amount <= 0.02F) return;
  constexpr std::size_t kColumns = 36;
  constexpr std::size_t kRows = 9;
  const float over = mix(-0.35F, cloth_over(worn), smooth(0.0F, 0.5F, amount));
  int32_t first = tailor.next();
  std::size_t triangle = tailor.triangles();
  Vec3 rim[kColumns];
  for (std::size_t r = 0; r < kRows; ++r) {
    // The first two rows are a band or a turned-up edge.
    const float t = static_cast<float>(r) / static_cast<float>(kRows - 1);
    for (std::size_t c = 0; c < kColumns; ++c) {
      const float angle = 6.2831853F * static_cast<float>(c) / static_cast<float>(kColumns);
      const Vec3 out = around(angle);
      const float low = hat_rim_at(worn, {out.x, 0, 1.1F * out.z - 1.0F}) - Hull::kMiddle.y;
      // The direction from the middle that reaches the rim's height, then up to the zenith.
      const float wide = hull.radius({out.x, low, out.z});
      const float slope = low / (wide > 0.3F ? wide : 0.3F);
      const float climb = t * t * 0.4F + t * 0.6F;
      const Vec3 d = normalized(mix(Vec3{out.x, slope, out.z}, Vec3{0, 1.0F, 0}, climb * 0.999F));
      const float fold = (0.06F + 0.05F * worn.knit) * at(grain, 3.0F * angle, 4.0F * t);
      const float crown = worn.hat_height * smooth(0.1F, 0.6F, t);
      Vec3 p = hull.at(d, over + fold + 0.35F * crown) + Vec3{0, 0.6F * crown, 0};
      if (r == 0) p = p - out * 0.04F;
      const bool band = r < 2;
      const float seam = band ? 1.0F : 0.92F + 0.3F * at(grain, 2.0F * angle, 7.0F * t);
      tailor.vertex(p, out, {4.0F * angle, 9.0F * t, worn.knit},
                    (band ? worn.hat_accent : worn.hat_color) * seam, 0.9F);
      if (r == 0) rim[c] = p;
    }
  }
  tailor.weave(Part::kCloth, first, kColumns, kRows, true);
  tailor.smooth_normals(first, triangle);

  const float most = worn.visor > worn.brim ? worn.visor : worn.brim;
  if (most <= 0.02F) return;
  // What stands out from the rim: in front alone, or all around.
  first = tailor.next();
  triangle = tailor.triangles();
  constexpr std::size_t kSteps = 4;
  for (std::size_t r = 0; r < kSteps; ++r) {
    const float t = static_cast<float>(r) / static_cast<float>(kSteps - 1);
    for (std::size_t c = 0; c < kColumns; ++c) {
      const float angle = 6.2831853F * static_cast<float>(c) / static_cast<float>(kColumns);
      const Vec3 out = around(angle);
      const float ahead = smooth(0.35F, 0.95F, out.z);
      const float reach = amount * (worn.visor * 1.0F * ahead + worn.brim * 0.75F);
      const float drop = worn.visor * ahead * (0.10F * t + 0.28F * t * square(out.x)) +
                         worn.brim * (0.12F * t + 0.10F * t * t * at(grain, 1.3F * angle, 0.5F));
      const Vec3 away = normalized(out * mix(1.0F, 0.75F, ahead * worn.visor) +
                                   Vec3{0, 0, 0.35F * ahead * worn.visor});
      tailor.vertex(rim[c] + away * (reach * t) - Vec3{0, drop, 0}, {0, 1, 0},
                    {4.0F * angle, 3.0F * t, 0}, worn.hat_color * (0.95F - 0.1F * t), 0.85F);
    }
  }
  tailor.weave(Part::kCloth, first, kColumns, kSteps, true);
  tailor.smooth_normals(first, triangle);
}

void wear_scarf(const Accessories& worn, float amount, const Hull& hull, uint32_t grain,
                Tailor& tailor) {
  if (amount <= 0.02F) return;
  constexpr std::size_t kColumns = 44;
  constexpr std::size_t kRows = 11;
  const int32_t first = tailor.next();
  const std::size_t triangle = tailor.triangles();
  const float over = mix(-0.4F, 0.05F, smooth(0.0F, 0.5F, amount));
  for (std::size_t r = 0; r < kRows; ++r) {
    const float t = static_cast<float>(r) / static_cast<float>(kRows - 1);
    for (std::size_t c = 0; c < kColumns; ++c) {
      const float angle = 6.2831853F * static_cast<float>(c) / static_cast<float>(kColumns);
      const SinCos s = sincos_of(static_cast<double>(angle));
      const auto sine = static_cast<float>(s.sin);
      const auto cosine = static_cast<float>(s.cos);
      // The opening: an oval around the face, seen from the front.
      const float up = 0.72F + 0.55F * worn.scarf_open;
      const float down = 1.78F;
      const Vec3 edge{1.03F * sine, 0.03F + (cosine > 0.0F ? up : down) * cosine,
                      -0.35F - 0.25F * (cosine > 0.0F ? 0.0F : cosine)};
      const Vec3 start = normalized(edge - Hull::kMiddle);
      const Vec3 d =
          normalized(mix(start, Vec3{0.0F, -0.15F, -1.0F}, 0.97F * t * (0.7F + 0.3F * t)));
      const float lines = at(grain, 2.0F * angle + 1.5F * t, 6.0F * t + 0.5F * angle);
      float radius = hull.radius(d) + over + 0.03F * smooth(0.0F, 0.1F, t) +
                     0.16F * smooth(0.02F, 0.3F, t) * (lines + 0.3F);
      // Below the chin the cloth falls over the neck.
      const float fall = smooth(-0.45F, -0.85F, d.y) * smooth(0.0F, 0.2F, t) * amount;
      radius = mix(radius, radius > 2.5F ? radius : 2.5F, fall);
      tailor.vertex(Hull::kMiddle + d * radius, d, {3.0F * angle, 5.0F * t, 0.1F},
                    worn.scarf_color * (0.95F + 0.25F * lines), r == 0 ? 0.55F : 0.9F);
    }
  }
  tailor.weave(Part::kCloth, first, kColumns, kRows, true);
  tailor.smooth_normals(first, triangle);
}

}  // namespace synface::morphable
