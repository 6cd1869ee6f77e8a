// The shipped networks composed of LibTorch's own operators, differentiated by its autograd, on the
// values of an instance under test.
#ifndef SYNFACE_TESTS_BACKBONES_REFERENCE_H
#define SYNFACE_TESTS_BACKBONES_REFERENCE_H

#include "harness.h"

namespace synface::test {

using Weights = std::map<std::string, at::Tensor>;

// Copies of the parameters, those that are trained with requires_grad.
Weights copy_weights(Backbone& backbone, at::ScalarType type = at::kFloat);

struct Reference {
  Weights& w;
  bool train;

  // Batch normalisation NAME; running statistics in `w` follow in training.
  at::Tensor norm(const at::Tensor& x, const std::string& name) const;
  at::Tensor prelu(const at::Tensor& x, const std::string& name) const;
  at::Tensor conv(const at::Tensor& x, const std::string& name, std::int64_t stride) const;

  at::Tensor fastnet(at::Tensor x) const;
  // `blocks` of each stage; `mask` [B, n], or undefined, multiplies the features before the head.
  at::Tensor iresnet(at::Tensor x, const std::vector<int>& blocks,
                     const at::Tensor& mask = {}) const;
};

}  // namespace synface::test

#endif
