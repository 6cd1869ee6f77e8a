#include "headc/cut.h"

#include <map>

namespace synface::headc {
namespace {

constexpr double kNeck = 5.72;  // decimetres; below the crop of any aligned face
constexpr double kHalfWidth = 1.15;

class Builder {
 public:
  Builder(const Mesh& mesh, Cut& cut) : mesh_(mesh), cut_(cut) {
    cut_.new_index.assign(mesh.positions.size(), -1);
  }
  void add(const Quad& quad, uint8_t part) {
    std::array<int32_t, 4> v{};
    std::array<int32_t, 4> t{};
    for (std::size_t c = 0; c < 4; ++c) {
      v[c] = vertex(quad.vertex[c]);
      t[c] = uv(quad.uv[c]);
    }
    // The diagonal 0-2 of every quad; both halves keep the quad's orientation.
    for (const auto& corners : {std::array<std::size_t, 3>{0, 1, 2}, {0, 2, 3}}) {
      cut_.triangles.push_back({v[corners[0]], v[corners[1]], v[corners[2]]});
      cut_.uv_triangles.push_back({t[corners[0]], t[corners[1]], t[corners[2]]});
      cut_.part.push_back(part);
    }
  }

 private:
  int32_t vertex(uint32_t old) {
    int32_t& index = cut_.new_index[old];
    if (index < 0) {
      index = static_cast<int32_t>(cut_.kept.size());
      cut_.kept.push_back(old);
    }
    return index;
  }
  int32_t uv(uint32_t old) {
    const auto [at, fresh] = uv_index_.emplace(old, static_cast<int32_t>(cut_.paint.size()));
    if (fresh) {
      // The chart lies on its side: up is -u, the subject's left is +v; 0.0654 is the distance of
      // the eyes in it.
      const auto& uv = mesh_.uvs[old];
      cut_.paint.push_back({static_cast<float>((uv[1] - 0.4832) / 0.0654),
                            static_cast<float>((0.8393 - uv[0]) / 0.0654)});
    }
    return at->second;
  }

  const Mesh& mesh_;
  Cut& cut_;
  std::map<uint32_t, int32_t> uv_index_;
};

bool is_head(const Quad& quad, const std::vector<Point>& average) {
  for (const uint32_t v : quad.vertex) {
    const Point& p = average[v];
    if (p[1] <= kNeck || p[0] >= kHalfWidth || p[0] <= -kHalfWidth) return false;
  }
  return true;
}

// Lips run into a mouth bag and lids into eye sockets; each has a chart of its own in the UV map.
uint8_t part_of(const Quad& quad, const Mesh& mesh) {
  double u = 0;
  double v = 0;
  for (const uint32_t t : quad.uv) {
    u += 0.25 * mesh.uvs[t][0];
    v += 0.25 * mesh.uvs[t][1];
  }
  if (u > 0.757 && v < 0.137) return kMouth;
  if (u < 0.152 && v > 0.547 && v < 0.633) return kSocket;
  return kSkin;
}

}  // namespace

Cut cut_head(const Mesh& mesh, const std::vector<Point>& average) {
  Cut cut;
  Builder builder(mesh, cut);
  for (const Quad& quad : mesh.group("body").quads) {
    if (!is_head(quad, average)) continue;
    builder.add(quad, part_of(quad, mesh));
    ++cut.body_quads;
  }
  const std::pair<const char*, uint8_t> helpers[] = {{"helper-l-eye", kLeftEye},
                                                     {"helper-r-eye", kRightEye},
                                                     {"helper-upper-teeth", kTeeth},
                                                     {"helper-lower-teeth", kTeeth},
                                                     {"helper-tongue", kTongue}};
  for (const auto& [name, part] : helpers) {
    for (const Quad& quad : mesh.group(name).quads) builder.add(quad, part);
  }
  return cut;
}

}  // namespace synface::headc
