// What is computed many at a time, compiled once for each instruction set and chosen at run time.
//
// SAME BITS EVERYWHERE. One source (the .inc files) serves all instruction sets. Every person,
// triangle, sample or fragment is a lane of its own: no sum runs across lanes, no product is
// contracted into an addition, so that the width of the vectors changes no result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/math.h"

namespace synface::morphable {

enum class Isa : uint8_t { kPortable, kAvx2, kAvx512 };

// One displacement: position += weight of its row * (x, y, z).
struct Displacement {
  uint32_t row;
  float x, y, z;
};
// The targets by vertex: displacements offset[v] .. offset[v + 1] - 1 move vertex v. Weights are
// [rows, lanes], positions [V, 3, lanes].
struct ShapeArgs {
  std::size_t vertices;
  const Vec3* base;  // [V]
  const uint32_t* offset;
  const Displacement* displacements;
  const float* weights;
  float* positions;  // written
};

// Positions and normals are [V, 3, lanes], origin [3, lanes], unit [lanes].
struct PlaceArgs {
  std::size_t vertices, triangle_count;
  const int32_t* triangles;    // [triangle_count, 3]
  const float *origin, *unit;  // positions become (positions - origin) * unit
  float *positions, *normals;  // normals: area-weighted, of unit length; written
};

constexpr int kMostLanes = 16;

// lanes: 1, or a power of two from 4 to the widest.
struct Kernels {
  Isa isa;
  int lanes;  // of the widest vector: 4, 8 or 16 floats
  void (*shape)(const ShapeArgs& args, int lanes);
  void (*place)(const PlaceArgs& args, int lanes);
};

extern const Kernels kKernelsPortable;
#if defined(__x86_64__)
extern const Kernels kKernelsAvx2;
extern const Kernels kKernelsAvx512;
#endif

// The kernels of each instruction set that this processor has, the widest last.
std::vector<const Kernels*> usable_kernels();
// The widest.
const Kernels& best_kernels();

}  // namespace synface::morphable
