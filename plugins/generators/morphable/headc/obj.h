// The base mesh (base.obj), targets and the mirror table, as they lie in the wheel.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace synface::headc {

using Point = std::array<double, 3>;

struct Quad {
  std::array<uint32_t, 4> vertex;
  std::array<uint32_t, 4> uv;
};
struct Group {
  std::string name;
  std::vector<Quad> quads;
};
struct Mesh {
  std::vector<Point> positions;            // decimetres: x to the subject's left, y up, z forward
  std::vector<std::array<double, 2>> uvs;  // v up
  std::vector<Group> groups;               // in the order of first appearance, merged by name

  const Group& group(const std::string& name) const;  // CompileError when absent
};
struct Move {
  uint32_t vertex;
  Point delta;
};

Mesh read_obj(const std::string& path);
std::vector<Move> read_target(const std::string& path, std::size_t vertices);
// mirror[v]: the vertex at the mirrored position.
std::vector<uint32_t> read_mirror(const std::string& path, std::size_t vertices);

}  // namespace synface::headc
