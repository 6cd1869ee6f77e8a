// Where hair grows and what shape it takes, as functions of the canonical position q (mean adult,
// eye distances from between the eyes), so that they fit every head.
#pragma once

#include <vector>

#include "core/latents.h"
#include "core/noise.h"
#include "core/outfit.h"

namespace synface::morphable {

// Height above the hairline: positive where hair grows. Front and crown are bounded by the
// hairline, the back by the neck; the two are joined over the ears.
SYNFACE_BODY float hair_field(const Appearance& a, Vec3 q) {
  const float ax = q.x < 0.0F ? -q.x : q.x;
  const float x = ax < 1.0F ? ax : 1.0F;
  const float high = mix(a.hairline, 0.43F, 0.95F * a.fringe);
  const float temple = 1.0F - square((ax - 0.65F) / 0.35F);
  const float front = high - 0.25F * a.hairline_curve * x * x + a.hairline_tilt * q.x +
                      (temple > 0.0F ? a.recession * temple * (1.0F - a.fringe) : 0.0F);
  const float w = smooth(a.hairline_depth - 0.25F, a.hairline_depth + 0.55F, q.z);
  return q.y - (front * w - 0.9F * (1.0F - w));
}

// Amount of beard at q, 0..1, before its own noise.
SYNFACE_BODY float beard_field(const Appearance& a, Vec3 q) {
  const float ax = q.x < 0.0F ? -q.x : q.x;
  const float droop = 0.55F * ax * ax;
  const float below_nose = smooth(0.79F + droop, 0.90F + droop, -q.y);
  const float lip = smooth(-1.34F, -1.10F, q.y);  // over the lower lip's lower edge
  const float middle = 1.0F - smooth(0.33F, 0.52F, ax);
  const float moustache = a.moustache * below_nose * lip * middle;
  // The cheek's border runs from the corner of the mouth up to the ear.
  const float border = -1.12F + 0.62F * clamp(ax - 0.40F, 0.0F, 0.75F);
  const float under = smooth(-0.16F, 0.10F, border - q.y);
  const float throat = 1.0F - smooth(1.95F, 2.35F, -q.y);
  const float front = smooth(-1.25F, -0.95F, q.z);
  const float chin = a.chin_beard * (1.0F - smooth(0.42F, 0.62F, ax)) * smooth(1.30F, 1.48F, -q.y);
  const float corner = a.chin_beard * a.moustache * smooth(0.36F, 0.46F, ax) *
                       (1.0F - smooth(0.52F, 0.66F, ax)) * smooth(1.0F, 1.2F, -q.y);
  const float side = a.side_beard * under * smooth(0.40F, 0.62F, ax);
  // Sideburns before the ears join beard and hair.
  const float burns = a.side_beard * smooth(0.95F, 1.08F, ax) * smooth(-0.5F, -0.1F, 0.2F - q.y) *
                      smooth(-1.3F, -1.1F, q.z) * (1.0F - smooth(-0.75F, -0.5F, q.z));
  float most = moustache;
  for (const float m : {chin * front, corner, side * front, burns}) most = m > most ? m : most;
  return most * throat;
}

// Hair that stands out from the displaced scalp, as locks: strips that taper to a point, rooted on
// the scalp; and what hangs from the crown, a sheet with locks over it. `push`: displacement of the
// head's vertices by hair.
struct HairPlace {
  const HeadModel& head;
  const Appearance& look;
  const std::vector<Vec3>& positions;  // the neutral head of one person in eye distances
  const std::vector<Vec3>& normals;
  const std::vector<Vec3>& push;
  const Hull& hull;
  float tousle;  // other places for the locks
};
// No lock grows where a hat lies; hat: 0..1.
void grow_locks(const HairPlace& place, const Accessories& worn, float hat, Tailor& tailor);
void hang_hair(const HairPlace& place, Tailor& tailor);
void grow_beard(const HairPlace& place, Tailor& tailor);
// Bun, ponytail, plaits.
void tie_hair(const HairPlace& place, Tailor& tailor);

}  // namespace synface::morphable
