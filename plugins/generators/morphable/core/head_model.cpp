#include "core/head_model.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/safetensors.h"
#include "core/tensor_rows.h"

namespace synface::morphable {
namespace {

std::vector<Corners> read_corners(const TensorFile& file, const char* name, std::size_t count,
                                  std::size_t vertices) {
  const std::vector<int32_t> flat = file.i32(name, {count, 3});
  check_range(file, name, flat, 0, vertices);
  std::vector<Corners> out(flat.size() / 3);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = {flat[3 * i], flat[3 * i + 1], flat[3 * i + 2]};
  }
  return out;
}

Targets read_targets(const TensorFile& file, const std::string& prefix, std::size_t vertices) {
  Targets t;
  t.offset = file.i32(prefix + "_offset", {0});
  t.index = file.i32(prefix + "_index", {0});
  t.delta = triples(file.f32(prefix + "_delta", {t.index.size(), 3}));
  check_range(file, (prefix + "_index").c_str(), t.index, 0, vertices);
  const bool framed = !t.offset.empty() && t.offset.front() == 0 &&
                      static_cast<std::size_t>(t.offset.back()) == t.index.size();
  if (!framed || !std::is_sorted(t.offset.begin(), t.offset.end())) {
    file.fail("tensor '" + prefix + "_offset' does not cut the targets");
  }
  return t;
}

std::vector<Coefficient> read_coefficients(const TensorFile& file, std::size_t targets) {
  const std::vector<std::string> names = lines(file.note("coefficient_names"));
  const std::size_t n = names.size();
  const std::vector<int32_t> pairs = file.i32("coefficient_target", {n, 2});
  const std::vector<int32_t> tie = file.i32("coefficient_tie", {n});
  const std::vector<float> prior = file.f32("coefficient_prior", {n, 2});
  check_range(file, "coefficient_target", pairs, -1, targets);
  check_range(file, "coefficient_tie", tie, -1, n);
  std::vector<Coefficient> out;
  for (std::size_t i = 0; i < n; ++i) {
    out.push_back(
        {names[i], pairs[2 * i], pairs[2 * i + 1], tie[i], prior[2 * i], prior[2 * i + 1]});
    const float sigma = prior[2 * i];
    const float limit = prior[2 * i + 1];
    if (!(sigma > 0.0F && limit >= sigma && limit <= 1.0F)) {
      file.fail("coefficient '" + names[i] +
                "' has no usable prior: 0 < sigma <= limit <= 1 is needed");
    }
  }
  return out;
}

void read_mesh(const TensorFile& file, HeadModel& head) {
  head.base = triples(file.f32("base", {0, 3}));
  const std::size_t vertices = head.base.size();
  head.canonical = triples(file.f32("canonical", {vertices, 3}));
  for (const auto& [name, to] : {std::pair{"occlusion", &head.occlusion}, {"ear", &head.ear}}) {
    for (const uint8_t v : file.u8(name, {vertices})) {
      to->push_back(static_cast<float>(v) / 255.0F);
    }
  }
  const std::vector<float> paint = file.f32("paint", {0, 2});
  for (std::size_t i = 0; i < paint.size() / 2; ++i) {
    head.paint.push_back({paint[2 * i], paint[2 * i + 1]});
  }
  head.triangles = read_corners(file, "triangles", 0, vertices);
  const std::size_t triangles = head.triangles.size();
  head.paint_triangles = read_corners(file, "paint_triangles", triangles, head.paint.size());
  for (const uint8_t p : file.u8("part", {triangles})) {
    if (p >= static_cast<uint8_t>(Part::kHair)) file.fail("tensor 'part' has an unknown part");
    head.part.push_back(static_cast<Part>(p));
  }
}

void read_landmarks(const TensorFile& file, HeadModel& head) {
  const std::vector<int32_t> flat = file.i32("landmarks", {68, 2});
  check_range(file, "landmarks", flat, -1, head.base.size());
  std::vector<Vec2> paint_of(head.base.size());
  for (std::size_t t = 0; t < head.triangles.size(); ++t) {
    if (head.part[t] != Part::kSkin) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      paint_of[static_cast<std::size_t>(head.triangles[t][c])] =
          head.paint[static_cast<std::size_t>(head.paint_triangles[t][c])];
    }
  }
  for (std::size_t l = 0; l < 68; ++l) {
    head.landmarks[l] = {flat[2 * l], flat[2 * l + 1]};
    const bool present = flat[2 * l] >= 0 && flat[2 * l + 1] >= 0;
    if (l >= 17 && !present) file.fail("landmark " + std::to_string(l) + " is missing");
    if (!present) continue;
    const Vec2 p = paint_of[static_cast<std::size_t>(flat[2 * l])];
    const Vec2 q = paint_of[static_cast<std::size_t>(flat[2 * l + 1])];
    head.landmark_paint[l] = {0.5F * (p.x + q.x), 0.5F * (p.y + q.y)};
  }
}

