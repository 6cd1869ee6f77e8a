#include <synface/train/sgd.h>

#include <cstdint>

#include "clones.h"
#include "sgd_body.h"

namespace synface::train {
namespace {

SYNFACE_CLONES
void nesterov(float rate, float mu, float decay, std::size_t n, const float* __restrict gradient,
              float* __restrict momentum, float* __restrict value) {
  for (std::size_t i = 0; i < n; ++i) {
    nesterov_element(rate, mu, decay, gradient[i], momentum[i], value[i]);
  }
}

SYNFACE_CLONES
void plain(float rate, float mu, float decay, std::size_t n, const float* __restrict gradient,
           float* __restrict momentum, float* __restrict value) {
  for (std::size_t i = 0; i < n; ++i) {
    momentum_element(rate, mu, decay, gradient[i], momentum[i], value[i]);
  }
}

constexpr std::size_t kLanes = 16;

SYNFACE_CLONES
void add_squares(const float* values, std::size_t blocks, double* __restrict lanes) {
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const double v = values[b * kLanes + i];
      lanes[i] += v * v;
    }
  }
}

}  // namespace

void sgd_step(const SgdSettings& s, std::size_t n, const float* gradient, float* momentum,
              float* value) {
  (s.nesterov ? nesterov : plain)(s.learning_rate, s.momentum, s.weight_decay, n, gradient,
                                  momentum, value);
}

double sum_of_squares(const float* values, std::size_t n) {
  double lanes[kLanes] = {};
  add_squares(values, n / kLanes, lanes);
  for (std::size_t i = n / kLanes * kLanes; i < n; ++i) {
    lanes[i % kLanes] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

}  // namespace synface::train
