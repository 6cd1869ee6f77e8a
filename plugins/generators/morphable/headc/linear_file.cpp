// The two files that a linear model is read from.
#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "core/safetensors.h"
#include "core/tensor_rows.h"
#include "headc/cut.h"
#include "headc/linear.h"

namespace synface::headc {
namespace {

using morphable::check_range;
using morphable::lines;
using morphable::TensorFile;
using morphable::triples;
using morphable::Vec3;

constexpr morphable::TensorFileKind kLinearKind{
    "linear head model", "write it again as HEAD_MODEL.md says (\"Bring your own linear model\")"};
constexpr morphable::TensorFileKind kIctKind{
    "ICT face model", "it must be a whole file of the format `ict-face-model 1`"};
constexpr float kBallRadius = 0.24F;  // eye distances, where a model says nothing of its eyes

std::vector<std::array<int32_t, 3>> corners(const std::vector<int32_t>& flat) {
  std::vector<std::array<int32_t, 3>> out(flat.size() / 3);
  for (std::size_t t = 0; t < out.size(); ++t)
    out[t] = {flat[3 * t], flat[3 * t + 1], flat[3 * t + 2]};
  return out;
}

// The strings of a JSON list that has nothing else.
std::vector<std::string> quoted(const std::string& list) {
  std::vector<std::string> out;
  for (std::size_t at = list.find('"'); at != std::string::npos; at = list.find('"', at)) {
    const std::size_t end = list.find('"', at + 1);
    if (end == std::string::npos) break;
    out.push_back(list.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return out;
}

Vec3 mean_landmarks(const LinearModel& model, const Vec3* positions, std::size_t first) {
  Vec3 sum;
  for (std::size_t l = first; l < first + 6; ++l) {
    sum += model.landmark(positions, l) * (1.0F / 6.0F);
  }
  return sum;
}

// Eyeballs that a file says nothing of lie behind the lids' landmarks and move with them.
void guess_eyes(LinearModel& model) {
  const std::size_t first[2] = {42, 36};
  const Vec3 left = mean_landmarks(model, model.mean.data(), 42);
  const Vec3 right = mean_landmarks(model, model.mean.data(), 36);
  const float radius = kBallRadius * length(left - right);
  for (std::size_t side = 0; side < 2; ++side) {
    // The ball's front stands before the lids' plane by a fifth of its radius.
    model.eye_center[side] = (side == 0 ? left : right) + Vec3{0, 0, -0.8F * radius};
    model.eye_radius[side] = radius;
  }
  for (std::size_t k = 0; k < model.components(); ++k) {
    const Vec3* moves = model.identity.data() + k * model.mean.size();
    const float wider = dot(mean_landmarks(model, moves, 42) - mean_landmarks(model, moves, 36),
                            normalized(left - right));
    const float grown = kBallRadius * wider;  // the ball keeps its size in eye distances
    std::array<Vec3, 2> shift;
    for (std::size_t side = 0; side < 2; ++side) {
      shift[side] = mean_landmarks(model, moves, first[side]) + Vec3{0, 0, -0.8F * grown};
    }
    model.eye_center_basis.push_back(shift);
    model.eye_radius_basis.push_back({grown, grown});
  }
}

void read_eyes(const TensorFile& file, LinearModel& model) {
  const std::size_t n = model.components();
  const std::vector<Vec3> center = triples(file.reals("eye_center", {2, 3}));
  const std::vector<float> radius = file.reals("eye_radius", {2});
  const std::vector<Vec3> shift = triples(file.reals("eye_center_identity_basis", {n, 2, 3}));
  const std::vector<float> grown = file.reals("eye_radius_identity_basis", {n, 2});
  for (std::size_t side = 0; side < 2; ++side) {
    if (!(radius[side] > 0.0F)) {
      file.fail("tensor 'eye_radius' has the radius " + std::to_string(radius[side]) +
                "; it must be positive");
    }
    model.eye_center[side] = center[side];
    model.eye_radius[side] = radius[side];
  }
  for (std::size_t k = 0; k < n; ++k) {
    model.eye_center_basis.push_back({shift[2 * k], shift[2 * k + 1]});
    model.eye_radius_basis.push_back({grown[2 * k], grown[2 * k + 1]});
  }
}

void read_landmarks(const TensorFile& file, LinearModel& model, const std::vector<int32_t>& flat) {
  for (std::size_t l = 0; l < 68; ++l) {
    model.landmarks[l] = {flat[2 * l], flat[2 * l + 1]};
    if (std::min(flat[2 * l], flat[2 * l + 1]) >= 0) continue;
    if (l >= 17)
      file.fail("has no landmark " + std::to_string(l) + " (jaw points alone may be -1)");
    model.landmarks[l] = {-1, -1};
  }
}

// Units that the model has on each side, of which ARKit has one.
std::string arkit_name(const std::string& name) {
  const std::size_t n = name.size();
  if (n < 2 || name[n - 2] != '_') return name;
  const std::string stem = name.substr(0, n - 2);
  if (stem == "browInnerUp" || stem == "cheekPuff") return stem;
  return stem + (name[n - 1] == 'L' ? "Left" : "Right");
}

void add_unit(LinearModel& model, const std::string& name, const Vec3* moves) {
  const std::size_t vertices = model.mean.size();
  const auto at = std::find(model.unit_names.begin(), model.unit_names.end(), name);
  if (at == model.unit_names.end()) {
    model.unit_names.push_back(name);
    model.units.insert(model.units.end(), moves, moves + vertices);
    return;
  }
  Vec3* sum =
      model.units.data() + static_cast<std::size_t>(at - model.unit_names.begin()) * vertices;
  for (std::size_t v = 0; v < vertices; ++v) sum[v] += moves[v];
}

// The region of the ears ends before their lobes and roots: two more rings of triangles belong.
void widen_ears(LinearModel& model) {
  for (const float level : {1.0F, 0.5F}) {
    const std::vector<float> before = model.ear;
    for (const auto& corners_of : model.triangles) {
      float most = 0;
      for (const int32_t v : corners_of) most = std::max(most, before[static_cast<std::size_t>(v)]);
      for (const int32_t v : corners_of) {
        float& ear = model.ear[static_cast<std::size_t>(v)];
        ear = std::max(ear, level * most);
      }
    }
  }
}

// Wide smiles press the lips through the teeth where these lie as deep as in the source.
void set_teeth_back(LinearModel& model) {
  constexpr float kDeeper = 0.35F;  // cm
  constexpr float kNarrower = 0.94F;
  std::vector<uint8_t> done(model.mean.size(), 0);
  for (std::size_t t = 0; t < model.triangles.size(); ++t) {
    if (model.part[t] != kTeeth && model.part[t] != kTongue) continue;
    for (const int32_t v : model.triangles[t]) {
      if (done[static_cast<std::size_t>(v)] != 0) continue;
      done[static_cast<std::size_t>(v)] = 1;
      Vec3& p = model.mean[static_cast<std::size_t>(v)];
      p = {p.x * kNarrower, p.y, p.z - kDeeper};
    }
  }
}

void read_shape(const TensorFile& file, LinearModel& model) {
  model.mean = triples(file.reals("mean", {0, 3}));
  model.identity = triples(file.reals("identity_basis", {0, model.mean.size(), 3}));
  if (model.mean.empty() || model.identity.empty()) file.fail("has no vertices or no components");
}

}  // namespace

LinearModel read_linear(const std::string& path) {
  const TensorFile file(path, kLinearKind);
  if (file.note("format") != "synface-linear") file.fail("is no linear head model");
  if (file.note("version") != "1") {
    file.fail("has format version " + file.note("version") + ", this program reads version 1");
  }
  LinearModel model;
  model.path = path;
  model.model = file.note("model");
  model.source = file.note("source");
  model.licence = file.note("licence");
  read_shape(file, model);
  const std::size_t vertices = model.mean.size();
  const std::vector<int32_t> triangles = file.indices("triangles", {0, 3});
  check_range(file, "triangles", triangles, 0, vertices);
  model.triangles = corners(triangles);
  model.part = file.has("part") ? file.u8("part", {model.triangles.size()})
                                : std::vector<uint8_t>(model.triangles.size(), kSkin);
  for (const uint8_t p : model.part) {
    if (p > kTongue) file.fail("tensor 'part' has the unknown part " + std::to_string(p));
  }
  model.ear = file.has("ear") ? file.reals("ear", {vertices}) : std::vector<float>(vertices, 0.0F);
  for (float& e : model.ear) e = morphable::clamp(e, 0.0F, 1.0F);
  const std::vector<int32_t> marks = file.indices("landmarks", {68, 2});
  check_range(file, "landmarks", marks, -1, vertices);
  read_landmarks(file, model, marks);
  if (file.has("expression_basis")) {
    const std::vector<std::string> names = lines(file.note("expression_names"));
    const std::vector<Vec3> moves =
        triples(file.reals("expression_basis", {names.size(), vertices, 3}));
    for (std::size_t u = 0; u < names.size(); ++u) {
      add_unit(model, names[u], moves.data() + u * vertices);
    }
  }
  if (file.has("eye_center")) {
    read_eyes(file, model);
  } else {
    guess_eyes(model);
  }
  return model;
}

LinearModel read_ict(const std::string& path) {
  const TensorFile file(path, kIctKind);
  if (file.note("format") != "ict-face-model 1") {
    file.fail("has the format '" + file.note("format") + "'");
  }
  LinearModel model;
  model.path = path;
  model.model = "ICT face model (USC Institute for Creative Technologies), reduced";
  model.source =
      file.note("source") + ", commit " + file.note("source_commit") + "; Li et al., CVPR 2020";
  model.licence = file.note("license");
  read_shape(file, model);
  const std::size_t vertices = model.mean.size();
  const std::vector<int32_t> position = file.indices("vertex_position", {0});
  check_range(file, "vertex_position", position, 0, vertices);
  std::vector<int32_t> triangles = file.indices("triangles", {0, 3});
  check_range(file, "triangles", triangles, 0, position.size());
  for (int32_t& v : triangles) v = position[static_cast<std::size_t>(v)];
  model.triangles = corners(triangles);
  // face, head and neck, ears, eyeballs, teeth, inside of the mouth, gums and tongue, sockets
  constexpr uint8_t kPartOf[] = {kSkin,  kSkin,  kSkin,   kLeftEye, kRightEye,
                                 kTeeth, kMouth, kTongue, kSocket};
  constexpr uint8_t kEars = 2;
  model.ear.assign(vertices, 0.0F);
  const std::vector<uint8_t> region = file.u8("triangle_region", {model.triangles.size()});
  for (std::size_t t = 0; t < region.size(); ++t) {
    if (region[t] >= std::size(kPartOf))
      file.fail("tensor 'triangle_region' has an unknown region");
    model.part.push_back(kPartOf[region[t]]);
    if (region[t] != kEars) continue;
    for (const int32_t v : model.triangles[t]) model.ear[static_cast<std::size_t>(v)] = 1.0F;
  }
  widen_ears(model);
  set_teeth_back(model);
  model.spread = 0.9F;  // as spread as the scans that the default head's prior was fitted to
  const std::vector<int32_t> marks = file.indices("landmarks68", {68});
  check_range(file, "landmarks68", marks, 0, vertices);
  std::vector<int32_t> pairs;
  for (const int32_t v : marks) pairs.insert(pairs.end(), {v, v});
  read_landmarks(file, model, pairs);
  const std::vector<std::string> names = quoted(file.note("expression_names"));
  const std::vector<Vec3> moves =
      triples(file.reals("expression_basis", {names.size(), vertices, 3}));
  for (std::size_t u = 0; u < names.size(); ++u) {
    add_unit(model, arkit_name(names[u]), moves.data() + u * vertices);
  }
  read_eyes(file, model);
  return model;
}

}  // namespace synface::headc
