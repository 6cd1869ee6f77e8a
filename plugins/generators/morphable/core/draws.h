// What Prior puts together: the draws of single blocks, each from streams of its own. `macros`: the
// first numbers of the identity block.
#pragma once

#include "core/latents.h"
#include "core/prior.h"
#include "core/random.h"

namespace synface::morphable {

// Figures set by eye on contact sheets beside photographs and by the separability of the renders.
Appearance draw_appearance(Random& random, const float* macros, const PriorOptions& options);

Illumination draw_light(Random& random, bool varied, double exposure_sd);
Camera draw_camera(Random& random, const PriorOptions& options);
Background draw_background(Random& random, bool varied);

Grooming draw_grooming(Random& random, const float* macros, const PriorOptions& options);
Accessories draw_accessories(Random& own, Random& now, const float* macros,
                             const PriorOptions& options);

}  // namespace synface::morphable
