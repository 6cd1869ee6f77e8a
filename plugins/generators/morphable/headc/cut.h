// The part of the base mesh that the generator draws.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "headc/obj.h"

namespace synface::headc {

// Numbers of `part` in the head model.
enum Part : uint8_t { kSkin, kMouth, kSocket, kLeftEye, kRightEye, kTeeth, kTongue };

struct Cut {
  std::vector<int32_t> new_index;                    // per vertex of the base mesh, -1: not kept
  std::vector<uint32_t> kept;                        // old index of each kept vertex
  std::vector<std::array<int32_t, 3>> triangles;     // new vertex indices, counter-clockwise
  std::vector<std::array<int32_t, 3>> uv_triangles;  // the same corners in `paint`
  std::vector<uint8_t> part;                         // per triangle
  std::vector<std::array<float, 2>> paint;           // (a, b) of HEAD_MODEL.md
  std::size_t body_quads = 0;
};

// `average` is the mean adult, by which the neck is cut.
Cut cut_head(const Mesh& mesh, const std::vector<Point>& average);

}  // namespace synface::headc
