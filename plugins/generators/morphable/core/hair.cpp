#include "core/hair.h"

#include "core/locks.h"

namespace synface::morphable {
namespace {

constexpr std::size_t kSectors = 36;
constexpr std::size_t kLevels = 18;
constexpr float kTop = 1.2F;      // eye distances over the eyes
constexpr float kBottom = -1.5F;  // the head's profile is measured down to here
constexpr float kAxis = -1.35F;   // z of the vertical axis through the head

// Radius of the head around the axis by sector and level, where hair hangs straight down from the
// widest place above.
class Profile {
 public:
  Profile(const HeadModel& head, const std::vector<Vec3>& positions) {
    for (std::size_t v = 0; v < positions.size(); ++v) {
      const Vec3 p = positions[v];
      if (p.y > kTop + 0.3F || p.y < kBottom || head.ear[v] > 0.3F) continue;
      const float z = p.z - kAxis;
      raise(sector(atan2_fast(p.x, z)), level(p.y), sqrt_of(p.x * p.x + z * z));
    }
    fill();
  }
  float radius(float angle, float y) const {
    const float s = (angle / 6.2831853F + 0.5F) * static_cast<float>(kSectors) - 0.5F;
    const int i = floor_int(s);
    const float t = s - static_cast<float>(i);
    const std::size_t l = level(y);
    return mix(radius_[wrap(i)][l], radius_[wrap(i + 1)][l], t);
  }

 private:
  static std::size_t wrap(int i) {
    const int n = static_cast<int>(kSectors);
    return static_cast<std::size_t>(((i % n) + n) % n);
  }
  static std::size_t sector(float angle) {
    return wrap(floor_int((angle / 6.2831853F + 0.5F) * static_cast<float>(kSectors)));
  }
  static std::size_t level(float y) {
    const float at = (kTop - y) / (kTop - kBottom) * static_cast<float>(kLevels);
    return static_cast<std::size_t>(clamp(at, 0.0F, static_cast<float>(kLevels - 1)));
  }
  void raise(std::size_t s, std::size_t l, float r) {
    if (r > radius_[s][l]) radius_[s][l] = r;
  }
  // Empty sectors take their neighbours' mean; then each level is at least the one above.
  void fill() {
    for (std::size_t l = 0; l < kLevels; ++l) {
      std::array<float, kSectors> smooth_row{};
      for (std::size_t s = 0; s < kSectors; ++s) {
        float sum = 0;
        float weight = 0;
        for (int d = -2; d <= 2; ++d) {
          const float r = radius_[wrap(static_cast<int>(s) + d)][l];
          if (r <= 0.0F) continue;
          sum += r;
          weight += 1.0F;
        }
        smooth_row[s] = weight > 0.0F ? sum / weight : 0.0F;
      }
      for (std::size_t s = 0; s < kSectors; ++s) {
        const float above = l > 0 ? radius_[s][l - 1] : 0.0F;
        radius_[s][l] = smooth_row[s] > above ? smooth_row[s] : above;
      }
    }
  }

