// The appearance prior. Its figures were set by eye on contact sheets and by the separability of
// the renders; colours are linear RGB.
#include "core/draws.h"

namespace synface::morphable {
namespace {

float f(double x) {
  return static_cast<float>(x);
}

struct Person {
  double g, o, african, asian, caucasian;  // o: 0 at 25 years, 1 at 90
};

Vec3 ramp(const Vec3* colors, int n, double x) {
  x = clamp(x, 0.0, static_cast<double>(n - 1));
  const int i = x >= n - 1 ? n - 2 : static_cast<int>(x);
  return mix(colors[i], colors[i + 1], f(x - i));
}

void draw_skin(Random& random, const Person& p, Appearance& a) {
  a.melanin = f(clamp(
      0.80 * p.african + 0.30 * p.asian + 0.13 * p.caucasian + random.normal(0, 0.12), 0.0, 1.0));
  a.redness = f(random.normal(0.2, 0.4));
  a.yellowness = f(random.normal(0.2 * p.asian + 0.05, 0.4));
  a.mottle = f(random.uniform(0.08, 0.36));
  a.flush = f(random.uniform(0, 0.8));
  a.under_eye = f(random.uniform(0, 0.7) * (0.5 + 0.6 * p.o));
  const bool freckled = random.chance(0.25);
  const double freckles = random.uniform(0.3, 1);
  a.freckles = f(freckled && a.melanin < 0.35F ? freckles : 0);
  a.moles = f(square(random.uniform()));
  a.wrinkles = f(clamp(1.5 * p.o - 0.2 + random.normal(0, 0.1), 0.0, 1.0));
  a.oil = f(random.uniform(0.2, 1));
  a.fold = f(clamp(random.normal(0.35 + 0.5 * p.o, 0.42), 0.0, 1.6));
  a.frown = f(clamp(random.normal(0.1 + 0.5 * p.o, 0.25), 0.0, 1.0));
  a.hollow = f(clamp(random.normal(0.2 + 0.2 * p.o, 0.55), 0.0, 1.5));
  a.socket = f(clamp(random.normal(0.6, 0.55), 0.0, 1.8));
}

void draw_lips_and_eyes(Random& random, const Person& p, Appearance& a) {
  const double pale = random.normal(0, 0.08);
  a.lip_tint = {f(0.92 + pale), f(0.60 + 1.2 * pale + random.normal(0, 0.04)),
                f(0.62 + 1.2 * pale + random.normal(0, 0.04))};
  const bool made_up = random.chance(0.25 * (1 - p.g));
  const double amount = random.uniform(0.2, 1);
  a.makeup = f(made_up ? amount : 0);
  const Vec3 sticks[] = {{.42F, .05F, .07F},
                         {.40F, .11F, .13F},
                         {.32F, .05F, .11F},
                         {.50F, .20F, .18F},
                         {.24F, .06F, .06F}};
  a.makeup_color = ramp(sticks, 5, random.uniform(0, 4));
  a.liner = f(made_up ? amount * random.uniform(0, 1) : 0);
  a.lash = f(random.uniform(0.45, 0.8) + 0.15 * (1 - p.g));
  a.sclera_red = f(random.uniform(0, 0.5) * (0.4 + 0.6 * p.o));
  const double light_eyes = 0.6 * clamp((p.caucasian - 0.4) / 0.6, 0.0, 1.0);
  const double kind = random.uniform();
  const double level = random.uniform(0.35, 1.5);
  const Vec3 brown = Vec3{.10F, .052F, .028F} * f(level);
  const Vec3 blue = Vec3{.17F, .24F, .33F} * f(0.6 + 0.3 * level);
  const Vec3 green = Vec3{.19F, .21F, .13F} * f(0.6 + 0.3 * level);
  a.iris = kind < 0.55 * light_eyes ? blue : kind < light_eyes ? green : brown;
}

void draw_brows(Random& random, const Person& p, Appearance& a) {
  a.brow_width = f(exp_of(random.normal(0.15 * (2 * p.g - 1), 0.32)));
  a.brow_alpha = f(random.uniform(0.3, 0.97) * (1 - 0.25 * p.o));
  a.brow_shift = f(random.normal(-0.04 * p.g, 0.052));
  a.brow_tail = f(random.normal(0, 0.062));
  a.brow_arch = f(random.normal(0.02 * (1 - p.g), 0.035));
  a.brow_gap = f(random.normal(-0.01, 0.03));
  a.brow_taper = f(random.uniform(-0.2, 0.7));
  a.crease = f(clamp(random.normal(0.8 - 0.7 * p.asian, 0.25), 0.0, 1.2));
}

// Grey comes with age; light hair with light skin.
Vec3 draw_hair_color(Random& random, const Person& p) {
  const Vec3 colors[] = {{.017F, .014F, .012F},
                         {.042F, .027F, .019F},
                         {.090F, .054F, .032F},
                         {.20F, .12F, .058F},
                         {.42F, .29F, .15F}};
  double index = random.exponential(1.7) * p.caucasian;
  index += random.normal(0.15, 0.3);
  Vec3 color = ramp(colors, 5, index);
  const bool red = random.chance(0.08 * p.caucasian);
  if (red) color = mix(color, Vec3{.20F, .06F, .018F}, 0.75F);
  const double grey = clamp((p.o - 0.36) * 2.2 * random.uniform(0.1, 1.2), 0.0, 1.0);
  const double white = random.uniform(0.26, 0.55);
  return mix(color, Vec3{f(white), f(0.98 * white), f(0.95 * white)}, f(grey));
}

void draw_hairline(Random& random, const Person& p, Appearance& a) {
  a.hairline = f(1.05 + clamp(random.normal(0.08 + 0.12 * p.g * p.o, 0.09), -0.15, 0.4));
  a.hairline_curve = f(random.normal(1, 0.4));
  a.hairline_depth = f(random.normal(-0.75, 0.1) + 0.1 * (1 - p.g));
  a.hairline_tilt = f(random.normal(0, 0.09));
  a.recession = f(p.g > 0.5 ? random.uniform(0, 0.22) * (0.4 + p.o) : 0);
  const bool horseshoe = p.g > 0.6 && random.chance(0.06 + 0.35 * p.o);
  const double back = random.uniform(0.5, 1.3);
  if (horseshoe) a.hairline += f(back);
}

// How a head looks from afar: regions of one continuous space.
enum class Style { kShaven, kCropped, kShort, kFull, kCurly, kBob, kLong, kTied };

Style draw_kind(Random& random, const Person& p) {
  const double u = random.uniform();
  const double curly = random.chance(0.35 * p.african + 0.05) ? 1 : 0;
  if (p.g > 0.55) {
    const double shaven = 0.05 + 0.10 * p.o;
    if (u < shaven) return Style::kShaven;
    if (u < shaven + 0.16 + 0.25 * p.african) return Style::kCropped;
    if (curly > 0) return Style::kCurly;
    return u < 0.70   ? Style::kShort
           : u < 0.92 ? Style::kFull
           : u < 0.97 ? Style::kLong
                      : Style::kTied;
  }
  if (curly > 0) return Style::kCurly;
  const double gone = 0.3 * p.o;  // long hair is for the young
  if (u < 0.38 - gone) return Style::kLong;
  if (u < 0.58) return Style::kBob;
  if (u < 0.80 - 0.5 * gone) return Style::kTied;
  return u < 0.93 ? Style::kFull : u < 0.985 ? Style::kShort : Style::kCropped;
}

void draw_tie(Random& random, const Person& p, Appearance& a) {
  const double kind = random.uniform();
  const float amount = f(random.uniform(0.5, 1));
  if (kind < 0.35)
    a.bun = amount;
  else if (kind < 0.75)
    a.ponytail = amount;
  else
    a.plaits = amount;
  a.hair_volume = f(random.uniform(0.03, 0.10));
  a.hair_lift = f(random.uniform(0.2, 0.6));
  a.rows = f(random.chance(0.5 * p.african) ? random.uniform(0.6, 1) : 0);
}

// Eight silhouettes and more: shaven, cropped, short, full, curly, bob, long, tied, each with a
// fringe or without, receding or not, and a head cover over any of them.
void draw_style(Random& random, const Person& p, Appearance& a) {
  const Style style = draw_kind(random, p);
  a.hair_presence = 1;
  a.hair_gloss = f(random.uniform(0.2, 0.9));
  a.hair_wave = f(random.uniform());
  a.hair_curl = f(clamp(0.75 * p.african + random.normal(0.06, 0.1), 0.0, 1.0));
  a.hair_open = f(random.uniform(1.0, 1.6));
  const double parted = random.chance(0.5) ? 1 : -1;
  a.hair_part = f(parted * random.uniform(0, 0.55));
  a.hair_lift = f(square(random.uniform()));
  const double volume = random.uniform();
  const double length = random.uniform();
  const double fringe = random.uniform(0.3, 1);
  const double sweep = random.normal(0, 0.25);
  const bool fringed = random.chance(0.14 + 0.16 * (1 - p.g));
  if (fringed && a.hairline < 1.4F && style != Style::kTied && style != Style::kCropped) {
    a.fringe = f(fringe);
    a.hairline_tilt = f(clamp(sweep, -0.45, 0.45));
  }
  switch (style) {
    case Style::kShaven:
      a.hair_presence = f(0.35 * length);
      a.fringe = 0;
      break;
    case Style::kCropped:
      a.hair_volume = f(0.01 + 0.05 * volume);
      a.fringe = 0;
      break;
    case Style::kShort:
      a.hair_volume = f(0.05 + 0.13 * volume);
      break;
    case Style::kFull:
      a.hair_volume = f(0.14 + 0.24 * volume);
      break;
    case Style::kCurly:
      a.hair_volume = f(0.18 + 0.55 * volume);
      a.hair_curl = f(0.6 + 0.4 * length);
      a.fringe = 0;
      break;
    case Style::kBob:
      a.hair_volume = f(0.08 + 0.20 * volume);
      a.hair_length = f(0.28 + 0.30 * length);
      break;
    case Style::kLong:
      a.hair_volume = f(0.06 + 0.18 * volume);
      a.hair_length = f(0.60 + 0.40 * length);
      break;
    case Style::kTied:
      draw_tie(random, p, a);
      break;
  }
  if (a.hairline > 1.5F) a.hair_length *= 0.3F;
  a.scarf = f(random.chance(0.01 + 0.03 * (1 - p.g)) ? random.uniform(0.85, 1) : 0);
  a.hat = f(random.chance(0.01 + 0.01 * p.g) ? random.uniform(0.85, 1) : 0);
}

void draw_beard(Random& random, const Person& p, Appearance& a) {
  const bool bearded = p.g > 0.6;
  const double kind = random.uniform();
  const double parts = random.uniform();
  const double density = random.uniform();
  const double length = random.uniform();
  if (!bearded || kind < 0.5) return;
  const bool full = kind > 0.72;
  a.moustache = f(parts < 0.85 ? 1 : 0);
  a.chin_beard = f(parts < 0.1 ? 0 : 1);
  a.side_beard = f(parts < 0.1 || (parts > 0.5 && parts < 0.75) ? 0 : 1);
  a.beard_density = f(full ? 0.55 + 0.45 * density : 0.08 + 0.30 * density);
  a.beard_length = f(full ? 0.13 * square(length) + 0.01 : 0);
}

// Everybody's where skin tells nothing.
Appearance plain_skin() {
  Appearance a{};
  a.melanin = 0.3F;
  a.mottle = 0.15F;
  a.oil = 0.5F;
  a.lip_tint = {0.92F, 0.62F, 0.64F};
  a.brow_width = 1;
  a.fold = 0.3F;
  a.crease = 0.6F;
  a.socket = 0.35F;
  a.brow_taper = 0.25F;
  a.brow_alpha = 0.7F;
  a.iris = {0.10F, 0.052F, 0.028F};
  a.lash = 0.65F;
  return a;
}

}  // namespace

Appearance draw_appearance(Random& random, const float* macros, const PriorOptions& options) {
  const Person p{macros[kGender], 2.0 * macros[kAge] - 1.0, macros[kEthnicity],
                 macros[kEthnicity + 1], macros[kEthnicity + 2]};
  Appearance a{};
  draw_skin(random, p, a);
  draw_lips_and_eyes(random, p, a);
  draw_brows(random, p, a);
  if (!options.skin_cues) a = plain_skin();
  a.hair_color = draw_hair_color(random, p);
  a.beard_color = mix(a.hair_color, draw_hair_color(random, p), 0.3F);
  draw_hairline(random, p, a);
  draw_style(random, p, a);
  draw_beard(random, p, a);
  a.noise_u = f(random.uniform(0, 64));
  a.noise_v = f(random.uniform(0, 64));
  if (!options.hair) {
    a.hair_presence = a.hair_length = a.hair_volume = a.fringe = 0;
    a.bun = a.ponytail = a.plaits = a.rows = 0;
    a.moustache = a.chin_beard = a.side_beard = a.beard_density = a.beard_length = 0;
  }
  return a;
}

}  // namespace synface::morphable
