#include "headc/linear.h"

#include <algorithm>
#include <cstddef>

#include "headc/cut.h"
#include "headc/io.h"
#include "headc/mesh.h"
#include "headc/reference.h"
#include "headc/warp.h"
#include "headc/writer.h"

namespace synface::headc {
namespace {

using morphable::Vec3;

constexpr float kDeviations = 2.5F;   // of a component at c = 1
constexpr float kSmallest = 2e-4F;    // eye distances; what moves less at c = 1 is left out
constexpr float kLonger = 1.5F;       // eye distances, by which the neck is drawn down
constexpr float kDecimetres = 0.62F;  // an eye distance, for the occlusion's reach
constexpr float kFar = 100.0F;        // where the chart has what is not painted

// The model's own vertices without those that only its eyeballs use, then a sphere for each eye.
struct Layout {
  std::vector<int32_t> kept;       // old indices
  std::vector<int32_t> new_index;  // of old vertices, -1: dropped
  Triangles triangles;
  std::vector<uint8_t> part;
  std::vector<Vec3> ball;  // directions of a sphere's vertices

  std::size_t size() const { return kept.size() + 2 * ball.size(); }
};

// A sphere whose pole looks forward, of rings evenly spaced by angle.
void add_ball(Layout& layout, std::size_t side) {
  constexpr int kRound = 20;
  constexpr int kRings = 11;
  std::vector<Vec3> directions{{0, 0, 1}};
  for (int r = 0; r < kRings; ++r) {
    const auto down = morphable::sincos_of(morphable::kPi * (r + 1) / (kRings + 1));
    for (int i = 0; i < kRound; ++i) {
      const auto turn = morphable::sincos_of(2.0 * morphable::kPi * i / kRound);
      directions.push_back({static_cast<float>(down.sin * turn.cos),
                            static_cast<float>(down.sin * turn.sin), static_cast<float>(down.cos)});
    }
  }
  directions.push_back({0, 0, -1});
  layout.ball = directions;
  const auto count = static_cast<int32_t>(directions.size());
  const auto first = static_cast<int32_t>(layout.kept.size()) + static_cast<int32_t>(side) * count;
  const auto at = [&](int ring, int i) {
    if (ring < 0) return first;
    return ring == kRings ? first + count - 1 : first + 1 + ring * kRound + i % kRound;
  };
  for (int r = -1; r < kRings; ++r) {
    for (int i = 0; i < kRound; ++i) {
      const std::array<int32_t, 4> q{at(r, i), at(r + 1, i), at(r + 1, i + 1), at(r, i + 1)};
      const auto part = static_cast<uint8_t>(side == 0 ? kLeftEye : kRightEye);
      if (r + 1 < kRings)
        layout.triangles.push_back({q[0], q[1], q[2]}), layout.part.push_back(part);
      if (r >= 0) layout.triangles.push_back({q[0], q[2], q[3]}), layout.part.push_back(part);
    }
  }
}

Layout lay_out(const LinearModel& model) {
  Layout layout;
  layout.new_index.assign(model.mean.size(), -1);
  for (std::size_t t = 0; t < model.triangles.size(); ++t) {
    if (model.part[t] == kLeftEye || model.part[t] == kRightEye) continue;
    std::array<int32_t, 3> corners{};
    for (std::size_t c = 0; c < 3; ++c) {
      const auto old = static_cast<std::size_t>(model.triangles[t][c]);
      int32_t& index = layout.new_index[old];
      if (index < 0) {
        index = static_cast<int32_t>(layout.kept.size());
        layout.kept.push_back(static_cast<int32_t>(old));
      }
      corners[c] = index;
    }
    layout.triangles.push_back(corners);
    layout.part.push_back(model.part[t]);
  }
  for (std::size_t side = 0; side < 2; ++side) add_ball(layout, side);
  return layout;
}

// Positions of the layout from `vertices` [V] of the model and the eyeballs; also of displacements.
std::vector<Vec3> place(const Layout& layout, const Vec3* vertices,
                        const std::array<Vec3, 2>& center, const std::array<float, 2>& radius) {
  std::vector<Vec3> out;
  for (const int32_t v : layout.kept) out.push_back(vertices[v]);
  for (std::size_t side = 0; side < 2; ++side) {
    for (const Vec3 d : layout.ball) out.push_back(center[side] + d * radius[side]);
  }
  return out;
}

Vec3 eye_middle(const LinearModel& model, const Vec3* positions, std::size_t first) {
  Vec3 sum;
  for (std::size_t l = first; l < first + 6; ++l) {
    sum += model.landmark(positions, l) * (1.0F / 6.0F);
  }
  return sum;
}

// The mean in eye distances from between the eyes.
struct Scale {
  Vec3 origin;
  float unit;  // eye distances a unit of the model
  explicit Scale(const LinearModel& model) {
    const Vec3 right = eye_middle(model, model.mean.data(), 36);
    const Vec3 left = eye_middle(model, model.mean.data(), 42);
    if (!(left.x > right.x)) {
      throw CompileError(model.path +
                         ": landmarks 42..47 (the left eye) are not to the subject's left of "
                         "36..41; x must grow to the subject's left, y up, z forward");
    }
    origin = (left + right) * 0.5F;
    unit = 1.0F / length(left - right);
  }
  Vec3 operator()(Vec3 p) const { return (p - origin) * unit; }
};

// Beside the landmarks the ears, the crown and the back of the head, where the model has them.
void add_anchors(const LinearModel& model, const std::vector<Vec3>& q, const Layout& layout,
                 std::vector<Vec3>& from, std::vector<Vec3>& to) {
  Vec3 ear[2];
  float count[2] = {};
  Vec3 crown{0, -1e9F, 0};
  Vec3 back{0, 0, 1e9F};
  std::vector<uint8_t> skin(q.size(), 0);
  for (std::size_t t = 0; t < layout.triangles.size(); ++t) {
    if (layout.part[t] != kSkin) continue;
    for (const int32_t v : layout.triangles[t]) skin[static_cast<std::size_t>(v)] = 1;
  }
  for (std::size_t v = 0; v < layout.kept.size(); ++v) {
    if (skin[v] == 0) continue;
    if (q[v].y > crown.y) crown = q[v];
    if (q[v].z < back.z && q[v].y > 0.0F) back = q[v];
    if (model.ear[static_cast<std::size_t>(layout.kept[v])] < 0.5F) continue;
    const std::size_t side = q[v].x > 0 ? 0 : 1;
    ear[side] += q[v];
    count[side] += 1.0F;
  }
  const auto add = [&](Vec3 a, Vec3 b) {
    from.push_back(a);
    to.push_back(b);
  };
  const Vec3 other{-kReferenceEar.x, kReferenceEar.y, kReferenceEar.z};
  if (count[0] > 0) add(ear[0] * (1.0F / count[0]), kReferenceEar);
  if (count[1] > 0) add(ear[1] * (1.0F / count[1]), other);
  // A face without the rest of its head has neither.
  if (crown.z < -0.8F) add({0, crown.y, crown.z}, kReferenceCrown);
  if (back.z < -2.0F) add({0, back.y, back.z}, kReferenceBack);
}

// Where the recipes should take each position to be: the mean, bent until its landmarks have the
// default head's places. q: the mean in eye distances.
std::vector<Vec3> canonical(const LinearModel& model, const std::vector<Vec3>& q,
                            const Layout& layout, const Scale& scale) {
  std::vector<Vec3> from;
  std::vector<Vec3> to;
  for (std::size_t l = 17; l < 68; ++l) {
    from.push_back(scale(model.landmark(model.mean.data(), l)));
    to.push_back(kReferenceLandmarks[l - 17]);
  }
  if (model.landmarks[8][0] >= 0) {
    from.push_back(scale(model.landmark(model.mean.data(), 8)));
    to.push_back(kReferenceChin);
  }
  add_anchors(model, q, layout, from, to);
  constexpr double kSmoothing = 0.02;
  const Warp warp(from, to, kSmoothing);
  std::vector<Vec3> out;
  for (const Vec3& p : q) out.push_back(warp(p));
  // Eyeballs stay spheres of their own size: the iris is measured on them.
  std::copy(q.begin() + static_cast<std::ptrdiff_t>(layout.kept.size()), q.end(),
            out.begin() + static_cast<std::ptrdiff_t>(layout.kept.size()));
  return out;
}

void add_chart(const std::vector<Vec3>& q, const Layout& layout, TensorWriter& writer) {
  // Seen from the front; the second half of the points serves what is no skin.
  std::vector<float> paint;
  for (const Vec3& p : q) paint.insert(paint.end(), {p.x, p.y});
  for (std::size_t v = 0; v < q.size(); ++v) paint.insert(paint.end(), {kFar, kFar});
  Triangles corners = layout.triangles;
  for (std::size_t t = 0; t < corners.size(); ++t) {
    if (layout.part[t] == kSkin) continue;
    for (int32_t& v : corners[t]) v += static_cast<int32_t>(q.size());
  }
  writer.add("paint", paint, {2 * q.size(), 2});
  writer.add("paint_triangles", flat(corners), {corners.size(), 3});
}

void add_mesh(const LinearModel& model, const Layout& layout, const Scale& scale,
              TensorWriter& writer) {
  std::vector<Vec3> base = place(layout, model.mean.data(), model.eye_center, model.eye_radius);
  std::vector<Vec3> q;
  for (const Vec3& p : base) q.push_back(scale(p));
  for (const std::size_t v : open_rim(layout.triangles, layout.part)) {
    if (q[v].y > -1.6F) continue;  // the rim of a face that has no back of the head
    base[v].y -= kLonger / scale.unit;
    q[v].y -= kLonger;
  }
  std::vector<uint8_t> ear;
  for (const int32_t v : layout.kept) {
    ear.push_back(static_cast<uint8_t>(model.ear[static_cast<std::size_t>(v)] * 255.0F + 0.5F));
  }
  ear.resize(layout.size(), 0);
  std::vector<int32_t> marks;
  for (const auto& pair : model.landmarks) {
    for (const int32_t v : pair) {
      marks.push_back(v < 0 ? -1 : layout.new_index[static_cast<std::size_t>(v)]);
    }
  }
  const std::vector<Vec3> fitted = canonical(model, q, layout, scale);
  writer.add("base", flat(base), {base.size(), 3});
  writer.add("canonical", flat(fitted), {fitted.size(), 3});
  writer.add("triangles", flat(layout.triangles), {layout.triangles.size(), 3});
  add_chart(fitted, layout, writer);
  writer.add("part", layout.part, {layout.part.size()});
  writer.add("occlusion", occlusion_bytes(q, layout.triangles, kDecimetres), {q.size()});
  writer.add("ear", ear, {ear.size()});
  writer.add("landmarks", marks, {68, 2});
}

// One target: `moves` times `factor`, without what hardly moves.
void add_moves(Sparse& sparse, const std::vector<Vec3>& moves, float factor, float smallest) {
  for (std::size_t v = 0; v < moves.size(); ++v) {
    const Vec3 d = moves[v] * factor;
    if (length(d) < smallest) continue;
    sparse.move(static_cast<int32_t>(v), {d.x, d.y, d.z});
  }
}

void add_shape(const LinearModel& model, const Layout& layout, const Scale& scale,
               TensorWriter& writer, Summary& summary) {
  Sparse sparse;
  std::string names;
  std::vector<int32_t> pairs;
  const std::size_t n = model.components();
  for (std::size_t k = 0; k < n; ++k) {
    const std::vector<Vec3> moves = place(layout, model.identity.data() + k * model.mean.size(),
                                          model.eye_center_basis[k], model.eye_radius_basis[k]);
    const std::string name = "component " + std::to_string(k);
    for (const float sign : {1.0F, -1.0F}) {
      add_moves(sparse, moves, sign * kDeviations, kSmallest / scale.unit);
      pairs.push_back(sparse.close(name + (sign > 0 ? " +" : " -")));
    }
    names += (k == 0 ? "" : "\n") + name;
  }
  std::vector<float> prior;
  for (std::size_t k = 0; k < n; ++k) prior.insert(prior.end(), {model.spread / kDeviations, 1.0F});
  writer.note("coefficient_names", names);
  writer.note("target_names", sparse.name_lines());
  writer.add("macro_target", std::vector<int32_t>(12, -1), {3, 2, 2});
  writer.add("coefficient_target", pairs, {n, 2});
  writer.add("coefficient_tie", std::vector<int32_t>(n, -1), {n});
  writer.add("coefficient_prior", prior, {n, 2});
  writer.add("target_offset", sparse.offset, {sparse.offset.size()});
  writer.add("target_index", sparse.index, {sparse.index.size()});
  writer.add("target_delta", sparse.delta, {sparse.index.size(), 3});
  summary.coefficients = n;
  summary.targets = sparse.names.size();
  summary.entries += sparse.index.size();
}

void add_units(const LinearModel& model, const Layout& layout, const Scale& scale,
               TensorWriter& writer, Summary& summary) {
  Sparse sparse;
  for (std::size_t u = 0; u < model.unit_names.size(); ++u) {
    const std::vector<Vec3> moves =
        place(layout, model.units.data() + u * model.mean.size(), {}, {});
    add_moves(sparse, moves, 1.0F, kSmallest / scale.unit);
    sparse.close(model.unit_names[u]);
  }
  writer.note("unit_names", sparse.name_lines());
  writer.add("unit_offset", sparse.offset, {sparse.offset.size()});
  writer.add("unit_index", sparse.index, {sparse.index.size()});
  writer.add("unit_delta", sparse.delta, {sparse.index.size(), 3});
  summary.units = sparse.names.size();
  summary.entries += sparse.index.size();
}

void check_landmarks(const LinearModel& model, const Layout& layout) {
  for (std::size_t l = 17; l < 68; ++l) {
    for (const int32_t v : model.landmarks[l]) {
      if (layout.new_index[static_cast<std::size_t>(v)] >= 0) continue;
      throw CompileError(model.path + ": landmark " + std::to_string(l) + " is vertex " +
                         std::to_string(v) +
                         ", which no triangle but those of the eyeballs uses; landmarks must lie "
                         "on the skin");
    }
  }
}

}  // namespace

Summary compile_linear(const LinearModel& model, const std::string& output) {
  const Layout layout = lay_out(model);
  check_landmarks(model, layout);
  const Scale scale(model);
  Summary summary{layout.size(), layout.triangles.size(), 0, 0, 0, 0};
  TensorWriter writer;
  writer.note("format", "synface-head");
  writer.note("version", "1");
  writer.note("model", model.model);
  writer.note("source", model.source);
  writer.note("licence", model.licence);
  add_mesh(model, layout, scale, writer);
  add_shape(model, layout, scale, writer, summary);
  add_units(model, layout, scale, writer, summary);
  writer.write(output);
  return summary;
}

}  // namespace synface::headc
