// A linear layer on a flattened image, as torch.nn.Linear after torch.flatten of [B, C, H, W].
#ifndef SYNFACE_BACKBONES_LAYERS_LINEAR_H
#define SYNFACE_BACKBONES_LAYERS_LINEAR_H

#include "layers/call.h"
#include "layers/parameters.h"

namespace synface::layers {

class Linear {
 public:
  // Declares NAME.weight [out, in] and, with `bias`, NAME.bias [out].
  Linear(Parameters& parameters, const std::string& name, std::int64_t in, std::int64_t out,
         bool bias, Init init);

  // x [B, in] to [B, out].
  at::Tensor forward(const at::Tensor& x) const;
  // Gradient by x; the parameters' gradients are written straight into the bound memory.
  at::Tensor backward(const at::Tensor& dy, const at::Tensor& x, bool accumulate) const;

 private:
  const Parameters* parameters_;
  ParameterId weight_, bias_ = 0;
  bool has_bias_;
};

// [B, C, H, W] channels-last to [B, C * H * W] in the order C, H, W, and back.
at::Tensor flatten(const at::Tensor& x);
at::Tensor unflatten(const at::Tensor& flat, at::IntArrayRef shape);

}  // namespace synface::layers

#endif
