#include "headc/mesh.h"

#include <map>
#include <set>
#include <utility>

#include "headc/cut.h"
#include "headc/occlusion.h"

namespace synface::headc {

std::vector<std::size_t> open_rim(const Triangles& triangles, const std::vector<uint8_t>& part) {
  std::map<std::pair<int32_t, int32_t>, int> edges;
  for (std::size_t t = 0; t < triangles.size(); ++t) {
    if (part[t] > kSocket) continue;
    for (std::size_t c = 0; c < 3; ++c) ++edges[{triangles[t][c], triangles[t][(c + 1) % 3]}];
  }
  std::set<std::size_t> rim;
  for (const auto& [edge, n] : edges) {
    if (edges.count({edge.second, edge.first}) != 0) continue;
    rim.insert(static_cast<std::size_t>(edge.first));
    rim.insert(static_cast<std::size_t>(edge.second));
  }
  return {rim.begin(), rim.end()};
}

std::vector<uint8_t> occlusion_bytes(const std::vector<morphable::Vec3>& positions,
                                     const Triangles& triangles, float scale) {
  std::vector<morphable::Vec3> decimetres;
  for (const morphable::Vec3& p : positions) decimetres.push_back(p * scale);
  std::vector<uint8_t> out;
  for (const float a : ambient_occlusion(decimetres, triangles)) {
    out.push_back(static_cast<uint8_t>(a * 255.0F + 0.5F));
  }
  return out;
}

std::vector<float> flat(const std::vector<morphable::Vec3>& points) {
  std::vector<float> out;
  for (const morphable::Vec3& p : points) out.insert(out.end(), {p.x, p.y, p.z});
  return out;
}
std::vector<int32_t> flat(const Triangles& rows) {
  std::vector<int32_t> out;
  for (const auto& r : rows) out.insert(out.end(), r.begin(), r.end());
  return out;
}

std::string Sparse::name_lines() const {
  std::string lines;
  for (const std::string& n : names) lines += (lines.empty() ? "" : "\n") + n;
  return lines;
}

}  // namespace synface::headc
