// x^y out of additions, multiplications, one division and whole-number work on the bits, so that
// every instruction set and the GPU give the same result; loops of it become vectors.
#pragma once

#include <cstdint>

#include "kernel_body.h"

namespace synface::train {

SYNFACE_BODY std::int32_t bits_of(float v) {
  std::int32_t bits;
  __builtin_memcpy(&bits, &v, sizeof bits);
  return bits;
}
SYNFACE_BODY float float_of(std::int32_t bits) {
  float v;
  __builtin_memcpy(&v, &bits, sizeof v);
  return v;
}

// To the nearest whole number, ties to even; |v| below 2^22.
SYNFACE_BODY float rounded(float v) {
  constexpr float kShift = 12582912.0F;  // 1.5 * 2^23: its last place is 1
  return v + kShift - kShift;
}

// log2 of a normal number above 0, to 1e-6: x = 2^n m with m in sqrt(1/2) .. sqrt(2), and
// log m = 2 artanh(s) with s = (m - 1) / (m + 1), |s| < 0.172, of which four terms are taken.
SYNFACE_BODY float log2_of(float x) {
  constexpr std::int32_t kHalfRoot = 0x3f3504f3;  // sqrt(1/2)
  const std::int32_t bits = bits_of(x), n = (bits - kHalfRoot) >> 23;
  const float m = float_of(bits - n * 0x800000);
  const float s = (m - 1.0F) / (m + 1.0F), q = s * s;
  constexpr float kTwice = 2.88539008F;  // 2 / log 2
  const float series = 1.0F + q * (1.0F / 3 + q * (1.0F / 5 + q * (1.0F / 7)));
  return static_cast<float>(n) + kTwice * s * series;
}

// 2^y for |y| <= 126, to 3e-7 of the value: the series of e^z, |z| < 0.347, to z^6.
SYNFACE_BODY float exp2_of(float y) {
  const float whole = rounded(y);
  const float z = (y - whole) * 0.693147181F;  // log 2
  const float series =
      1.0F +
      z * (1.0F +
           z * (1.0F / 2 + z * (1.0F / 6 + z * (1.0F / 24 + z * (1.0F / 120 + z * (1.0F / 720))))));
  return series * float_of((static_cast<std::int32_t>(whole) + 127) << 23);
}

// x^y for x in 0 .. 1 and y in 1/8 .. 8; 0 below 2^-126.
SYNFACE_BODY float power(float x, float y) {
  const float e = y * log2_of(x);
  const float p = exp2_of(e < -126.0F ? -126.0F : e);
  return x < 1.17549435e-38F ? 0.0F : p;
}

}  // namespace synface::train
