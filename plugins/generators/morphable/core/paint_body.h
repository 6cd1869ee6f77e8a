// What is painted on the skin, for the CPU's loop over pixels and for the GPU's threads.
#pragma once

#include "core/hair.h"
#include "core/noise.h"
#include "core/paint.h"

namespace synface::morphable {
SYNFACE_BODY float absolute(float x) {
  return x < 0.0F ? -x : x;
}
SYNFACE_BODY float positive(float x) {
  return x > 0.0F ? x : 0.0F;
}

// exp(-(dx/sx)^2 - (dy/sy)^2)
SYNFACE_BODY float gauss(float dx, float dy, float sx, float sy) {
  const float e = square(dx / sx) + square(dy / sy);
  return e > 9.0F ? 0.0F : exp_fast(-e);
}

SYNFACE_BODY void paint_tone(const Appearance& a, const Spot& s, Vec3& color) {
  const float u = s.q.x + a.noise_u;
  const float v = s.q.y + 0.7F * s.q.z + a.noise_v;
  const float grain = 0.5F * noise2_band(u, v, 3, s.pixel) + 0.3F * noise2_band(u, v, 7, s.pixel) +
                      0.2F * noise2_band(u, v, 16, s.pixel) - 0.5F;
  color = color * Vec3{1 + 0.6F * a.mottle * grain, 1 + a.mottle * grain, 1 + a.mottle * grain};
  if (s.q.z < -1.0F) return;
  const float x = absolute(s.q.x);
  const float flush = a.flush * (gauss(x - 0.74F, s.q.y + 0.66F, 0.30F, 0.30F) +
                                 0.7F * gauss(s.q.x, s.q.y + 0.55F, 0.17F, 0.16F));
  color = color * Vec3{1 - 0.05F * flush, 1 - 0.30F * flush, 1 - 0.26F * flush};
  const float shade = a.under_eye * gauss(x - 0.48F, s.q.y + 0.24F, 0.28F, 0.11F);
  color = color * Vec3{1 - 0.28F * shade, 1 - 0.34F * shade, 1 - 0.26F * shade};
}

SYNFACE_BODY void paint_marks(const Appearance& a, const Spot& s, Vec3& color) {
  if (s.q.z < -0.9F) return;
  const float u = s.q.x + a.noise_u;
  const float v = s.q.y + a.noise_v;
  if (a.freckles > 0.0F) {
    const float where = gauss(s.q.x, s.q.y + 0.45F, 0.85F, 0.55F);
    const float amount = a.freckles * where *
                         (0.6F * smooth(0.64F, 0.82F, noise2_band(u + 0.3F * v, v, 19, s.pixel)) +
                          0.5F * smooth(0.60F, 0.80F, noise2_band(v, u, 26, s.pixel)));
    color = color * Vec3{1 - 0.35F * amount, 1 - 0.52F * amount, 1 - 0.60F * amount};
  }
  if (a.moles > 0.0F) {
    // One candidate in each cell of a coarse lattice; few are chosen.
    const float cell = 2.4F;
    const int ix = floor_int(u * cell);
    const int iy = floor_int(v * cell);
    const float keep = smooth(0.975F - 0.09F * a.moles, 1.0F, lattice(ix + 77, iy));
    if (keep > 0.0F) {
      const float dx = u * cell - static_cast<float>(ix) - 0.2F - 0.6F * lattice(ix, iy + 31);
      const float dy = v * cell - static_cast<float>(iy) - 0.2F - 0.6F * lattice(ix, iy + 57);
      const float mole = keep * (1.0F - smooth(0.02F, 0.06F + s.pixel, sqrt_of(dx * dx + dy * dy)));
      color = mix(color, color * Vec3{0.35F, 0.25F, 0.22F}, mole);
    }
  }
}

// Shapes of a face that are finer than its mesh, as light and shade of their own.
SYNFACE_BODY void paint_features(const Appearance& a, const Spot& s, Vec3& color) {
  if (s.q.z < -1.0F) return;
  const float x = absolute(s.q.x);
  float dark =
      0.30F * a.hollow * gauss(x - 0.78F, s.q.y + 0.92F + 0.3F * (x - 0.78F), 0.22F, 0.16F);
  dark += 0.34F * a.socket *
          (gauss(x - 0.24F, s.q.y - 0.03F, 0.13F, 0.17F) +
           gauss(x - 0.5F, s.q.y - 0.16F, 0.32F, 0.10F));
  // From the wing of the nose to beside the mouth.
  if (s.q.y < -0.5F && s.q.y > -1.35F) {
    const float line = x - (0.34F + 0.32F * (-0.60F - s.q.y));
    dark += 0.30F * a.fold * gauss(line, 0, 0.05F + s.pixel, 1.0F) * smooth(0.53F, 0.66F, -s.q.y) *
            (1.0F - smooth(0.95F, 1.3F, -s.q.y));
  }
  const float between = gauss(x - 0.09F, s.q.y - 0.33F, 0.03F + 0.5F * s.pixel, 0.13F);
  dark += 0.28F * a.frown * between;
  // The groove under the nose and the one under the lower lip.
  dark += 0.12F * gauss(s.q.x, s.q.y + 0.82F, 0.05F, 0.09F);
  dark += 0.14F * gauss(s.q.x, s.q.y + 1.42F, 0.22F, 0.07F);
  color = color * Vec3{1 - 0.85F * dark, 1 - dark, 1 - dark};
}

// Lines of age as darkening: forehead, between nose and mouth, at the eyes' corners.
SYNFACE_BODY void paint_lines(const Appearance& a, const Spot& s, Vec3& color) {
  if (a.wrinkles <= 0.0F || s.q.z < -0.5F) return;
  const float x = absolute(s.q.x);
  float amount = 0;
  const float forehead = gauss(s.q.x, s.q.y - 0.75F, 0.62F, 0.28F);
  if (forehead > 0.0F) {
    const float wave = 0.05F * noise2(3.0F * s.q.x + a.noise_u, 4.0F);
    const float phase = (s.q.y + wave) * 6.5F;
    const float ridge = absolute(phase - static_cast<float>(floor_int(phase)) - 0.5F) * 2.0F;
    amount += 0.5F * forehead * smooth(0.55F, 0.95F, ridge);
  }
  if (s.q.y < -0.5F && s.q.y > -1.35F) {
    const float fold = x - (0.36F + 0.30F * (-0.62F - s.q.y));
    amount += 0.8F * gauss(fold, 0, 0.035F + s.pixel, 1.0F) * smooth(0.55F, 0.7F, -s.q.y) *
              (1.0F - smooth(1.05F, 1.3F, -s.q.y));
  }
  const float corner = gauss(x - 0.93F, s.q.y + 0.02F, 0.10F, 0.16F);
  if (corner > 0.0F) {
    const float crow =
        absolute(noise2(2.0F, (s.q.y + 0.25F * (x - 0.8F)) * 16.0F + a.noise_v) - 0.5F);
    amount += 0.6F * smooth(0.16F, 0.3F, crow) * corner;
  }
  if (amount <= 0.0F) return;
  amount *= a.wrinkles;
  color = color * Vec3{1 - 0.30F * amount, 1 - 0.38F * amount, 1 - 0.40F * amount};
}

// Share of a spot that a lip covers, 0..1.
SYNFACE_BODY float lip_cover(const Chart& chart, const Spot& s) {
  const bool near = s.a >= -0.4F && s.a <= 0.4F && s.b <= -0.75F && s.b >= -1.42F && s.q.z >= -0.3F;
  if (!near) return 0.0F;
  const Curve::At top = chart.upper_lip.at(s.a);
  const float room = top.b - s.b;
  const float depth = s.b - chart.lower_lip.at(s.a).b;
  const float inside = room < depth ? room : depth;
  return smooth(-0.03F, 0.035F, inside) * smooth(-0.02F, 0.03F, top.inside);
}

// Share of a spot that a brow's hairs cover, 0..1.
SYNFACE_BODY float brow_cover(const Appearance& a, const Chart& chart, const Spot& s) {
  const float x = absolute(s.a);
  const bool near = x >= 0.1F && x <= 1.0F && s.b >= -0.05F && s.b <= 0.65F && s.q.z >= -0.6F;
  if (!near) return 0.0F;
  const Curve::At brow = chart.brow.at(x);
  if (brow.inside < -0.1F) return 0.0F;
  const float along = clamp((x - 0.25F) / 0.5F, 0.0F, 1.2F);
  const float inner = smooth(-0.06F, 0.06F, x - 0.24F - a.brow_gap);
  const float thin = 1.0F - a.brow_taper * (along - 0.35F);
  const float center = brow.b + a.brow_shift + a.brow_tail * along +
                       a.brow_arch * (1.0F - square(2.0F * along - 1.1F));
  const float d = absolute(s.b - center) / (brow.width * a.brow_width * thin);
  // Hairs run outwards and upwards.
  const float grain = noise2_band(x + 0.6F * (s.b - center) + a.noise_u, 0.35F * s.b, 34, s.pixel);
  const float alpha = a.brow_alpha * (1.0F - smooth(0.5F, 1.3F, d)) *
                      smooth(-0.10F, 0.09F, brow.inside + 0.05F * (grain - 0.5F)) * inner *
                      (0.72F + 0.56F * grain);
  return clamp(alpha, 0.0F, 1.0F);
}

SYNFACE_BODY void paint_lids(const Appearance& a, const Chart& chart, const Spot& s, Vec3& color) {
  const float x = absolute(s.a);
  const bool near = x >= 0.2F && x <= 0.85F && s.b >= -0.25F && s.b <= 0.35F && s.q.z >= -0.6F;
  if (!near) return;
  const Curve::At upper = chart.upper_lid.at(x);
  if (upper.inside < -0.06F) return;
  const float ends = smooth(-0.06F, 0.02F, upper.inside);
  const float over = s.b - upper.b;
  const float crease = gauss(over - 0.085F, 0, 0.028F + 0.5F * s.pixel, 1.0F);
  color = color * (1.0F - 0.42F * clamp(a.crease, 0.0F, 1.5F) * ends * crease);
  const float shadow =
      a.liner * ends * smooth(-0.02F, 0.02F, over) * (1.0F - smooth(0.03F, 0.14F, over));
  color = mix(color, color * Vec3{0.30F, 0.24F, 0.28F}, 0.8F * shadow);
  const float half = 0.026F + 0.25F * s.pixel;
  const float lash = a.lash * ends * (1.0F - smooth(half, half + 0.03F, absolute(over)));
  color = mix(color, Vec3{0.010F, 0.007F, 0.006F}, lash);
  const float under = absolute(s.b - chart.lower_lid.at(x).b);
  const float rim =
      (0.25F * a.lash + 0.35F * a.liner) * ends * (1.0F - smooth(0.012F, 0.04F, under));
  color = mix(color, Vec3{0.03F, 0.018F, 0.014F}, rim);
}

SYNFACE_BODY void paint_lips(const Appearance& a, const Chart& chart, const Spot& s, Vec3 base,
                             Vec3& color, float& shine) {
  const float alpha = lip_cover(chart, s);
  if (alpha <= 0.0F) return;
  Vec3 lip = mix(base, color, 0.5F) * a.lip_tint;
  lip = mix(lip, a.makeup_color, a.makeup);
  const float grain = noise2_band(s.a + a.noise_u, 0.2F * s.b, 30, s.pixel);
  lip = lip * (0.92F + 0.16F * grain);
  color = mix(color, lip, (0.72F + 0.2F * a.makeup) * alpha);
  shine += 1.2F * alpha;
}

SYNFACE_BODY void paint_brows(const Appearance& a, const Chart& chart, const Spot& s, Vec3& color) {
  const float alpha = brow_cover(a, chart, s);
  if (alpha <= 0.0F) return;
  const Vec3 hair = a.hair_color * 0.75F + Vec3{0.006F, 0.005F, 0.004F};
  color = mix(color, hair, alpha);
}

SYNFACE_BODY void paint_beard(const Appearance& a, const Spot& s, Vec3& color, float& shine) {
  if (a.beard_density <= 0.0F || s.q.y > 0.3F) return;
  const float mask = beard_field(a, s.q);
  if (mask <= 0.0F) return;
  // Two lattices at an angle to each other hide both.
  const float u = s.q.x + 0.5F * s.q.z + a.noise_u;
  const float v = s.q.y + a.noise_v;
  const float grain =
      0.5F * noise2_band(u, 0.6F * v, 31, s.pixel) +
      0.5F * noise2_band(0.8F * u + 0.6F * v, 0.5F * (0.8F * v - 0.6F * u), 37, s.pixel);
  const float rough = noise2(5.0F * u, 5.0F * v);
  const float alpha = clamp(a.beard_density * smooth(0.05F, 0.75F, mask + 0.35F * (rough - 0.5F)) *
                                (0.62F + 0.8F * grain),
                            0.0F, 0.97F);
  color = mix(color, a.beard_color * (0.5F + grain), alpha);
  shine *= 1.0F - alpha;
}

// Everything painted on the skin but hair: mottling, flush, freckles, moles, lines, lips, lids,
// brows, beard. `detail` off leaves out what is finer than brows and lips. shine: 0..1 multiplies
// the skin's specular.
SYNFACE_BODY Vec3 paint_skin(const Appearance& a, const Chart& chart, const Spot& spot, Vec3 base,
                             bool detail, float& shine) {
  Vec3 color = base;
  if (detail) {
    paint_tone(a, spot, color);
    paint_marks(a, spot, color);
    paint_features(a, spot, color);
    paint_lines(a, spot, color);
  }
  paint_lids(a, chart, spot, color);
  paint_beard(a, spot, color, shine);
  paint_lips(a, chart, spot, base, color, shine);
  paint_brows(a, chart, spot, color);

  return color;
}

}  // namespace synface::morphable
