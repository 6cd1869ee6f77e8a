#include "rows.h"

#include <bit>
#include <cmath>
#include <cstddef>

#include "clones.h"

namespace synface::train {
namespace {

constexpr std::int64_t kLanes = 16;

template <typename T>
inline __attribute__((always_inline)) T fold(const T* lanes) {
  T half[8];
  for (int i = 0; i < 8; ++i) half[i] = lanes[i] + lanes[i + 8];
  const T a = (half[0] + half[4]) + (half[2] + half[6]);
  const T b = (half[1] + half[5]) + (half[3] + half[7]);
  return a + b;
}

// e^x within 2 ulp for x <= 0 (Cody and Waite's reduction, degree 6); 0 below -87.3.
inline __attribute__((always_inline)) float exp_of(float x) {
  const float clamped = x < -87.3F ? -87.3F : x;
  const float shifted = clamped * 1.44269504F + 12582912.0F;
  const float n = shifted - 12582912.0F;
  const float r = (clamped - n * 0.693359375F) - n * -2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  const float value = (p * r * r + r) + 1.0F;
  const auto exponent = (std::bit_cast<std::int32_t>(shifted) - 0x4B400000 + 127) << 23;
  const float result = value * std::bit_cast<float>(exponent);
  return x < -87.3F ? 0.0F : result;
}

template <typename T>
inline __attribute__((always_inline)) T dot_of(const T* a, const T* b, std::int64_t n) {
  T lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::int64_t l = 0; l < kLanes; ++l) lanes[l] += a[i + l] * b[i + l];
  }
  for (; i < n; ++i) lanes[i % kLanes] += a[i] * b[i];
  return fold(lanes);
}

template <typename T>
std::int64_t largest_of(const T* row, std::int64_t n) {
  std::int64_t best = -1;
  for (std::int64_t i = 0; i < n; ++i) {
    if (!std::isnan(row[i]) && (best < 0 || row[i] > row[best])) best = i;
  }
  return best;
}

template <typename T>
inline __attribute__((always_inline)) void scale_of(T* row, std::int64_t n, T factor, const T* by) {
  if (by == nullptr) {
    for (std::int64_t i = 0; i < n; ++i) row[i] *= factor;
  } else {
    for (std::int64_t i = 0; i < n; ++i) row[i] *= factor * by[i];
  }
}

}  // namespace

SYNFACE_CLONES float dot(const float* a, const float* b, std::int64_t n) {
  return dot_of(a, b, n);
}
SYNFACE_CLONES double dot(const double* a, const double* b, std::int64_t n) {
  return dot_of(a, b, n);
}

// The value first (vectorised), its place afterwards.
SYNFACE_CLONES std::int64_t largest(const float* row, std::int64_t n) {
  float lanes[kLanes];
  if (n < 2 * kLanes) return largest_of(row, n);
  for (std::int64_t l = 0; l < kLanes; ++l) lanes[l] = row[l];
  for (std::int64_t i = kLanes; i + kLanes <= n; i += kLanes) {
    for (std::int64_t l = 0; l < kLanes; ++l) {
      lanes[l] = row[i + l] > lanes[l] ? row[i + l] : lanes[l];
    }
  }
  float top = lanes[0];
  for (std::int64_t l = 1; l < kLanes; ++l) top = lanes[l] > top ? lanes[l] : top;
  for (std::int64_t i = n / kLanes * kLanes; i < n; ++i) top = row[i] > top ? row[i] : top;
  for (std::int64_t i = 0; i < n; ++i) {
    if (row[i] == top) return i;
  }
  return largest_of(row, n);  // NaNs among them
}
std::int64_t largest(const double* row, std::int64_t n) {
  return largest_of(row, n);
}

SYNFACE_CLONES float exponentials(float* row, std::int64_t n, float s, float top) {
  float lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::int64_t l = 0; l < kLanes; ++l) {
      const float e = exp_of(s * row[i + l] - top);
      row[i + l] = e;
      lanes[l] += e;
    }
  }
  for (; i < n; ++i) {
    row[i] = exp_of(s * row[i] - top);
    lanes[i % kLanes] += row[i];
  }
  return fold(lanes);
}
double exponentials(double* row, std::int64_t n, double s, double top) {
  double lanes[kLanes] = {};
  for (std::int64_t i = 0; i < n; ++i) {
    row[i] = std::exp(s * row[i] - top);
    lanes[i % kLanes] += row[i];
  }
  return fold(lanes);
}

SYNFACE_CLONES void scale(float* row, std::int64_t n, float factor, const float* by) {
  scale_of(row, n, factor, by);
}
SYNFACE_CLONES void scale(double* row, std::int64_t n, double factor, const double* by) {
  scale_of(row, n, factor, by);
}

SYNFACE_CLONES void subtract(float* row, std::int64_t n, float along, const float* direction) {
  for (std::int64_t i = 0; i < n; ++i) row[i] -= along * direction[i];
}
SYNFACE_CLONES void subtract(double* row, std::int64_t n, double along, const double* direction) {
  for (std::int64_t i = 0; i < n; ++i) row[i] -= along * direction[i];
}

}  // namespace synface::train