// Brows, lids and lips are painted along curves through landmarks, which must follow each other.
void check_curves(const TensorFile& file, const HeadModel& head) {
  constexpr float kApart = 1e-3F;
  const std::initializer_list<std::size_t> curves[] = {{21, 20, 19, 18, 17},
                                                       {39, 38, 37, 36},
                                                       {39, 40, 41, 36},
                                                       {48, 49, 50, 51, 52, 53, 54},
                                                       {48, 59, 58, 57, 56, 55, 54}};
  for (const auto& curve : curves) {
    const bool lip = *curve.begin() == 48;  // the others run outwards on the subject's right
    for (const std::size_t* l = curve.begin(); l + 1 != curve.end(); ++l) {
      const float step = head.landmark_paint[l[1]].x - head.landmark_paint[l[0]].x;
      if ((lip ? step : -step) >= kApart) continue;
      file.fail("has landmarks " + std::to_string(l[0]) + " and " + std::to_string(l[1]) +
                " that do not follow each other in 'paint' (68-point scheme)");
    }
  }
}

// Eye distances are the unit of everything that is drawn.
void check_scale(const TensorFile& file, HeadModel& head) {
  const auto eye = [&](const std::vector<Vec3>& positions, std::size_t first) {
    Vec3 sum;
    for (std::size_t l = first; l < first + 6; ++l) sum += head.landmark(positions, l);
    return sum * (1.0F / 6.0F);
  };
  constexpr float kReach = 50.0F;  // eye distances that a head may span
  for (const auto& [name, positions] :
       {std::pair{"base", &head.base}, {"canonical", &head.canonical}}) {
    const Vec3 right = eye(*positions, 36);
    const Vec3 left = eye(*positions, 42);
    const float apart = left.x - right.x;
    float reach = 0;
    for (const Vec3& p : *positions) reach = std::max(reach, length(p - (left + right) * 0.5F));
    if (positions == &head.base) head.eye_distance = apart;
    if (apart > 0.0F && reach <= kReach * apart && reach >= apart) continue;
    file.fail(
        std::string("has no face in '") + name +
        "': the eyes' landmarks are not side by side, the subject's left (42..47) at larger x");
  }
}

void check_moves(const TensorFile& file, const Targets& targets, const char* prefix,
                 float eye_distance) {
  constexpr float kFarthest = 20.0F;  // eye distances
  for (const Vec3& d : targets.delta) {
    if (length(d) <= kFarthest * eye_distance) continue;
    file.fail(std::string("tensor '") + prefix +
              "_delta' moves a position by over 20 eye distances");
  }
}