  std::array<std::array<float, kLevels>, kSectors> radius_{};
};

constexpr std::size_t kSheetColumns = 32;
constexpr std::size_t kSheetRows = 10;

// Locks over the hanging hair: they part its surface and fray its ends and edges.
void hang_locks(const HairPlace& place, const Profile& profile, float amount, float end,
                Tailor& tailor) {
  const Appearance& a = place.look;
  constexpr int kLocks = 130;
  const auto seed = static_cast<int>(16.0F * place.tousle);
  for (int i = 0; i < kLocks; ++i) {
    const float h0 = lattice(i, seed);
    const float h1 = lattice(i, seed + 101);
    const float h2 = lattice(i, seed + 202);
    // More of them beside the face.
    const float turn = i % 3 == 0 ? 0.06F * h0 + (h1 < 0.5F ? 0.0F : 0.94F) : h0;
    const float top = mix(0.75F, 0.5F * end, lattice(i, seed + 303));
    const float reach = (0.5F + 0.7F * h2) * (0.5F + 0.5F * a.hair_length);
    LockLine line;
    for (std::size_t k = 0; k < LockLine::kPoints; ++k) {
      const float t = static_cast<float>(k) / static_cast<float>(LockLine::kPoints - 1);
      float y = top - reach * t * 1.1F;
      const float lowest = end - 0.35F * h1;
      if (y < lowest) y = lowest;
      const float open = a.hair_open - 0.22F * smooth(-0.4F, -1.6F, y) -
                         0.10F * a.hair_wave * (noise2(3.0F * y + 7.0F * h1, 0.5F) - 0.5F);
      const float sway = (0.05F + 0.20F * a.hair_wave + 0.25F * a.hair_curl) *
                         (noise2(2.0F * y + 13.0F * h2, 17.0F * h0) - 0.5F);
      const float angle = mix(open, 6.2831853F - open, turn) + sway;
      const float down = clamp((0.95F - y) / (0.95F - end), 0.0F, 1.0F);
      const float thick = a.hair_volume + 0.08F + 0.05F * h1 + 0.22F * a.hair_curl * down;
      const float neck = 0.35F * smooth(-0.9F, -2.0F, y) * (1.0F - a.hair_curl);
      const float wrapped = angle > 3.14159265F ? angle - 6.2831853F : angle;
      const float radius = amount * (profile.radius(wrapped, y) + thick - neck);
      const SinCos sc = sincos_of(static_cast<double>(angle));
      const Vec3 out{static_cast<float>(sc.sin), 0, static_cast<float>(sc.cos)};
      line.point[k] = {radius * out.x, y, kAxis + radius * out.z};
      line.normal[k] = out;
    }
    line.width = amount * (0.05F + 0.05F * h2);
    line.tone = 0.8F + 0.42F * h1;
    line.occlusion = 0.8F;
    sew_lock(line, tailor);
  }
}

}  // namespace

void hang_hair(const HairPlace& place, Tailor& tailor) {
  const Appearance& a = place.look;
  const float amount = smooth(0.0F, 0.2F, a.hair_length) * a.hair_presence;
  if (amount <= 0.0F) return;
  const Profile profile(place.head, place.positions);
  const float end = mix(-0.1F, -3.2F, a.hair_length);
  const int32_t first = tailor.next();
  const std::size_t triangle = tailor.triangles();
  for (std::size_t r = 0; r < kSheetRows; ++r) {
    const float down = static_cast<float>(r) / static_cast<float>(kSheetRows - 1);
    for (std::size_t c = 0; c < kSheetColumns; ++c) {
      const float turn = static_cast<float>(c) / static_cast<float>(kSheetColumns - 1);  // 0..1
      const float column = static_cast<float>(c);
      const float lock = noise2(column * 0.45F + a.noise_u, 3.5F + place.tousle);
      const float tip = end + 0.5F * (lock - 0.5F) * (0.4F + a.hair_wave);
      const float y = mix(0.95F, tip, down);
      // The opening for the face narrows below the cheeks and is ragged.
      const float ragged = 0.10F * (noise2(y * 2.2F + a.noise_v, turn < 0.5F ? 1.5F : 9.5F) - 0.5F);
      const float open = a.hair_open + ragged - 0.22F * smooth(-0.4F, -1.6F, y);
      const float angle = mix(open, 6.2831853F - open, turn);
      const float wave = (0.03F + 0.15F * a.hair_wave) *
                         (noise2(column * 0.8F + 7.0F, y * 1.6F + 3.0F * a.hair_curl) - 0.5F);
      const float thick = mix(-0.12F, a.hair_volume + 0.05F, smooth(0.0F, 0.22F, down)) +
                          0.14F * (lock - 0.5F) + 0.22F * a.hair_curl * down + wave;
      const float neck = 0.35F * smooth(-0.9F, -2.0F, y) * (1.0F - a.hair_curl);
      const float wrapped = angle > 3.14159265F ? angle - 6.2831853F : angle;
      const float radius = amount * (profile.radius(wrapped, y) + thick - neck);
      const SinCos sc = sincos_of(static_cast<double>(angle));
      const Vec3 out{static_cast<float>(sc.sin), 0, static_cast<float>(sc.cos)};
      const Vec3 p{radius * out.x, y, kAxis + radius * out.z};
      tailor.vertex(p, out, p, {0.9F, 0, 0}, 0.45F + 0.35F * (1.0F - down));
    }
  }
  tailor.weave(Part::kHair, first, kSheetColumns, kSheetRows, false);
  tailor.smooth_normals(first, triangle);
  hang_locks(place, profile, amount, end, tailor);
}

}  // namespace synface::morphable
