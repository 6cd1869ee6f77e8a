// Exposure and tone of a picture.
#pragma once

#include <cstdint>
#include <vector>

#include "core/light.h"

namespace synface::morphable {

// Factor from scene to display: a meter that looks at the face and forgives dark skin a quarter (in
// stops).
float exposure_of(const Lights& lights, Vec3 skin, float stops);

// Linear RGB of a white surface behind the person: the tint of the scene's light, and half (in
// stops) of its brightness at this exposure, as rooms have lamps of their own. About 1.
Vec3 room_light(const Lights& lights, float exposure);

// Table of kToneSteps + 1 grey levels over sqrt(linear) in 0..1.25: sRGB with a soft shoulder.
std::vector<uint8_t> tone_table();

}  // namespace synface::morphable
