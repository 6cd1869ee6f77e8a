#include "core/shape.h"

#include "core/hair.h"

namespace synface::morphable {
namespace {

void add_macros(const HeadModel& head, const float* macros, std::vector<Vec3>& positions) {
  const float male = clamp(macros[kGender], 0.0F, 1.0F);
  const float old = clamp(2.0F * macros[kAge] - 1.0F, 0.0F, 1.0F);
  float sum = 0;
  for (std::size_t e = 0; e < 3; ++e) sum += clamp(macros[kEthnicity + e], 0.0F, 1.0F);
  if (sum <= 0.0F) return;
  for (std::size_t t = 0; t < 12; ++t) {
    const float ethnicity = clamp(macros[kEthnicity + t / 4], 0.0F, 1.0F) / sum;
    const float gender = (t / 2) % 2 == 1 ? male : 1.0F - male;
    const float weight = ethnicity * gender * (t % 2 == 1 ? old : 1.0F - old);
    const int32_t target = head.macro_target[t];
    if (target >= 0 && weight != 0.0F) {
      head.targets.add(static_cast<std::size_t>(target), weight, positions);
    }
  }
}

void add_details(const HeadModel& head, const float* values, std::vector<Vec3>& positions) {
  for (std::size_t i = 0; i < head.coefficients.size(); ++i) {
    const Coefficient& c = head.coefficients[i];
    const float x = clamp(values[i], -1.0F, 1.0F);
    const int32_t target = x >= 0.0F ? c.positive : c.negative;
    if (target < 0 || x == 0.0F) continue;
    head.targets.add(static_cast<std::size_t>(target), x < 0.0F ? -x : x, positions);
  }
}

Vec3 eye_middle(const HeadModel& head, const std::vector<Vec3>& positions, std::size_t first) {
  Vec3 sum;
  for (std::size_t l = first; l < first + 6; ++l) sum += head.landmark(positions, l);
  return sum * (1.0F / 6.0F);
}

void measure_eyes(const HeadModel& head, Person& person) {
  for (std::size_t side = 0; side < 2; ++side) {
    const auto& list = head.eye_vertices[side];
    const float share = 1.0F / static_cast<float>(list.size());
    Vec3 center;
    for (const int32_t v : list) center += person.positions[static_cast<std::size_t>(v)] * share;
    float radius = 0;
    for (const int32_t v : list) {
      radius += length(person.positions[static_cast<std::size_t>(v)] - center) * share;
    }
    person.eye_center[side] = center;
    person.eye_radius[side] = radius;
    const std::size_t lid = side == 0 ? 43 : 37;
    const float height = 0.5F * (head.landmark(person.positions, lid).y +
                                 head.landmark(person.positions, lid + 1).y) -
                         center.y;
    person.lid_height[side] = height > 0.02F ? height : 0.02F;
  }
}

void push_hair(const HeadModel& head, Person& person) {
  const Appearance& a = person.look;
  std::vector<Vec3> normals;
  vertex_normals(head.triangles, person.positions, normals);
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
    }
    if (a.beard_length > 0.0F && q.y < -0.4F) {
      amount += a.beard_length * beard_field(a, q) * smooth(-1.5F, -0.5F, q.z);
    }
    person.push[v] = normals[v] * (amount * bare);
  }
  for (const auto& list : head.eye_vertices) {
    for (const int32_t v : list) person.push[static_cast<std::size_t>(v)] = Vec3{};
  }
}

}  // namespace

void vertex_normals(const std::vector<Corners>& triangles, const std::vector<Vec3>& positions,
                    std::vector<Vec3>& normals) {
  normals.assign(positions.size(), Vec3{});
  for (const Corners& t : triangles) {
    const auto i = static_cast<std::size_t>(t[0]);
    const auto j = static_cast<std::size_t>(t[1]);
    const auto k = static_cast<std::size_t>(t[2]);
    const Vec3 n = cross(positions[j] - positions[i], positions[k] - positions[i]);
    normals[i] += n;
    normals[j] += n;
    normals[k] += n;
  }
  for (Vec3& n : normals) n = normalized(n);
}

void shape_person(const HeadModel& head, const float* identity, Person& person) {
  const Layout layout(head);
  person.key.assign(identity, identity + layout.identity_end);
  person.look = load_block<Appearance>(identity + layout.appearance);
  person.positions = head.base;
  add_macros(head, identity, person.positions);
  add_details(head, identity + kMacros, person.positions);
  const Vec3 right = eye_middle(head, person.positions, 36);
  const Vec3 left = eye_middle(head, person.positions, 42);
  const Vec3 origin = (left + right) * 0.5F;
  person.unit = 1.0F / length(left - right);
  for (Vec3& p : person.positions) p = (p - origin) * person.unit;
  measure_eyes(head, person);
  push_hair(head, person);
  std::vector<Vec3> sheet(kSheetVertices);
  place_sheet(head, person.look, person.positions, sheet.data());
  person.positions.insert(person.positions.end(), sheet.begin(), sheet.end());
}

}  // namespace synface::morphable
