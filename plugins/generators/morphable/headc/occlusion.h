// Ambient occlusion per vertex.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/math.h"

namespace synface::headc {

// Share of the cosine-weighted sky that each vertex sees, 0..1: 128 directions of a Fibonacci
// sphere, one orthographic depth buffer each.
std::vector<float> ambient_occlusion(const std::vector<morphable::Vec3>& positions,
                                     const std::vector<std::array<int32_t, 3>>& triangles);

}  // namespace synface::headc
