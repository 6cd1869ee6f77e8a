// Where the default head has its landmarks: the recipes for skin, brows, beard and hair are written
// for these proportions.
#pragma once

#include <array>

#include "core/math.h"

namespace synface::headc {

// Landmarks 17..67 of the 68-point scheme in `canonical` of the default head (headc_test compares).
extern const std::array<morphable::Vec3, 51> kReferenceLandmarks;
constexpr morphable::Vec3 kReferenceChin{0.0F, -1.72F, 0.11F};  // landmark 8: the chin's lower edge
constexpr morphable::Vec3 kReferenceEar{1.2528F, -0.3348F, -1.5054F};  // mean of the left ear
constexpr morphable::Vec3 kReferenceCrown{0.0F, 1.8577F, -1.4173F};    // the highest point
constexpr morphable::Vec3 kReferenceBack{0.0F, 0.614F, -3.1129F};      // the hindmost point

}  // namespace synface::headc
