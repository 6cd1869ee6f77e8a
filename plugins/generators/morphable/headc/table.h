// Which targets the head model takes, with the calibrated spread of each coefficient.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace synface::headc {

// One coefficient c of the shape: c >= 0 adds c * positive, c < 0 adds -c * negative.
struct Coefficient {
  std::string name;
  std::string positive;  // path below data/mpfb2/targets, without .target.gz
  std::string negative;  // empty: one-sided, 0..1
  float sigma = 0;
  float limit = 1;
  int tie = -1;  // the other side's coefficient: both share a draw, apart by N(0, 0.12 sigma)
};

// 62 signed pairs, 27 pairs on two sides, 8 one-sided, 23 asymmetries: 147 coefficients. Sigma is
// chosen so that one step of any coefficient moves the face by the same rms amount, and the whole
// has the spread of 3D scans; the eyes' opening and asymmetry are a little narrower than that.
std::vector<Coefficient> coefficient_table();

// Landmark l of the 68-point scheme as the mean of one or two vertices of hm08; jaw points 0..16
// do not exist (-1).
using LandmarkTable = std::array<std::array<int, 2>, 68>;
LandmarkTable right_side_landmarks();  // the subject's right and the midline; the rest -1
// mirror_of[l]: the landmark of the subject's right that l mirrors, or -1.
std::array<int, 68> mirrored_landmarks();

// The ARKit face units, file names without .target; tongueOut moves nothing of the head.
const std::vector<std::string>& face_units();

}  // namespace synface::headc
