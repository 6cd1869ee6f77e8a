// One element of an SGD step (sgd.h): one body for the CPU's loops and for the CUDA kernel.
#pragma once

#include "kernel_body.h"

namespace synface::train {

SYNFACE_BODY void nesterov_element(float rate, float mu, float decay, float gradient,
                                   float& momentum, float& value) {
  const float g = gradient + decay * value;
  const float m = mu * momentum + g;
  momentum = m;
  value -= rate * (g + mu * m);
}

SYNFACE_BODY void momentum_element(float rate, float mu, float decay, float gradient,
                                   float& momentum, float& value) {
  const float m = mu * momentum + (gradient + decay * value);
  momentum = m;
  value -= rate * m;
}

}  // namespace synface::train
