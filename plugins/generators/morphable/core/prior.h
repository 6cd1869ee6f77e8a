// Draws latent rows. A block's values depend on its key alone, and each block has a stream of its
// own: a switch that turns one off leaves the others as they are.
#pragma once

#include <cstdint>

#include "core/latents.h"

namespace synface::morphable {

// Standard deviations in degrees; a switch that is off puts a block at its
// neutral value: frontal, without expression, even light, plain grey.
struct PriorOptions {
  bool pose = true, expression = true, illumination = true, background = true, camera = true;
  bool hair = true;  // off: everybody is shaven and beardless
  double yaw_sd = 18, pitch_sd = 9, roll_sd = 3;
  double jitter = 1;          // of the detector's measured landmark errors
  double shape_scale = 1;     // multiplies the sigma of every shape coefficient
  double exposure_sd = 0.25;  // stops
  bool copies = false;        // every sample of an identity is its sample 0
};

class Prior {
 public:
  Prior(const HeadModel& head, const PriorOptions& options) : head_(head), options_(options) {}

  // A row of Layout(head).size floats.
  void draw(uint64_t seed, uint32_t identity, uint32_t sample, float* row) const;

  void draw_identity(uint64_t seed, uint32_t identity, float* block) const;
  void draw_expression(uint64_t seed, uint32_t identity, uint32_t sample, float* block) const;

 private:
  const HeadModel& head_;
  PriorOptions options_;
};

// Appearance that goes with the first five numbers of an identity; the sources of its figures are
// named in appearance.cpp.
class Random;
Appearance draw_appearance(Random& random, const float* macros, bool hair);

}  // namespace synface::morphable
