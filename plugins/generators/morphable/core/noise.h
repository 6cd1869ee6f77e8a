// Value noise in the plane, by hashing the integer lattice: no tables, the same on every machine.
#pragma once

#include <cstdint>

#include "core/math.h"

namespace synface::morphable {

SYNFACE_BODY uint32_t hash2(uint32_t x, uint32_t y) {
  uint32_t h = x * 0x9E3779B1U ^ y * 0x85EBCA77U;
  h = (h ^ (h >> 15)) * 0x2C1B3C6DU;
  h = (h ^ (h >> 12)) * 0x297A2D39U;
  return h ^ (h >> 15);
}
SYNFACE_BODY float lattice(int x, int y) {
  return static_cast<float>(hash2(static_cast<uint32_t>(x), static_cast<uint32_t>(y)) >> 8) *
         0x1p-24F;
}

// In 0..1, mean 0.5; one feature a unit.
SYNFACE_BODY float noise2(float x, float y) {
  const int ix = floor_int(x);
  const int iy = floor_int(y);
  const float fx = x - static_cast<float>(ix);
  const float fy = y - static_cast<float>(iy);
  const float ux = fx * fx * (3.0F - 2.0F * fx);
  const float uy = fy * fy * (3.0F - 2.0F * fy);
  return mix(mix(lattice(ix, iy), lattice(ix + 1, iy), ux),
             mix(lattice(ix, iy + 1), lattice(ix + 1, iy + 1), ux), uy);
}

// The same, faded to its mean where a feature is smaller than about a pixel: frequency x pixel is
// the number of features a pixel.
SYNFACE_BODY float noise2_band(float x, float y, float frequency, float pixel) {
  const float keep = 1.0F - smooth(0.5F, 1.3F, frequency * pixel);
  if (keep <= 0.0F) return 0.5F;
  return 0.5F + keep * (noise2(x * frequency, y * frequency) - 0.5F);
}

}  // namespace synface::morphable
