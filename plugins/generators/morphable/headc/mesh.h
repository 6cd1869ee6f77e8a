// What every compiled head needs of its mesh.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/math.h"

namespace synface::headc {

using Triangles = std::vector<std::array<int32_t, 3>>;

// Vertices on open borders of the skin, the mouth's inside and the sockets: their edges have one
// triangle.
std::vector<std::size_t> open_rim(const Triangles& triangles, const std::vector<uint8_t>& part);

// Ambient occlusion as the head model stores it, 0..255. `scale`: decimetres a unit of length.
std::vector<uint8_t> occlusion_bytes(const std::vector<morphable::Vec3>& positions,
                                     const Triangles& triangles, float scale);

std::vector<float> flat(const std::vector<morphable::Vec3>& points);
std::vector<int32_t> flat(const Triangles& rows);

// Sparse displacements of many targets, one after the other (compressed rows).
struct Sparse {
  std::vector<std::string> names;
  std::vector<int32_t> offset{0};
  std::vector<int32_t> index;
  std::vector<float> delta;

  void move(int32_t vertex, const std::array<float, 3>& by) {
    index.push_back(vertex);
    delta.insert(delta.end(), by.begin(), by.end());
  }
  // Ends a target; its number.
  int32_t close(const std::string& name) {
    names.push_back(name);
    offset.push_back(static_cast<int32_t>(index.size()));
    return static_cast<int32_t>(names.size()) - 1;
  }
  std::string name_lines() const;
};

}  // namespace synface::headc
