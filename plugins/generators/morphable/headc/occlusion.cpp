#include "headc/occlusion.h"

#include <algorithm>
#include <cstddef>

namespace synface::headc {
namespace {

using morphable::Vec3;

constexpr int kDirections = 128;
constexpr int kSize = 256;
constexpr float kReach = 3.0F;  // half the side of the buffer, decimetres
constexpr float kBias = 0.03F;  // decimetres
constexpr float kEmpty = -1e9F;

struct Frame {
  Vec3 right, up, toward, centre;
  Vec3 map(Vec3 p) const {
    const Vec3 d = p - centre;
    const float scale = 0.5F * static_cast<float>(kSize) / kReach;
    return {(dot(d, right) + kReach) * scale, (dot(d, up) + kReach) * scale, dot(d, toward)};
  }
};

Vec3 direction(int i) {
  const double y = 1.0 - 2.0 * (static_cast<double>(i) + 0.5) / kDirections;
  const double r = morphable::sqrt_of(1.0 - y * y);
  const morphable::SinCos turn = morphable::sincos_of(2.39996322972865332 * i);
  return {static_cast<float>(r * turn.cos), static_cast<float>(y),
          static_cast<float>(r * turn.sin)};
}

Frame frame_of(Vec3 toward, Vec3 centre) {
  const Vec3 helper = toward.y * toward.y < 0.8F ? Vec3{0, 1, 0} : Vec3{1, 0, 0};
  const Vec3 right = morphable::normalized(cross(helper, toward));
  return {right, cross(toward, right), toward, centre};
}

// Keeps the nearest depth at each pixel centre inside the triangle.
void draw(std::vector<float>& depth, const Vec3& a, const Vec3& b, const Vec3& c) {
  const float area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
  if (area == 0.0F) return;
  const int x0 = std::max(0, morphable::floor_int(std::min({a.x, b.x, c.x})));
  const int x1 = std::min(kSize - 1, morphable::floor_int(std::max({a.x, b.x, c.x})));
  const int y0 = std::max(0, morphable::floor_int(std::min({a.y, b.y, c.y})));
  const int y1 = std::min(kSize - 1, morphable::floor_int(std::max({a.y, b.y, c.y})));
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      const float px = static_cast<float>(x) + 0.5F;
      const float py = static_cast<float>(y) + 0.5F;
      const float wb = ((px - a.x) * (c.y - a.y) - (c.x - a.x) * (py - a.y)) / area;
      const float wc = ((b.x - a.x) * (py - a.y) - (px - a.x) * (b.y - a.y)) / area;
      if (wb < 0.0F || wc < 0.0F || wb + wc > 1.0F) continue;
      float& nearest = depth[static_cast<std::size_t>(y * kSize + x)];
      nearest = std::max(nearest, a.z + wb * (b.z - a.z) + wc * (c.z - a.z));
    }
  }
}

std::vector<Vec3> vertex_normals(const std::vector<Vec3>& positions,
                                 const std::vector<std::array<int32_t, 3>>& triangles) {
  std::vector<Vec3> normals(positions.size());
  for (const auto& t : triangles) {
    const Vec3 a = positions[static_cast<std::size_t>(t[0])];
    const Vec3 n = cross(positions[static_cast<std::size_t>(t[1])] - a,
                         positions[static_cast<std::size_t>(t[2])] - a);
    for (const int32_t v : t) normals[static_cast<std::size_t>(v)] += n;
  }
  for (Vec3& n : normals) n = morphable::normalized(n);
  return normals;
}

}  // namespace

std::vector<float> ambient_occlusion(const std::vector<Vec3>& positions,
                                     const std::vector<std::array<int32_t, 3>>& triangles) {
  const std::vector<Vec3> normals = vertex_normals(positions, triangles);
  Vec3 centre;
  for (const Vec3& p : positions) centre += p * (1.0F / static_cast<float>(positions.size()));
  std::vector<float> seen(positions.size(), 0.0F);
  std::vector<float> total(positions.size(), 0.0F);
  std::vector<float> depth;
  std::vector<Vec3> mapped(positions.size());
  for (int i = 0; i < kDirections; ++i) {
    const Frame frame = frame_of(direction(i), centre);
    for (std::size_t v = 0; v < positions.size(); ++v) mapped[v] = frame.map(positions[v]);
    depth.assign(static_cast<std::size_t>(kSize) * kSize, kEmpty);
    for (const auto& t : triangles) {
      draw(depth, mapped[static_cast<std::size_t>(t[0])], mapped[static_cast<std::size_t>(t[1])],
           mapped[static_cast<std::size_t>(t[2])]);
    }
    for (std::size_t v = 0; v < positions.size(); ++v) {
      const float cosine = dot(normals[v], frame.toward);
      if (cosine <= 0.0F) continue;
      const Vec3 p = frame.map(positions[v] + normals[v] * kBias);
      const int x = morphable::clamp(morphable::floor_int(p.x), 0, kSize - 1);
      const int y = morphable::clamp(morphable::floor_int(p.y), 0, kSize - 1);
      total[v] += cosine;
      if (p.z + kBias >= depth[static_cast<std::size_t>(y * kSize + x)]) seen[v] += cosine;
    }
  }
  for (std::size_t v = 0; v < seen.size(); ++v) {
    seen[v] = total[v] > 0.0F ? seen[v] / total[v] : 1.0F;
  }
  return seen;
}

}  // namespace synface::headc
