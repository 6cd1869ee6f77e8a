// The morphable head in memory; HEAD_MODEL.md is the file's documentation.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/math.h"

namespace synface::morphable {

enum class Part : uint8_t {
  kSkin,
  kMouth,
  kSocket,
  kLeftEye,
  kRightEye,
  kTeeth,
  kTongue,
  kHair,
  kLock,
  kCloth,
  kFrame,
  kFlesh
};  // from kHair on: what is worn

struct Vec2 {
  float x = 0, y = 0;
};
using Corners = std::array<int32_t, 3>;

// Sparse displacements of many targets: those of target t are the entries offset[t] ..
// offset[t + 1] - 1.
struct Targets {
  std::vector<int32_t> offset, index;
  std::vector<Vec3> delta;

  std::size_t size() const { return offset.empty() ? 0 : offset.size() - 1; }
  // positions += weight * target
  void add(std::size_t target, float weight, std::vector<Vec3>& positions) const;
};

// c >= 0 adds c * positive, c < 0 adds -c * negative; without `negative` c is in 0..1.
struct Coefficient {
  std::string name;
  int32_t positive = -1, negative = -1, tie = -1;
  float sigma = 0, limit = 0;
};

struct HeadModel {
  std::string model, licence;
  std::vector<Vec3> base;                // [V] file units; x to the subject's left, y up, z forward
  std::vector<Vec3> canonical;           // [V] mean adult, eye distances from between the eyes
  std::vector<float> occlusion, ear;     // [V] 0..1
  std::vector<Corners> triangles;        // [T] counter-clockwise from outside
  std::vector<Corners> paint_triangles;  // [T] the same corners in `paint`
  std::vector<Vec2> paint;  // [M] (a, b): eye distances in the UV chart, eyes (+-.5, 0)
  std::vector<Part> part;   // [T]
  std::array<std::array<int32_t, 2>, 68> landmarks;  // mean of two vertices; -1: does not exist
  std::array<Vec2, 68> landmark_paint;               // where the landmarks lie in the chart
  std::array<int32_t, 12> macro_target;  // (african, asian, caucasian) x (female, male) x (young,
                                         // old)
  std::vector<Coefficient> coefficients;
  Targets targets;
  std::vector<std::string> unit_names;  // ARKit face units
  Targets units;
  std::array<std::vector<int32_t>, 2> eye_vertices;  // left, right
  float eye_distance = 0;                            // of `base`, file units
  float iris_sine = 0;  // of half the angle that the iris spans on the eyeball

  // HeadError naming the file and the remedy.
  static HeadModel read(const std::string& path);
  // The same from the bytes of a file; `path` is for the messages.
  static HeadModel parse(std::string bytes, const std::string& path);
  // Index of a face unit, -1 when the model has it not.
  int unit(const char* name) const;

  Vec3 landmark(const std::vector<Vec3>& positions, std::size_t l) const {
    return (positions[static_cast<std::size_t>(landmarks[l][0])] +
            positions[static_cast<std::size_t>(landmarks[l][1])]) *
           0.5F;
  }
};

}  // namespace synface::morphable
