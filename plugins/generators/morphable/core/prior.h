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
  bool hair = true;         // off: everybody is shaven and beardless
  bool skin_cues = true;    // off: everybody has the same skin, lips, brows and eyes
  bool grooming = true;     // off: hair, make-up and tan are the person's own in every picture
  bool accessories = true;  // off: no glasses, head covers, earrings, nothing before the face
  double yaw_sd = 18, pitch_sd = 9, roll_sd = 3;
  double jitter = 1;          // of the detector's measured landmark errors
  double shape_scale = 1;     // multiplies the sigma of every shape coefficient
  double exposure_sd = 0.28;  // stops
  double glasses = 0.15, glasses_persistence = 0.8;  // people who wear some; their pictures with
  double headwear = 0.06;                            // pictures with a hat that is not always worn
  double makeup = 0.15, occlusion = 0.04;            // pictures
  double white_balance_sd = 0.07;                    // natural logarithm of the gain
  double motion = 0.08, low_resolution = 0.35, jpeg = 0.5;  // pictures
  double men = 0.5;                                         // of the people
  double african = 1, asian = 1, caucasian = 1;             // expected shares, as weights
  bool copies = false;  // every sample of an identity is its sample 0
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

}  // namespace synface::morphable
