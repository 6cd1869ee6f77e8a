#include "core/dress.h"

#include <cstring>

#include "core/hair.h"
#include "core/paint.h"
#include "core/wear.h"

namespace synface::morphable {
namespace {

void push_hair(const HeadModel& head, const Accessories& worn, float hat, float scarf,
               Person& person) {
  const Appearance& a = person.look;
  person.push.assign(head.base.size(), Vec3{});
  const float edge = mix(0.5F, 0.16F, a.fringe);
  for (std::size_t v = 0; v < head.base.size(); ++v) {
    const Vec3 q = head.canonical[v];
    const float bare = 1.0F - head.ear[v];
    float amount = 0;
    if (a.hair_presence > 0.0F && q.y > -1.2F) {
      const float lumps = noise2(6.0F * q.x + a.noise_u, 6.0F * (q.y - q.z) + a.noise_v) - 0.5F;
      amount = a.hair_presence * a.hair_volume * smooth(0.0F, edge, hair_field(a, q)) *
               (1.0F + (0.3F + 0.5F * a.hair_curl) * lumps);
      // Cloth presses hair down.
      const float under = hat > 0.0F ? hat * smooth(-0.25F, 0.1F, q.y - hat_rim_at(worn, q)) : 0.0F;
      amount *= 1.0F - 0.92F * (under > scarf ? under : scarf);
    }
    if (a.beard_length > 0.0F && q.y < -0.4F) {
      amount += a.beard_length * beard_field(a, q) * smooth(-1.5F, -0.5F, q.z);
    }
    person.push[v] = person.normals[v] * (amount * bare);
    // A scarf lays the ears on.
    if (scarf > 0.0F && head.ear[v] > 0.0F) {
      person.push[v].x -= (q.x < 0.0F ? -0.20F : 0.20F) * head.ear[v] * scarf;
    }
  }
  for (const auto& list : head.eye_vertices) {
    for (const int32_t v : list) person.push[static_cast<std::size_t>(v)] = Vec3{};
  }
}

// A mixture with a negative coefficient leaves the ranges of people.
Appearance within_limits(const Appearance& own) {
  Appearance a = own;
  for (float* share :
       {&a.freckles,   &a.moles,      &a.wrinkles,   &a.makeup,     &a.frown,
        &a.brow_alpha, &a.sclera_red, &a.lash,       &a.liner,      &a.hair_presence,
        &a.fringe,     &a.hair_curl,  &a.hair_wave,  &a.hair_gloss, &a.hair_lift,
        &a.bun,        &a.ponytail,   &a.plaits,     &a.rows,       &a.scarf,
        &a.hat,        &a.moustache,  &a.chin_beard, &a.side_beard, &a.beard_density}) {
    *share = clamp(*share, 0.0F, 1.0F);
  }
  for (float* amount : {&a.mottle, &a.flush, &a.under_eye, &a.oil, &a.fold, &a.crease, &a.hollow,
                        &a.socket, &a.recession, &a.hair_volume, &a.hair_length, &a.beard_length}) {
    *amount = *amount > 0.0F ? *amount : 0.0F;
  }
  a.brow_width = a.brow_width > 0.2F ? a.brow_width : 0.2F;
  for (Vec3* color : {&a.lip_tint, &a.makeup_color, &a.iris, &a.hair_color, &a.beard_color}) {
    *color = {clamp(color->x, 0.0F, 2.0F), clamp(color->y, 0.0F, 2.0F),
              clamp(color->z, 0.0F, 2.0F)};
  }
  return a;
}

}  // namespace

Appearance groomed(const Appearance& own, const Grooming& g) {
  Appearance a = within_limits(own);
  a.hair_length *= clamp(g.hair_length, 0.0F, 2.0F);
  a.hair_volume *= clamp(g.hair_volume, 0.0F, 3.0F);
  a.hair_presence = clamp(a.hair_presence * g.hair_density, 0.0F, 1.0F);
  const float shade = exp_fast(clamp(g.hair_shade, -2.0F, 2.0F));
  a.hair_color = a.hair_color * shade;
  a.beard_color = a.beard_color * shade;
  a.hair_part += g.hair_part;
  a.hair_lift = clamp(a.hair_lift + g.hair_lift, 0.0F, 1.0F);
  a.beard_density = clamp(a.beard_density * g.beard_density, 0.0F, 1.0F);
  const float added = clamp(g.makeup, 0.0F, 1.0F);
  a.makeup_color = mix(a.makeup_color, g.makeup_color, added);
  a.makeup = clamp(a.makeup + added * (1.0F - a.makeup), 0.0F, 1.0F);
  a.liner = clamp(a.liner + 0.7F * added, 0.0F, 1.0F);
  a.melanin = clamp(a.melanin + g.tan, 0.0F, 1.0F);
  a.flush = clamp(a.flush + g.flush, 0.0F, 1.5F);
  return a;
}

void dress_person(const HeadModel& head, const Layout& layout, const float* row, Person& person) {
  const float* blocks = row + layout.background_end;
  const std::size_t n = layout.size - layout.background_end;
  if (person.dressed.size() == n &&
      std::memcmp(person.dressed.data(), blocks, n * sizeof(float)) == 0) {
    return;
  }
  person.dressed.assign(blocks, blocks + n);
  const auto grooming = load_block<Grooming>(blocks);
  const auto worn = load_block<Accessories>(row + layout.grooming_end);
  person.look = groomed(load_block<Appearance>(row + layout.appearance), grooming);
  const float scarf = scarf_amount(person.look, worn);
  const float hat = hat_amount(person.look, worn);
  // Under a scarf hair does not hang and no lock stands out.
  const float open = 1.0F - smooth(0.3F, 0.8F, scarf);
  person.look.hair_length *= open;
  person.look.bun *= open * (1.0F - hat);
  person.look.plaits *= open;
  person.look.ponytail *= open;
  push_hair(head, worn, hat, scarf, person);

  person.outfit.clear();
  Tailor tailor(person.outfit, head.base.size());
  const Hull hull(head, person.positions, person.push);
  const HairPlace place{head,        person.look, person.positions, person.normals,
                        person.push, hull,        grooming.tousle};
  grow_beard(place, tailor);
  if (open > 0.0F) {
    grow_locks(place, worn, hat, tailor);
    hang_hair(place, tailor);
    tie_hair(place, tailor);
  }
  const uint32_t grain = hash2(static_cast<uint32_t>(64.0F * clamp(worn.hat_color.x, 0.0F, 9.0F)),
                               static_cast<uint32_t>(64.0F * clamp(grooming.tousle, 0.0F, 99.0F)));
  wear_hat(worn, hat, hull, grain, tailor);
  wear_scarf(worn, scarf, hull, grain, tailor);
  wear_glasses(worn, person.eye_center, hull, tailor);
  wear_earrings(worn, head, person.positions, tailor);
  hold_before_face(worn, skin_color(person.look), hull, grain, tailor);
}

}  // namespace synface::morphable
