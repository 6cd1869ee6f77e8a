// Softmax cross-entropy of one row with several weighted targets.
#pragma once

#include <cstdint>

namespace synface::train {

// K label slots of a row; a slot with weight 0 is unused.
template <typename T>
struct Targets {
  std::int64_t k = 0;
  const std::int64_t* labels = nullptr;
  const T* weights = nullptr;
  const T* z = nullptr;  // target before the scale, margin included
  const T* dz_dcos = nullptr;
  const T* dz_dnorm = nullptr;
};

// Both turn `row` from cosines [classes] into d loss / d cosine, in place, return the loss and
// write d loss / d norm.

// One softmax that has every target's margin in it: loss = sum_k w_k CE(s o, k).
template <typename T>
double joint_softmax(T* row, std::int64_t classes, T scale, const Targets<T>& targets, T& d_norm);

// A softmax for each target, with the margin on this target alone: loss = sum_k w_k CE_k.
template <typename T>
double separate_softmax(T* row, std::int64_t classes, T scale, const Targets<T>& targets,
                        T& d_norm);

}  // namespace synface::train
