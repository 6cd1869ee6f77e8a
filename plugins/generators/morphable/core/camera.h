// The last stages of a picture: exposure, background, sensor.
#pragma once

#include <cstdint>
#include <vector>

#include "core/light.h"

namespace synface::morphable {

// Factor from scene to display: a meter that looks at the face and half forgives dark skin.
float exposure_of(const Lights& lights, Vec3 skin, float stops);

class PhotoCrop;

// Colour behind the head at (x, y), the shorter side of the image being 1.
class Backdrop {
 public:
  // photo: what lies behind instead of the pattern, or nullptr.
  Backdrop(const Background& background, float pixel, const PhotoCrop* photo = nullptr);
  Vec3 at(float x, float y) const;
  // Whether shoulders in their clothes cover the place.
  bool clothed(float x, float y) const { return cloth(x, y) > 0.5F; }

 private:
  float cloth(float x, float y) const;
  Vec3 pattern(float x, float y) const;

  Background b_;
  float across_x_, across_y_, pixel_;
  const PhotoCrop* photo_;
};

// image += amount * (3 x 3 binomial blur - image)
void soften(int height, int width, float amount, std::vector<Vec3>& image, std::vector<Vec3>& work);

// Table of kToneSteps + 1 grey levels over sqrt(linear) in 0..1.25: sRGB with a soft shoulder.
constexpr int kToneSteps = 4096;
std::vector<uint8_t> tone_table();

}  // namespace synface::morphable
