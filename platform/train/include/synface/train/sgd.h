// Stochastic gradient descent on flat buffers.
#pragma once

#include <cstddef>

namespace synface::train {

struct SgdSettings {
  float learning_rate = 0.1F;
  float momentum = 0.9F;
  float weight_decay = 0;
  bool nesterov = true;
};

// One pass over n values, as torch.optim.SGD (dampening 0) updates them:
//   g = gradient + weight_decay * value;  m = momentum * m + g;
//   value -= learning_rate * (nesterov ? g + momentum * m : m).
// m starts at 0, which gives torch's first step as well. The same bits for every instruction set
// and every cut of the buffers.
void sgd_step(const SgdSettings& settings, std::size_t n, const float* gradient, float* momentum,
              float* value);

// Sum of squares, in float64 over 16 fixed lanes: the same bits for every instruction set.
double sum_of_squares(const float* values, std::size_t n);

}  // namespace synface::train
