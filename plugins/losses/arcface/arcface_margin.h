// The arithmetic of ArcFace's margin: one body for the CPU and for the CUDA kernel.
//
// ArcFace (Deng et al., CVPR 2019, equation 3): phi(c) = cos(theta + m) = c cos m - sqrt(1 - c^2)
// sin m, continued by c - m sin(pi - m) where theta + m would pass pi (c <= cos(pi - m)).
#pragma once

#ifdef __CUDACC__
#define ARCFACE_BODY __host__ __device__ inline
#else
#define ARCFACE_BODY inline
#endif

#include <math.h>

namespace arcface {

// What is equal for all elements of a call.
struct Setting {
  double cos_m, sin_m;   // of the margin after its ramp
  double edge;           // cos(pi - m): at or below it the continuation holds
  double drop;           // m sin(pi - m)
  int weighted;          // SynFace: w phi(c) + (1 - w) c, w being the label's weight
  int straight_through;  // derivative 1 instead of the true one
};

template <typename T>
struct Value {
  T z, dz_dcos;
};

// 1 - c^2 is kept above this: at c = 1 the true derivative has no bound, while the derivative of c
// by the embedding goes to zero there.
template <typename T>
ARCFACE_BODY T smallest_squared_sine() {
  return sizeof(T) == 4 ? static_cast<T>(1e-7) : static_cast<T>(1e-14);
}

template <typename T>
ARCFACE_BODY Value<T> margin(const Setting& s, T c, T weight) {
  T phi, slope;
  if (c > static_cast<T>(s.edge)) {
    T squared_sine = static_cast<T>(1) - c * c;
    if (squared_sine < smallest_squared_sine<T>()) squared_sine = smallest_squared_sine<T>();
    const T sine = static_cast<T>(sqrt(squared_sine));
    phi = c * static_cast<T>(s.cos_m) - sine * static_cast<T>(s.sin_m);
    slope = static_cast<T>(s.cos_m) + c * static_cast<T>(s.sin_m) / sine;
  } else {
    phi = c - static_cast<T>(s.drop);
    slope = static_cast<T>(1);
  }
  if (s.straight_through) slope = static_cast<T>(1);
  if (s.weighted) {
    phi = weight * phi + (static_cast<T>(1) - weight) * c;
    slope = weight * slope + (static_cast<T>(1) - weight);
  }
  return {phi, slope};
}

}  // namespace arcface
