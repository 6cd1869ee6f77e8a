#include "core/shape.h"

namespace synface::morphable {
namespace {

constexpr std::size_t kMacroTargets = 12;

// One person among several, positions [V, 3, lanes].
struct Lane {
  const float* positions;
  std::size_t lanes;
  Vec3 operator[](std::size_t vertex) const {
    const float* const at = positions + 3 * vertex * lanes;
    return {at[0], at[lanes], at[2 * lanes]};
  }
};

Vec3 eye_middle(const HeadModel& head, const Lane& lane, std::size_t first) {
  Vec3 sum;
  for (std::size_t l = first; l < first + 6; ++l) {
    const auto& pair = head.landmarks[l];
    sum +=
        (lane[static_cast<std::size_t>(pair[0])] + lane[static_cast<std::size_t>(pair[1])]) * 0.5F;
  }
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

ShapeModel::ShapeModel(const HeadModel& head)
    : head_(head), rows_(kMacroTargets + 2 * head.coefficients.size()) {
  std::vector<int32_t> target_of_row(head.macro_target.begin(), head.macro_target.end());
  for (const Coefficient& c : head.coefficients) {
    target_of_row.push_back(c.positive);
    target_of_row.push_back(c.negative);
  }
  std::vector<std::vector<Displacement>> by_vertex(head.base.size());
  for (std::size_t row = 0; row < rows_; ++row) {
    if (target_of_row[row] < 0) continue;
    const auto target = static_cast<std::size_t>(target_of_row[row]);
    const auto end = static_cast<std::size_t>(head.targets.offset[target + 1]);
    for (auto e = static_cast<std::size_t>(head.targets.offset[target]); e < end; ++e) {
      const Vec3 d = head.targets.delta[e];
      by_vertex[static_cast<std::size_t>(head.targets.index[e])].push_back(
          {static_cast<uint32_t>(row), d.x, d.y, d.z});
    }
  }
  offset_.push_back(0);
  for (const auto& list : by_vertex) {
    displacements_.insert(displacements_.end(), list.begin(), list.end());
    offset_.push_back(static_cast<uint32_t>(displacements_.size()));
  }
}

// weights: the first of the identity's column; a row is `lanes` floats further.
void ShapeModel::set_weights(const float* identity, std::size_t lanes, float* weights) const {
  const float male = clamp(identity[kGender], 0.0F, 1.0F);
  const float old = clamp(2.0F * identity[kAge] - 1.0F, 0.0F, 1.0F);
  float sum = 0;
  for (std::size_t e = 0; e < 3; ++e) sum += clamp(identity[kEthnicity + e], 0.0F, 1.0F);
  for (std::size_t t = 0; t < kMacroTargets; ++t) {
    const float share = clamp(identity[kEthnicity + t / 4], 0.0F, 1.0F);
    const float ethnicity = sum > 0.0F ? share / sum : 0.0F;
    const float gender = (t / 2) % 2 == 1 ? male : 1.0F - male;
    weights[t * lanes] = ethnicity * gender * (t % 2 == 1 ? old : 1.0F - old);
  }
  for (std::size_t i = 0; i < head_.coefficients.size(); ++i) {
    const float x = clamp(identity[kMacros + i], -1.0F, 1.0F);
    weights[(kMacroTargets + 2 * i) * lanes] = x >= 0.0F ? x : 0.0F;
    weights[(kMacroTargets + 2 * i + 1) * lanes] = x >= 0.0F ? 0.0F : -x;
  }
}

void ShapeModel::product(const float* const* identities, int width, Work& work, float* units,
                         const Kernels& kernels) const {
  const auto lanes = static_cast<std::size_t>(width);
  const std::size_t vertices = head_.base.size();
  work.weights.resize(rows_ * lanes);
  work.positions.resize(3 * vertices * lanes);
  work.normals.resize(3 * vertices * lanes);
  for (std::size_t l = 0; l < lanes; ++l) {
    set_weights(identities[l], lanes, work.weights.data() + l);
  }
  kernels.shape({vertices, head_.base.data(), offset_.data(), displacements_.data(),
                 work.weights.data(), work.positions.data()},
                width);
  float origin[3 * kMostLanes];
  for (std::size_t l = 0; l < lanes; ++l) {
    const Lane lane{work.positions.data() + l, lanes};
    const Vec3 right = eye_middle(head_, lane, 36);
    const Vec3 left = eye_middle(head_, lane, 42);
    const Vec3 middle = (left + right) * 0.5F;
    origin[l] = middle.x;
    origin[lanes + l] = middle.y;
    origin[2 * lanes + l] = middle.z;
    // A model whose targets can bring the eyes together keeps a finite head.
    const float apart = length(left - right);
    const float least = 0.1F * head_.eye_distance;
    units[l] = 1.0F / (apart > least ? apart : least);
  }
  kernels.place({vertices, head_.triangles.size(), head_.triangles.data()->data(), origin, units,
                 work.positions.data(), work.normals.data()},
                width);
}

void ShapeModel::shape(const float* const* identities, std::size_t n, Person* people, Work& work,
                       const Kernels& kernels) const {
  const Layout layout(head_);
  const std::size_t vertices = head_.base.size();
  for (std::size_t first = 0; first < n;) {
    const std::size_t left = n - first;
    // The narrowest vectors that hold all that are left; spare lanes repeat the last person.
    std::size_t lanes = left == 1 ? 1 : 4;
    while (lanes < left && lanes < static_cast<std::size_t>(kernels.lanes)) lanes *= 2;
    const std::size_t count = left < lanes ? left : lanes;
    const float* ids[kMostLanes];
    for (std::size_t l = 0; l < lanes; ++l) {
      ids[l] = identities[first + (l < count ? l : count - 1)];
    }
    float units[kMostLanes];
    product(ids, static_cast<int>(lanes), work, units, kernels);
    for (std::size_t l = 0; l < count; ++l) {
      Person& person = people[first + l];
      person.key.assign(ids[l], ids[l] + layout.identity_end);
      person.unit = units[l];
      const Lane positions{work.positions.data() + l, lanes};
      const Lane normals{work.normals.data() + l, lanes};
      person.positions.resize(vertices);
      person.normals.resize(vertices);
      for (std::size_t v = 0; v < vertices; ++v) {
        person.positions[v] = positions[v];
        person.normals[v] = normals[v];
      }
      measure_eyes(head_, person);
      person.dressed.clear();
    }
    first += count;
  }
}

}  // namespace synface::morphable
