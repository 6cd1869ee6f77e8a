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

constexpr int kSamples = 4;
constexpr int kSubpixelBits = 8;
constexpr int kSubpixel = 1 << kSubpixelBits;  // fixed-point steps a pixel
// Rotated grid, in steps from the pixel's upper left corner. Functions, because a kernel of the GPU
// sees no table of the CPU's.
SYNFACE_BODY constexpr int32_t sample_x(int sample) {
  return static_cast<int32_t>((0xA020E060U >> (8 * sample)) & 255U);
}
SYNFACE_BODY constexpr int32_t sample_y(int sample) {
  return 32 + 64 * sample;
}
constexpr int32_t kSampleX[kSamples] = {sample_x(0), sample_x(1), sample_x(2), sample_x(3)};
constexpr int32_t kSampleY[kSamples] = {sample_y(0), sample_y(1), sample_y(2), sample_y(3)};

// A corner on the screen: fixed point, x to the right and y down; depth grows towards the viewer
// and is linear on the screen (1 / distance).
struct ScreenVertex {
  int32_t x = 0, y = 0;
  float depth = 0;
};

// Triangles, whose indices are their ids, into the samples of an image. A pixel's samples follow
// each other; a row of pixels is `stride` >= width + kSpare pixels long, so that vectors may reach
// over its end.
constexpr int kSpare = kMostLanes / kSamples - 1;
struct RasterArgs {
  const ScreenVertex* vertices;
  const int32_t* triangles;  // [count, 3]
  int32_t count, both_sides_from;
  int32_t height, width;
  std::size_t stride;
  int32_t* ids;   // [height, stride, kSamples]
  float* depths;  // the same
};

// Colour of `count` fragments; their arrays have room up to a multiple of kMostLanes. A row of
// `attributes` is one vertex: pixel position, 1 / distance, normal, texture coordinates.
constexpr std::size_t kTexturedAttributes = 8;
struct TexturedArgs {
  std::size_t count;
  const int32_t* triangle;
  const float *x, *y;        // where in the image
  const int32_t* triangles;  // [T, 3]
  const float* attributes;   // [V, kTexturedAttributes]
  const Vec3* light;         // [9], as in SphericalLight
  const uint32_t* texels;    // as in Texture
  const int32_t* offsets;
  int32_t size, levels;
  float *red, *green, *blue;  // 0..1; written
};

// lanes: 1, or a power of two from 4 to the widest.
struct Kernels {
  Isa isa;
  int lanes;  // of the widest vector: 4, 8 or 16 floats
  void (*shape)(const ShapeArgs& args, int lanes);
  void (*place)(const PlaceArgs& args, int lanes);
  void (*raster)(const RasterArgs& args);
  void (*textured)(const TexturedArgs& args);
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
