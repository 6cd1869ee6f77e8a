// Exposure and tone of a picture.
#pragma once

#include <cstdint>
#include <vector>

#include "core/light.h"

namespace synface::morphable {

// Factor from scene to display: a meter that looks at the face and half forgives dark skin.
float exposure_of(const Lights& lights, Vec3 skin, float stops);

// Table of kToneSteps + 1 grey levels over sqrt(linear) in 0..1.25: sRGB with a soft shoulder.
std::vector<uint8_t> tone_table();

}  // namespace synface::morphable
