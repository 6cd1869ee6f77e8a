// The bodies of Shader, for the CPU's loop over pixels and for the GPU's threads.
#pragma once

#include "core/hair.h"
#include "core/noise.h"
#include "core/paint_body.h"
#include "core/shade.h"

namespace synface::morphable {
constexpr float kPupil = 0.42F;  // of the iris's radius

SYNFACE_BODY bool under_collar(Vec3 q) {
  return q.y < -2.3F && q.y < -2.42F - 0.22F * smooth(-1.6F, -0.3F, q.z);
}

SYNFACE_BODY Vec3 Shader::irradiance(Vec3 n, float occlusion, float key) const {
  Vec3 sum = lights_.ambient * (occlusion * (1.0F + lights_.tilt * n.y));
  const float open = 0.25F + 0.75F * occlusion;
  for (const Lamp& lamp : lights_.lamp) {
    const float share = &lamp == &lights_.lamp[0] ? key : 1.0F;
    sum += lamp.color * (share * open * lambert(dot(n, lamp.direction)));
  }
  return sum;
}

SYNFACE_BODY Vec3 Shader::shade_hair(Vec3 q, Vec3 n, float occlusion, float key, float tone,
                                     float beard) const {
  // Strands leave the crown in all directions and fall.
  const Vec3 crown{0.0F, 1.7F, -1.5F};
  const Vec3 away = q - crown;
  const float turn = atan2_fast(q.x, q.z - crown.z);
  const float along = 0.55F * (away.y < 0.0F ? -away.y : 0.0F) + 0.3F * length(away);
  const float bend = look_.hair_curl * 0.5F * noise2(5.0F * along, 2.0F * turn) +
                     look_.hair_wave * 0.12F * noise2(2.5F * along, 1.5F * turn + 9.0F);
  const float u = turn + bend + look_.noise_u;
  const float coarse = noise2(8.0F * u, (0.8F + 5.0F * look_.hair_curl) * along);
  const float fine = noise2_band(u, 0.06F * along, 34, 0.7F * pixel_);
  const float strand = 0.45F + 0.55F * coarse + 0.5F * (fine - 0.5F);
  const Vec3 color =
      mix(look_.hair_color, look_.beard_color, beard) * (tone * (0.35F + 1.05F * strand));
  // Between braided rows the scalp lies in the shade.
  const float rows = 4.2F * q.x + 0.5F;
  const float between = 2.0F * absolute(rows - static_cast<float>(floor_int(rows)) - 0.5F);
  const float open = occlusion * (1.0F - 0.6F * look_.rows * smooth(0.6F, 0.95F, between));
  Vec3 out = irradiance(n, open, key) * color;
  // Kajiya and Kay 1989: a highlight across the strands, shifted by the noise.
  Vec3 tangent = head_.apply(normalized(Vec3{away.x, away.y - 0.6F, away.z}));
  tangent = normalized(tangent - n * dot(tangent, n) + n * (0.25F * (coarse - 0.5F)));
  const float gloss = look_.hair_gloss * (1.0F - 0.7F * look_.hair_curl) * occlusion;
  const Vec3 tint = mix(color, Vec3{1, 1, 1}, 0.35F);
  for (const Lamp& lamp : lights_.lamp) {
    const float t = dot(tangent, lamp.half);
    const float sine = sqrt_of(positive(1.0F - t * t));
    const float share = &lamp == &lights_.lamp[0] ? key : 1.0F;
    const float facing = share * smooth(-0.2F, 0.5F, dot(n, lamp.direction));
    out += lamp.color * tint * (0.16F * gloss * facing * power32(sine) * (0.4F + fine));
  }
  return out;
}

// Woven or, with q.z, knitted.
SYNFACE_BODY Vec3 Shader::shade_cloth(const Fragment& f, Vec3 n, float key) const {
  const float knit = clamp(f.q.z, 0.0F, 1.0F);
  const float rib = noise2_band(f.q.x, 0.3F * f.q.y, 3.0F, 0.6F * pixel_) - 0.5F;
  const float weave = noise2_band(f.q.x, f.q.y, 7.0F, 0.3F * pixel_) - 0.5F;
  const float fold = 1.0F + knit * rib + 0.25F * weave;
  const float open = f.occlusion * (f.back ? 0.35F : 1.0F);
  return irradiance(n, open, f.back ? 0.4F * key : key) * f.albedo * fold;
}

SYNFACE_BODY Vec3 Shader::shade_gloss(Vec3 albedo, Vec3 n, float occlusion, float key,
                                      float gloss) const {
  Vec3 out = irradiance(n, occlusion, key) * albedo;
  for (const Lamp& lamp : lights_.lamp) {
    const float share = &lamp == &lights_.lamp[0] ? key : 1.0F;
    out += lamp.color * (gloss * share * power32(positive(dot(n, lamp.half))));
  }
  return out + lights_.ambient * (0.1F * gloss * positive(n.y));
}

SYNFACE_BODY Shader::Lens Shader::lens(Vec3 normal, Vec3 tint) const {
  const Vec3 n = normalized(normal);
  // Fresnel's law after Schlick 1994, index 1.5, two faces; what is mirrored is the sky above.
  const float flat = 1.0F - positive(n.z);
  const float mirror = 0.05F + 0.92F * square(square(flat)) * flat;
  Vec3 light = lights_.ambient * (mirror * smooth(-0.3F, 0.5F, n.y));
  for (const Lamp& lamp : lights_.lamp) {
    const float h = positive(dot(n, lamp.half));
    const float sharp = square(square(power32(h)));
    light += lamp.color * (0.45F * sharp + 0.010F * power14(h));
  }
  return {tint * (1.0F - mirror), light};
}

// Share of a spot of the scalp that hair covers; the hairline is ragged.
SYNFACE_BODY float Shader::hair_cover(const Fragment& f, float field) const {
  const float jag = mix(0.10F, 0.20F, look_.fringe);
  if (field < -0.02F - 0.5F * jag || f.q.y < -1.2F) return 0.0F;
  const float thin = mix(0.80F, 1.0F, smooth(0.02F, 0.09F, look_.hair_volume));
  const float most = thin * look_.hair_presence * (1.0F - f.ear);
  if (field > 0.12F + 0.5F * jag) return most;
  const float around = atan2_fast(f.q.x, f.q.z + 1.5F) + look_.noise_u;
  const float strands =
      0.5F * noise2(9.0F * around, 2.0F * f.q.y) + 0.5F * noise2(31.0F * around, 1.5F * f.q.y);
  return most * smooth(-0.02F, 0.12F, field + jag * (strands - 0.5F));
}

SYNFACE_BODY Vec3 Shader::shade_skin(const Fragment& f, Vec3 n, float key) const {
  // The collar: lower in front.
  if (under_collar(f.q)) {
    return irradiance(n, f.occlusion, key) * clothes_;
  }
  const float field = hair_field(look_, f.q);
  const float grown = hair_cover(f, field);
  Vec3 hair;
  if (grown > 0.0F) hair = shade_hair(f.q, n, f.occlusion, key);
  if (grown >= 0.995F) return hair;

  float shine = 0.35F + 0.65F * look_.oil;
  const Vec3 albedo = paint_skin(look_, *chart_, {f.q, f.a, f.b, pixel_}, skin_, detail_, shine);
  // Hair over the forehead takes light away from the skin beside it.
  const float under = 0.45F * look_.hair_presence * smooth(0.03F, 0.25F, look_.hair_volume) *
                      smooth(-0.22F, 0.02F, field);
  const float open = f.occlusion * (1.0F - under);
  // Light between folds of skin takes the skin's colour: red dies last.
  const Vec3 sky{mix(open, sqrt_of(open), 0.4F), open, open * (0.7F + 0.3F * open)};
  Vec3 light = lights_.ambient * sky * (1.0F + lights_.tilt * n.y);
  const float direct = 0.25F + 0.75F * open;
  Vec3 gleam;
  const float rim = square(square(1.0F - positive(n.z)));
  for (const Lamp& lamp : lights_.lamp) {
    const float c = dot(n, lamp.direction);
    const float share = &lamp == &lights_.lamp[0] ? key : 1.0F;
    // A shadow's border is red where light seeps in from its side.
    const Vec3 seep{mix(share, sqrt_of(share), 0.5F), share, share};
    light += lamp.color * lambert_skin(c) * seep * direct;
    const float h = positive(dot(n, lamp.half));
    const float lobe = (0.035F * power14(h) + 0.05F * look_.oil * power32(h)) * (1.0F + 3.0F * rim);
    gleam += lamp.color * (share * lobe * shine * open * smooth(-0.05F, 0.3F, c));
  }
  Vec3 color = albedo * light + gleam;
  if (f.part == Part::kMouth) color = color * (clamp(f.occlusion, 0.05F, 0.5F));
  if (f.part == Part::kSocket) color = color * (0.3F + 0.5F * f.occlusion);
  return mix(color, hair, grown);
}

SYNFACE_BODY Vec3 Shader::shade_eye(const Fragment& f, Vec3 n, float key) const {
  const std::size_t side = f.part == Part::kLeftEye ? 0 : 1;
  const Vec3 gaze = gaze_[side];
  const float toward = dot(n, gaze);
  const float sine = sqrt_of(positive(1.0F - toward * toward));
  const float t = toward > 0.0F ? sine / chart_->iris_sine : 3.0F;
  const float soft = 0.5F * pixel_ / (eye_radius_[side] * chart_->iris_sine);
  Vec3 white{0.40F, 0.365F, 0.345F};
  white = white * Vec3{1, 1 - 0.16F * look_.sclera_red, 1 - 0.18F * look_.sclera_red};
  const Vec3 inner = head_.undo(n);
  const float angle = atan2_fast(inner.y, inner.x);
  const float rays = detail_ ? noise2_band(0.9F * angle + look_.noise_u, 0.0F, 9.0F, pixel_) : 0.5F;
  Vec3 iris = look_.iris * (0.75F + 0.5F * rays) * (1.0F + 0.35F * smooth(0.85F, 0.45F, t));
  iris = iris * (1.0F - 0.55F * smooth(0.72F, 1.0F, t));
  iris = mix(Vec3{0.008F, 0.008F, 0.008F}, iris, smooth(kPupil - soft, kPupil + soft, t));
  Vec3 albedo = mix(iris, white, smooth(0.97F - soft, 1.03F + soft, t));
  // The upper lid and its lashes shade the ball.
  const float height = inner.y * eye_radius_[side] / lid_height_[side];
  const float lid = 1.0F - 0.75F * smooth(0.0F, 1.0F, height);
  const float corner = 1.0F - 0.35F * smooth(0.25F, 0.62F, inner.x < 0.0F ? -inner.x : inner.x);
  Vec3 out = irradiance(n, 0.6F, 0.3F + 0.7F * key) * albedo * (lid * corner);
  // The cornea bulges: its normal turns faster than the ball's.
  const Vec3 cornea = t < 1.3F ? normalized(n + (n - gaze) * 0.6F) : n;
  for (const Lamp& lamp : lights_.lamp) {
    const float h = positive(dot(cornea, lamp.half));
    out += lamp.color * (0.9F * power32(h) * power32(h) * power32(h) * (0.4F + 0.6F * lid));
  }
  return out + lights_.ambient * (0.02F * lid);
}

SYNFACE_BODY Region Shader::region(const Fragment& f) const {
  switch (f.part) {
    case Part::kLeftEye:
    case Part::kRightEye:
      return Region::kEyes;
    case Part::kHair:
    case Part::kLock:
      return Region::kHair;
    case Part::kCloth:
    case Part::kFrame:
    case Part::kFlesh:
      return Region::kWorn;
    case Part::kMouth:
    case Part::kTeeth:
    case Part::kTongue:
      return Region::kLips;
    default:
      break;
  }
  if (under_collar(f.q)) return Region::kWorn;
  if (hair_cover(f, hair_field(look_, f.q)) > 0.5F) return Region::kHair;
  const Spot spot{f.q, f.a, f.b, pixel_};
  if (lip_cover(*chart_, spot) > 0.5F) return Region::kLips;
  if (brow_cover(look_, *chart_, spot) > 0.5F * look_.brow_alpha) return Region::kBrows;
  // A beard is hair; stubble is skin.
  if (look_.beard_density * beard_field(look_, f.q) > 0.35F) return Region::kHair;
  return Region::kSkin;
}

SYNFACE_BODY Vec3 Shader::shade(const Fragment& f, const Shadow& shadow) const {
  Vec3 n = normalized(f.normal);
  if (f.back) n = n * -1.0F;
  const float key =
      shadow.depths == nullptr ? 1.0F : shadow.light(f.light, dot(n, lights_.lamp[0].direction));
  switch (f.part) {
    case Part::kLeftEye:
    case Part::kRightEye:
      return shade_eye(f, n, key);
    case Part::kTeeth: {
      // The strips of the model are flat: round them towards the front of the head.
      const Vec3 round = normalized(n * 0.35F + head_.forward() * 0.65F);
      // Those at the sides and behind lie in the shadow of the cheeks.
      const float side = f.q.x < 0.0F ? -f.q.x : f.q.x;
      const float deep = 0.2F + 0.8F * smooth(0.38F, 0.2F, side) * smooth(-0.6F, -0.1F, f.q.z);
      return irradiance(round, 0.75F, 0.5F + 0.5F * key) * Vec3{0.74F, 0.69F, 0.61F} * deep;
    }
    case Part::kTongue:
      return irradiance(n, 0.1F + 0.4F * f.occlusion, 1.0F) * Vec3{0.30F, 0.10F, 0.09F};
    case Part::kHair:
      return shade_hair(f.q, n, f.back ? 0.25F : f.occlusion, f.back ? 0.3F : key, f.albedo.x);
    case Part::kLock: {
      // A lock has no inside: its normal is that of the hair under it.
      const Vec3 out = f.back ? n * -1.0F : n;
      return shade_hair(f.q, out, f.occlusion, key, f.albedo.x, clamp(f.albedo.y, 0.0F, 1.0F));
    }
    case Part::kCloth:
      return shade_cloth(f, n, key);
    case Part::kFrame:
      return shade_gloss(f.albedo, n, f.occlusion, key, 0.35F);
    case Part::kFlesh:
      return shade_gloss(f.albedo, n, f.occlusion, key, 0.04F);
    case Part::kMouth:
    case Part::kSocket:
      return shade_skin(f, n, 0.5F + 0.5F * key);
    default:
      return shade_skin(f, n, key);
  }
}

}  // namespace synface::morphable
