// The priors of how a person comes to a picture: hair of the day, make-up, glasses, head covers,
// what hides a part of the face.
#include "core/draws.h"

namespace synface::morphable {
namespace {

float f(double x) {
  return static_cast<float>(x);
}

Vec3 dyed(Random& random, double grey_mean, double colourful) {
  const double grey = exp_of(random.normal(grey_mean, 0.9));
  const auto channel = [&] {
    return f(clamp(grey * (1 + colourful * random.normal()), 0.006, 0.8));
  };
  return {channel(), channel(), channel()};
}

// Rims of metal or plastic: thin or thick, round to rectangular; mostly dark, now and then gold,
// tortoiseshell or coloured.
void draw_frame(Random& random, Accessories& a) {
  a.glasses_width = f(random.uniform(0.33, 0.42));
  a.glasses_height = f(random.uniform(0.21, 0.32));
  a.glasses_power = f(random.uniform(2, 5.5));
  a.glasses_tube = f(0.011 + 0.022 * square(random.uniform()));
  a.glasses_drop = f(random.normal(0.02, 0.025));
  const double kind = random.uniform();
  const double level = random.uniform();
  a.frame_color = kind < 0.5    ? Vec3{0.015F, 0.014F, 0.014F}
                  : kind < 0.7  ? Vec3{0.30F, 0.22F, 0.11F} * f(0.5 + level)
                  : kind < 0.85 ? Vec3{0.10F, 0.045F, 0.02F} * f(0.5 + level)
                                : dyed(random, -2.5, 0.5);
  const float clear = f(random.uniform(0.86, 0.97));
  a.lens_color = {clear, clear, clear};
}

void draw_sunglasses(Random& random, Accessories& a) {
  const float dark = f(random.uniform(0.03, 0.25));
  const double brown = random.uniform(0, 0.3);
  a.lens_color = {dark * f(1 + brown), dark, dark * f(1 - brown)};
  a.glasses_height = f(random.uniform(0.25, 0.36));
  a.glasses_width = f(random.uniform(0.38, 0.45));
}

// Knitted cap, cap with a visor, hat with a brim, headband or turban.
void draw_hat(Random& random, Accessories& a) {
  const double kind = random.uniform();
  a.hat_rim = f(random.normal(0.72, 0.11));
  a.hat_tilt = f(random.normal(0, 0.06));
  a.hat_height = f(random.uniform(0.05, 0.25));
  a.hat_flare = f(random.uniform(0, 0.3));
  a.hat_color = dyed(random, -2.2, 0.35);
  a.hat_accent = random.chance(0.6) ? a.hat_color : dyed(random, -1.8, 0.4);
  const double size = random.uniform(0.6, 1);
  if (kind < 0.25) {
    a.knit = f(random.uniform(0.4, 1));
  } else if (kind < 0.65) {
    a.visor = f(random.uniform(0.7, 1));
    a.hat_height = f(0.2 + 0.2 * size);
  } else if (kind < 0.85) {
    a.brim = f(size);
    a.hat_height = f(0.3 + 0.4 * size);
  } else {
    a.hat_flare = f(0.5 + 1.5 * size);
    a.knit = 0.2F;
  }
}

void draw_occluder(Random& random, const PriorOptions& options, Accessories& a) {
  const bool there = random.chance(options.occlusion);
  a.occluder = there ? 1.0F : 0.0F;
  // Half of them are small things; a mask hides the most.
  const double kinds[] = {0, 1, 2, 2, 3, 3, 4, 4};
  a.occluder_kind = f(kinds[random.word() & 7U] + 0.5);
  const bool left = random.chance(0.5);
  a.occluder_x = f((left ? 1 : -1) * random.uniform(0.25, 1.0));
  a.occluder_y = f(-random.uniform(0.9, 1.9));
  a.occluder_size = f(random.uniform());
  a.occluder_angle = f(random.normal(0, 0.6));
  a.occluder_color = dyed(random, -1.6, 0.3);
  const int kind = floor_int(a.occluder_kind);
  if (kind == 2) a.occluder_color = Vec3{0.03F, 0.03F, 0.03F};
  if (kind == 4) a.occluder_x *= 1.6F;
}

}  // namespace

Grooming draw_grooming(Random& random, const float* macros, const PriorOptions& options) {
  Grooming g{1, 1, 1, 0, 0, 0, 1, 0, {0.4F, 0.1F, 0.1F}, 0, 0, 0};
  if (!options.grooming) return g;
  const double female = 1.0 - static_cast<double>(macros[kGender]);
  g.hair_length = f(exp_of(random.normal(0, 0.35)));
  g.hair_volume = f(exp_of(random.normal(0, 0.28)));
  g.hair_density = f(clamp(random.normal(1, 0.04), 0.85, 1.1));
  g.hair_shade = f(random.normal(0, 0.22));
  g.hair_part = f(random.normal(0, 0.25));
  g.hair_lift = f(random.normal(0, 0.25));
  g.beard_density = f(exp_of(random.normal(-0.1, 0.35)));
  const bool made_up = random.chance(clamp(2 * options.makeup * female, 0.0, 1.0));
  const double amount = random.uniform(0.3, 1);
  g.makeup = f(made_up ? amount : 0);
  const Vec3 stick{f(random.uniform(0.24, 0.5)), f(random.uniform(0.04, 0.18)),
                   f(random.uniform(0.05, 0.18))};
  g.makeup_color = stick;
  g.tan = f(random.normal(0, 0.03));
  g.flush = f(random.normal(0, 0.15));
  g.tousle = f(random.uniform(0, 16));
  return g;
}

Accessories draw_accessories(Random& own, Random& now, const float* macros,
                             const PriorOptions& options) {
  Accessories a{};
  a.uncover = 1;
  if (!options.accessories) return a;
  const double old = 2.0 * static_cast<double>(macros[kAge]) - 1.0;
  const double female = 1.0 - static_cast<double>(macros[kGender]);
  // The old wear glasses more often; the mean over the ages is the option's.
  constexpr double kMean = 1.064;  // of the bracket, over the prior's ages
  const bool wearer = own.chance(options.glasses * (0.6 + 1.35 * old) / kMean);
  draw_frame(own, a);
  draw_hat(own, a);
  a.scarf_color = dyed(own, -1.9, 0.3);
  a.scarf_open = f(own.uniform(0, 0.6));
  const bool adorned = own.chance(0.35 * female);
  a.earrings = f(own.uniform());

  const bool on = now.chance(options.glasses_persistence);
  const bool sun = now.chance(options.glasses * (wearer ? 0.4 : 0.12));
  a.glasses = wearer && on ? 1.0F : 0.0F;
  if (sun) {
    draw_sunglasses(now, a);
    a.glasses = 1;
  }
  a.glasses_drop += f(now.normal(0, 0.012));
  // Earrings belong to a picture more than to a person.
  if (!adorned || now.chance(0.5)) a.earrings = 0;
  a.uncover = now.chance(0.15) ? 1.0F : 0.0F;
  const bool hat = now.chance(options.headwear);
  if (hat) {
    a.visor = a.brim = a.knit = 0;
    draw_hat(now, a);
    a.hat = 1;
  }
  draw_occluder(now, options, a);
  return a;
}

}  // namespace synface::morphable
