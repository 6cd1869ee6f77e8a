// One lock of hair: a strip along a line that tapers to a point, with the shading of a rounded one.
#pragma once

#include "core/outfit.h"

namespace synface::morphable {

struct LockLine {
  static constexpr std::size_t kPoints = 4;
  Vec3 point[kPoints], normal[kPoints];  // normal: of the hair under the lock
  float width = 0;                       // half, at the root
  float tone = 1;                        // factor of the hair's colour
  float occlusion = 1;
  float beard = 0;  // share of the beard's colour
};

void sew_lock(const LockLine& line, Tailor& tailor);

}  // namespace synface::morphable
