// Elementary functions made of +, -, *, / and sqrt alone, so that every machine, compiler and
// instruction set gives the same bits; the C library's differ between versions and processors.
// Doubles serve the prior (error under 1e-14), floats the shading (error stated at each).
#pragma once

#include <bit>
#include <cstdint>

#include "core/body.h"

namespace synface::morphable {

constexpr double kPi = 3.14159265358979323846;

SYNFACE_BODY int floor_int(double x) {
  const int i = static_cast<int>(x);
  return i - (x < static_cast<double>(i) ? 1 : 0);
}
SYNFACE_BODY int floor_int(float x) {
  const int i = static_cast<int>(x);
  return i - (x < static_cast<float>(i) ? 1 : 0);
}
template <typename T>
SYNFACE_BODY constexpr T clamp(T x, T low, T high) {
  return x < low ? low : (high < x ? high : x);
}
template <typename T>
SYNFACE_BODY constexpr T square(T x) {
  return x * x;
}
template <typename T>
SYNFACE_BODY constexpr T mix(T a, T b, T t) {
  return a + (b - a) * t;
}
SYNFACE_BODY float sqrt_of(float x) {
  return __builtin_sqrtf(x);
}
SYNFACE_BODY double sqrt_of(double x) {
  return __builtin_sqrt(x);
}

// Hermite step from 0 at x0 to 1 at x1.
SYNFACE_BODY float smooth(float x0, float x1, float x) {
  const float t = clamp((x - x0) / (x1 - x0), 0.0F, 1.0F);
  return t * t * (3.0F - 2.0F * t);
}

// Natural logarithm, x > 0 and normal: 2 atanh((m-1)/(m+1)) of the mantissa m.
inline double log_of(double x) {
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  int exponent = static_cast<int>((bits >> 52) & 0x7FF) - 1023;
  double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double s2 = s * s;
  double sum = 0.0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * s2 + 1.0 / static_cast<double>(k);
  return 2.0 * s * sum + static_cast<double>(exponent) * 0.69314718055994530942;
}

// e^x for |x| <= 700, clamped beyond.
inline double exp_of(double x) {
  x = clamp(x, -700.0, 700.0);
  const int k = floor_int(x * 1.44269504088896340736 + 0.5);
  const double r = (x - static_cast<double>(k) * 0.693145751953125) -
                   static_cast<double>(k) * 1.42860682030941723212e-6;
  double sum = 1.0;
  for (int i = 14; i >= 1; --i) sum = 1.0 + sum * r / static_cast<double>(i);
  return sum * std::bit_cast<double>(static_cast<uint64_t>(k + 1023) << 52);
}
inline double pow_of(double x, double y) {
  return x <= 0.0 ? 0.0 : exp_of(y * log_of(x));
}

struct SinCos {
  double sin, cos;
};
// |x| up to some thousands.
inline SinCos sincos_of(double x) {
  const int k = floor_int(x * (2.0 / kPi) + 0.5);
  const double r = (x - static_cast<double>(k) * 1.57079632673412561417) -
                   static_cast<double>(k) * 6.07710050650619224932e-11;
  const double r2 = r * r;
  double s = 1.0;
  double c = 1.0;
  for (int i = 9; i >= 1; --i) {
    const double n = static_cast<double>(2 * i);
    s = 1.0 - s * r2 / (n * (n + 1.0));
    c = 1.0 - c * r2 / (n * (n - 1.0));
  }
  s *= r;
  switch (k & 3) {
    case 0:
      return {s, c};
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    default:
      return {-c, s};
  }
}

// 2^x for x in [-126, 127], clamped beyond; relative error under 4e-6.
SYNFACE_BODY float exp2_fast(float x) {
  x = clamp(x, -126.0F, 127.0F);
  const int k = floor_int(x);
  const float f = x - static_cast<float>(k);
  // Minimax over 0..1, the coefficients of Fonseca's fast exp2.
  const float p =
      9.9999994e-1F +
      f * (6.9315308e-1F +
           f * (2.4015361e-1F + f * (5.5826318e-2F + f * (8.9893397e-3F + f * 1.8775767e-3F))));
  return p * __builtin_bit_cast(float, static_cast<uint32_t>(k + 127) << 23);
}
SYNFACE_BODY float exp_fast(float x) {
  return exp2_fast(x * 1.44269504F);
}

// Angle of (x, y) in [-pi, pi]; error under 1e-4.
SYNFACE_BODY float atan2_fast(float y, float x) {
  const float ax = x < 0.0F ? -x : x;
  const float ay = y < 0.0F ? -y : y;
  const float big = ax > ay ? ax : ay;
  if (big <= 0.0F) return 0.0F;
  const float t = (ax > ay ? ay : ax) / big;
  const float t2 = t * t;
  float a = t * (0.9998660F +
                 t2 * (-0.3302995F + t2 * (0.1801410F + t2 * (-0.0851330F + t2 * 0.0208351F))));
  if (ay > ax) a = 1.57079633F - a;
  if (x < 0.0F) a = 3.14159265F - a;
  return y < 0.0F ? -a : a;
}

struct Vec3 {
  float x = 0, y = 0, z = 0;
};
SYNFACE_BODY constexpr Vec3 operator+(Vec3 a, Vec3 b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
SYNFACE_BODY constexpr Vec3 operator-(Vec3 a, Vec3 b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
SYNFACE_BODY constexpr Vec3 operator*(Vec3 a, float s) {
  return {a.x * s, a.y * s, a.z * s};
}
SYNFACE_BODY constexpr Vec3 operator*(Vec3 a, Vec3 b) {
  return {a.x * b.x, a.y * b.y, a.z * b.z};
}
SYNFACE_BODY constexpr Vec3& operator+=(Vec3& a, Vec3 b) {
  return a = a + b;
}
SYNFACE_BODY constexpr float dot(Vec3 a, Vec3 b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
SYNFACE_BODY constexpr Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
SYNFACE_BODY float length(Vec3 a) {
  return sqrt_of(dot(a, a));
}
// Of linear RGB with sRGB's primaries (ITU-R BT.709).
SYNFACE_BODY constexpr float luminance(Vec3 c) {
  return 0.2126F * c.x + 0.7152F * c.y + 0.0722F * c.z;
}
SYNFACE_BODY Vec3 normalized(Vec3 a) {
  const float l = length(a);
  return l > 0.0F ? a * (1.0F / l) : Vec3{0, 0, 1};
}
SYNFACE_BODY Vec3 mix(Vec3 a, Vec3 b, float t) {
  return a + (b - a) * t;
}

}  // namespace synface::morphable