// Both sides of a tied pair draw once; a tie that is not mutual would leave one undrawn.
void check_ties(const TensorFile& file, const std::vector<Coefficient>& coefficients) {
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    const int32_t tie = coefficients[i].tie;
    if (tie < 0) continue;
    const auto other = static_cast<std::size_t>(tie);
    const bool mutual = other != i && coefficients[other].tie == static_cast<int32_t>(i);
    if (mutual && coefficients[i].negative >= 0 && coefficients[other].negative >= 0) continue;
    file.fail("coefficient '" + coefficients[i].name +
              "' is tied to one that is not tied to it, or is one-sided");
  }
}

void find_eyes(const TensorFile& file, HeadModel& head) {
  for (std::size_t t = 0; t < head.triangles.size(); ++t) {
    if (head.part[t] != Part::kLeftEye && head.part[t] != Part::kRightEye) continue;
    auto& list = head.eye_vertices[head.part[t] == Part::kLeftEye ? 0 : 1];
    list.insert(list.end(), head.triangles[t].begin(), head.triangles[t].end());
  }
  for (auto& list : head.eye_vertices) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    if (list.size() < 8) file.fail("has no eyeballs (parts 3 and 4)");
  }
  // An iris is as wide in all people, 11.7 mm (0.19 eye distances), while the balls of head models
  // differ in size.
  constexpr float kIrisRadius = 0.0952F;
  const std::vector<int32_t>& list = head.eye_vertices[0];
  const float share = 1.0F / static_cast<float>(list.size());
  Vec3 center;
  for (const int32_t v : list) center += head.canonical[static_cast<std::size_t>(v)] * share;
  float radius = 0;
  for (const int32_t v : list) {
    radius += length(head.canonical[static_cast<std::size_t>(v)] - center) * share;
  }
  if (!(radius > 1.2F * kIrisRadius) || radius > 1.0F) {
    file.fail("has eyeballs (part 3) of radius " + std::to_string(radius) +
              " eye distances in 'canonical', which is no eye");
  }
  head.iris_sine = kIrisRadius / radius;
}

}  // namespace

void Targets::add(std::size_t target, float weight, std::vector<Vec3>& positions) const {
  const auto end = static_cast<std::size_t>(offset[target + 1]);
  for (auto e = static_cast<std::size_t>(offset[target]); e < end; ++e) {
    positions[static_cast<std::size_t>(index[e])] += delta[e] * weight;
  }
}

namespace {

HeadModel head_of(const TensorFile& file) {
  if (file.note("format") != "synface-head") file.fail("is no head model");
  if (file.note("version") != "1") {
    file.fail("has format version " + file.note("version") + ", this plugin reads version 1");
  }
  HeadModel head;
  head.model = file.note("model");
  head.licence = file.note("licence");
  read_mesh(file, head);
  read_landmarks(file, head);
  check_scale(file, head);
  check_curves(file, head);
  find_eyes(file, head);
  head.targets = read_targets(file, "target", head.base.size());
  head.coefficients = read_coefficients(file, head.targets.size());
  check_ties(file, head.coefficients);
  check_moves(file, head.targets, "target", head.eye_distance);
  const std::vector<int32_t> macro = file.i32("macro_target", {3, 2, 2});
  check_range(file, "macro_target", macro, -1, head.targets.size());
  std::copy(macro.begin(), macro.end(), head.macro_target.begin());
  head.units = read_targets(file, "unit", head.base.size());
  check_moves(file, head.units, "unit", head.eye_distance);
  head.unit_names = lines(file.note("unit_names"));
  if (head.unit_names.size() != head.units.size()) file.fail("has another number of unit names");
  return head;
}

}  // namespace

HeadModel HeadModel::read(const std::string& path) {
  return head_of(TensorFile(path));
}
HeadModel HeadModel::parse(std::string bytes, const std::string& path) {
  return head_of(TensorFile(std::move(bytes), path));
}

int HeadModel::unit(const char* name) const {
  const auto at = std::find(unit_names.begin(), unit_names.end(), name);
  return at == unit_names.end() ? -1 : static_cast<int>(at - unit_names.begin());
}

}  // namespace synface::morphable
