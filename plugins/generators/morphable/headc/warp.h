// A smooth map of space that brings some points to others.
#pragma once

#include <array>
#include <vector>

#include "core/math.h"

namespace synface::headc {

// Thin-plate spline in three dimensions (Bookstein 1989; kernel r): an affine map plus one kernel a
// point. `smoothing` > 0 lets the points miss their targets a little, so that neighbours whose
// targets disagree do not fold space between them.
class Warp {
 public:
  // At least four points that do not lie in one plane; CompileError otherwise.
  Warp(const std::vector<morphable::Vec3>& from, const std::vector<morphable::Vec3>& to,
       double smoothing);
  morphable::Vec3 operator()(morphable::Vec3 p) const;

 private:
  std::vector<morphable::Vec3> from_;
  std::vector<std::array<double, 3>> weight_;  // of the kernels, then of 1, x, y, z
};

}  // namespace synface::headc
