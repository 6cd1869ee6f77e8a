// Batch normalisation by LibTorch's own operators: what norm.h does on a device for which there are
// no kernels of ours, and what those are tested against.
#ifndef SYNFACE_BACKBONES_LAYERS_NORM_OPERATORS_H
#define SYNFACE_BACKBONES_LAYERS_NORM_OPERATORS_H

#include "layers/call.h"

namespace synface::layers::operators {

// [C] each; slope is undefined without PReLU. The running statistics are updated in place.
struct NormValues {
  at::Tensor gamma, beta, running_mean, running_var, slope;
};

struct NormSaved {
  at::Tensor x, z;           // the input and the normalised output before PReLU
  at::Tensor mean, inverse;  // [C]
};

// y = f(n(x)); `saved` may be NULL.
at::Tensor norm_forward(const Call& call, const at::Tensor& x, const NormValues& values,
                        NormSaved* saved);

struct NormGradients {
  at::Tensor x, gamma, beta, slope;  // slope is undefined without PReLU
};

NormGradients norm_backward(const at::Tensor& dy, const NormValues& values, const NormSaved& saved);

}  // namespace synface::layers::operators

#endif
