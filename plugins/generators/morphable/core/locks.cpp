#include "core/locks.h"

#include "core/hair.h"
#include "core/wear.h"

namespace synface::morphable {
namespace {

float absolute(float x) {
  return x < 0.0F ? -x : x;
}

// A spot of the scalp.
struct Root {
  Vec3 point, normal, q;
  float field;
};

Root root_of(const HairPlace& place, const Corners& corners, float r0, float r1) {
  // Uniform in the triangle.
  const float edge = sqrt_of(r0);
  const float k[3] = {1.0F - edge, edge * (1.0F - r1), edge * r1};
  Root root{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto v = static_cast<std::size_t>(corners[i]);
    root.point += (place.positions[v] + place.push[v]) * k[i];
    root.normal += place.normals[v] * k[i];
    root.q += place.head.canonical[v] * k[i];
  }
  root.normal = normalized(root.normal);
  root.field = hair_field(place.look, root.q);
  return root;
}

// Where hair is combed to at a root: from the crown downwards, aside of the parting, forward where
// there is a fringe, up and back where it is lifted.
Vec3 combed(const Appearance& a, const Root& root, float front) {
  const Vec3 crown{0.0F, 1.75F, -1.5F};
  const float side = clamp((root.q.x - a.hair_part) * 3.0F, -1.0F, 1.0F);
  Vec3 d = normalized(root.q - crown);
  d += Vec3{0.9F * side, 0.0F, 0.0F} * (front * (1.0F - 0.6F * a.fringe));
  d += Vec3{0.25F * side, -0.9F, 0.25F} * (a.fringe * front);
  d += Vec3{0.1F * side, 0.9F, -0.8F} * (a.hair_lift * front * (1.0F - a.fringe));
  d += Vec3{0.0F, -0.35F, 0.0F};
  return d - root.normal * dot(d, root.normal);
}

}  // namespace

void sew_lock(const LockLine& line, Tailor& tailor) {
  const std::size_t n = LockLine::kPoints;
  int32_t left = -1;
  int32_t right = -1;
  for (std::size_t k = 0; k < n; ++k) {
    const float t = static_cast<float>(k) / static_cast<float>(n - 1);
    const Vec3 along = line.point[k + 1 < n ? k + 1 : k] - line.point[k > 0 ? k - 1 : k];
    const Vec3 side = normalized(cross(along, line.normal[k]));
    const Vec3 tone{line.tone * (0.8F + 0.35F * t), line.beard, 0};
    const float open = line.occlusion * (0.65F + 0.35F * t);
    if (k + 1 == n) {
      const int32_t tip = tailor.vertex(line.point[k], line.normal[k], line.point[k], tone, open);
      tailor.triangle(Part::kLock, left, right, tip);
      return;
    }
    const float half = line.width * (1.0F - 0.55F * t * t);
    const Vec3 p = line.point[k];
    const int32_t l =
        tailor.vertex(p - side * half, normalized(line.normal[k] - side * 0.7F), p, tone, open);
    const int32_t r =
        tailor.vertex(p + side * half, normalized(line.normal[k] + side * 0.7F), p, tone, open);
    if (k > 0) {
      tailor.triangle(Part::kLock, left, right, r);
      tailor.triangle(Part::kLock, left, r, l);
    }
    left = l;
    right = r;
  }
}

void grow_locks(const HairPlace& place, const Accessories& worn, float hat, Tailor& tailor) {
  const Appearance& a = place.look;
  if (a.hair_presence <= 0.05F) return;
  // Of the picture alone: along a mixture of people locks grow and turn, none changes its place.
  const auto seed = static_cast<int>(16.0F * place.tousle);
  const float amount = smooth(0.05F, 0.6F, a.hair_presence);
  const float smooth_down = 1.0F - 0.85F * a.rows;
  const auto triangles = static_cast<int>(place.head.triangles.size());
  for (int t = 0; t < triangles; ++t) {
    const auto at = static_cast<std::size_t>(t);
    if (place.head.part[at] != Part::kSkin) continue;
    const Corners& corners = place.head.triangles[at];
    const Vec3 q = place.head.canonical[static_cast<std::size_t>(corners[0])];
    if (q.y < -0.9F || place.head.ear[static_cast<std::size_t>(corners[0])] > 0.2F) continue;
    if (hair_field(a, q) < -0.2F) continue;
    const float h[4] = {lattice(t, seed), lattice(t, seed + 101), lattice(t, seed + 202),
                        lattice(t, seed + 303)};
    const Root root = root_of(place, corners, h[0], h[1]);
    if (root.field < 0.0F) continue;
    // Nor inside the head, as the walls of a model's eye sockets are.
    const Vec3 away = root.point - Hull::kMiddle;
    if (length(away) < 0.8F * place.hull.radius(away)) continue;
    const float free =
        hat > 0.0F ? 1.0F - hat * smooth(-0.25F, 0.0F, root.q.y - hat_rim_at(worn, root.q)) : 1.0F;
    if (free <= 0.1F) continue;
    const float front = smooth(-1.3F, -0.5F, root.q.z);
    const float rim = 1.0F - smooth(0.0F, 0.4F, root.field);
    float reach = 0.03F + (0.05F + 2.0F * a.hair_volume) * (0.7F + 0.6F * h[2]);
    if (reach > 0.6F) reach = 0.6F;
    reach = mix(reach, 0.45F, a.fringe * front);
    reach *= smooth_down * (1.0F - 0.5F * a.hair_curl) * (1.0F - 0.4F * rim * (1.0F - a.fringe));
    if (reach < 0.10F) continue;
    const float stand =
        (0.02F + 0.22F * a.hair_lift * front) * (1.0F - a.fringe * front) + 0.6F * a.hair_curl;
    const Vec3 scatter{h[1] - 0.5F, h[2] - 0.5F, h[3] - 0.5F};
    const float wild = 0.10F + 0.22F * a.hair_wave + 1.6F * a.hair_curl;
    Vec3 d = normalized(combed(a, root, front) + scatter * wild) + root.normal * stand;
    const float lies = 0.85F * (1.0F - a.hair_curl) * (1.0F - 0.7F * a.hair_lift * front);
    LockLine line;
    Vec3 p = root.point - root.normal * 0.03F;
    const float step = reach / static_cast<float>(LockLine::kPoints - 1);
    for (std::size_t k = 0; k < LockLine::kPoints; ++k) {
      line.point[k] = p;
      line.normal[k] = root.normal;
      d = normalized(d + Vec3{0.0F, -0.25F * (1.0F - a.hair_lift), 0.0F} +
                     scatter * (0.8F * a.hair_curl));
      // Straight hair follows the head's curve: ends do not stand off.
      const Vec3 up = normalized(p - Hull::kMiddle);
      const float off = dot(d, up);
      if (off > 0.0F) d = normalized(d - up * (off * lies));
      p = p + d * step;
      // Over the forehead a lock lies on the skin.
      if (front > 0.0F) p = place.hull.outside(p, 0.03F);
    }
    // From nothing at the thresholds above: a mixture must not jump.
    const float grown = smooth(0.0F, 0.05F, root.field) * smooth(0.10F, 0.13F, reach);
    line.width =
        amount * grown * free * (0.022F + 0.022F * h[3] + 0.04F * a.hair_volume * a.hair_curl);
    line.tone = 0.80F + 0.42F * h[2];
    line.occlusion = mix(0.65F, 1.0F, absolute(root.normal.y));
    sew_lock(line, tailor);
  }
}

void grow_beard(const HairPlace& place, Tailor& tailor) {
  const Appearance& a = place.look;
  if (a.beard_length <= 0.02F || a.beard_density <= 0.2F) return;
  // Widths grow from nothing at every threshold: a mixture must not jump.
  const float amount =
      a.beard_density * smooth(0.02F, 0.04F, a.beard_length) * smooth(0.2F, 0.4F, a.beard_density);
  const auto seed = static_cast<int>(16.0F * place.tousle) + 7;
  const auto triangles = static_cast<int>(place.head.triangles.size());
  for (int t = 0; t < triangles; ++t) {
    const auto at = static_cast<std::size_t>(t);
    if (place.head.part[at] != Part::kSkin) continue;
    const Corners& corners = place.head.triangles[at];
    const Vec3 q = place.head.canonical[static_cast<std::size_t>(corners[0])];
    if (q.y > -0.5F || q.y < -2.2F || q.z < -1.2F) continue;
    const float h[3] = {lattice(t, seed), lattice(t, seed + 101), lattice(t, seed + 202)};
    const Root root = root_of(place, corners, h[0], h[1]);
    const float mask = beard_field(a, root.q);
    if (mask < 0.35F) continue;
    const float reach = a.beard_length * (1.4F + 1.2F * h[2]) * mask;
    Vec3 d =
        normalized(Vec3{0.9F * (h[0] - 0.5F) + 0.3F * root.q.x, -1.0F, 0.5F} + root.normal * 0.4F);
    LockLine line;
    Vec3 p = root.point - root.normal * 0.02F;
    for (std::size_t k = 0; k < LockLine::kPoints; ++k) {
      line.point[k] = p;
      line.normal[k] = root.normal;
      p = p + d * (reach / static_cast<float>(LockLine::kPoints - 1));
    }
    line.width = amount * smooth(0.35F, 0.45F, mask) * (0.016F + 0.02F * h[1]);
    line.tone = 0.7F + 0.7F * h[2];
    line.occlusion = 0.8F;
    line.beard = 1;
    sew_lock(line, tailor);
  }
}

void tie_hair(const HairPlace& place, Tailor& tailor) {
  const Appearance& a = place.look;
  const float amount = a.hair_presence;
  if (a.bun * amount > 0.02F) {
    const float size =
        (0.25F + 0.3F * a.hair_volume + 0.25F * a.bun) * smooth(0.02F, 0.5F, a.bun * amount);
    const Vec3 center = place.hull.at({0.0F, 0.85F, -0.75F}, 0.5F * size);
    tailor.ball(Part::kLock, center, {size, 0.85F * size, size}, {0.95F, 0, 0}, 0.8F);
  }
  if (a.ponytail * amount > 0.02F) {
    const float thick = 0.22F * smooth(0.02F, 0.4F, a.ponytail * amount);
    const Vec3 root = place.hull.at({0.0F, 0.35F, -1.0F}, 0.05F);
    const float side = clamp(4.0F * a.hair_part, -1.0F, 1.0F);
    const Tailor::Ring rings[] = {{root, 0.4F * thick},
                                  {root + Vec3{0.1F * side, 0.05F, -0.35F}, thick},
                                  {root + Vec3{0.35F * side, -0.8F, -0.35F}, 1.3F * thick},
                                  {root + Vec3{0.7F * side, -1.9F, 0.1F}, 1.2F * thick},
                                  {root + Vec3{0.8F * side, -3.0F, 0.3F}, 0.02F}};
    tailor.pipe(Part::kLock, rings, 5, 9, {1.0F, 0, 0}, 0.75F);
  }
  if (a.plaits * amount > 0.02F) {
    const float thick = 0.16F * smooth(0.02F, 0.4F, a.plaits * amount);
    for (const float side : {-1.0F, 1.0F}) {
      constexpr std::size_t kRings = 18;
      Tailor::Ring rings[kRings];
      const Vec3 root = place.hull.at({0.95F * side, -0.42F, 0.05F}, 0.0F);
      for (std::size_t r = 0; r < kRings; ++r) {
        const float t = static_cast<float>(r) / static_cast<float>(kRings - 1);
        // One bead of the braid every third ring.
        const float bead = r % 3 == 0 ? 0.62F : 1.0F;
        rings[r] = {root + Vec3{side * (0.04F + 0.22F * t), -2.3F * t, 0.12F + 0.45F * t},
                    thick * bead * (1.0F - 0.4F * t)};
      }
      tailor.pipe(Part::kLock, rings, kRings, 8, {1.0F, 0, 0}, 0.8F);
    }
  }
}

}  // namespace synface::morphable
