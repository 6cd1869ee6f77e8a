// Linear statistical heads (BFM, FLAME, ICT ...): mean + sum of a_k x basis_k, a_k ~ N(0, 1).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/math.h"
#include "headc/compile.h"

namespace synface::headc {

// What a linear model must bring; HEAD_MODEL.md, "Bring your own linear model". V vertices, T
// triangles, K components, U face units. Any unit of length; x to the subject's left, y up, z
// forward.
struct LinearModel {
  std::string path;  // for the messages
  std::string model, source, licence;
  std::vector<morphable::Vec3> mean;                   // [V]
  std::vector<std::array<int32_t, 3>> triangles;       // [T] counter-clockwise from outside
  std::vector<uint8_t> part;                           // [T] numbers of `part` in the head model
  std::vector<float> ear;                              // [V] 0..1
  std::array<std::array<int32_t, 2>, 68> landmarks{};  // mean of two vertices; -1: jaw points only
  float spread = 1.0F;  // standard deviation of a_k that the head model draws with; below 1: tamer
  std::vector<morphable::Vec3> identity;  // [K x V] displacement at one deviation
  std::vector<std::string> unit_names;    // U, as ARKit names them
  std::vector<morphable::Vec3> units;     // [U x V] displacement at weight 1
  // Eyeballs as spheres: left, right; the bases [K x 2] move them with the identity.
  std::array<morphable::Vec3, 2> eye_center{};
  std::array<float, 2> eye_radius{};
  std::vector<std::array<morphable::Vec3, 2>> eye_center_basis;
  std::vector<std::array<float, 2>> eye_radius_basis;

  std::size_t components() const { return mean.empty() ? 0 : identity.size() / mean.size(); }
  // Of displaced or mean positions.
  morphable::Vec3 landmark(const morphable::Vec3* positions, std::size_t l) const {
    return (positions[static_cast<std::size_t>(landmarks[l][0])] +
            positions[static_cast<std::size_t>(landmarks[l][1])]) *
           0.5F;
  }
};

// Files of the formats `synface-linear 1` (HEAD_MODEL.md) and `ict-face-model 1` (the ICT face
// model, Li et al., CVPR 2020, reduced). HeadError that names the file and the array at fault.
LinearModel read_linear(const std::string& path);
LinearModel read_ict(const std::string& path);

// Writes the head model: spheres in place of the model's own eyeballs, occlusion, the chart and the
// canonical positions fitted to the default head's by the landmarks, signed targets, face units.
// CompileError when the file cannot be written or the landmarks are unusable.
Summary compile_linear(const LinearModel& model, const std::string& output);

}  // namespace synface::headc
