#include "layers/norm_operators.h"

#include "layers/norm.h"

namespace synface::layers::operators {
namespace {

// [C] as [1, C, 1, 1] or [1, C], to be broadcast over x.
at::Tensor over_channels(const at::Tensor& vector, const at::Tensor& x) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[1] = vector.size(0);
  return vector.view(shape);
}

}  // namespace

at::Tensor norm_forward(const Call& call, const at::Tensor& x, const NormValues& values,
                        NormSaved* saved) {
  // One value has no unbiased variance; the running one then stays as it was.
  const bool single = x.numel() == x.size(1);
  at::Tensor running_var = single ? values.running_var.clone() : values.running_var;
  auto [z, mean, inverse] =
      at::native_batch_norm(x, values.gamma, values.beta, values.running_mean, running_var,
                            call.uses_batch_statistics(), call.momentum, kEpsilon);
  if (saved) *saved = {x, z, mean, inverse};
  return values.slope.defined() ? at::_prelu_kernel(z, over_channels(values.slope, z)) : z;
}

NormGradients norm_backward(const at::Tensor& dy, const NormValues& values,
                            const NormSaved& saved) {
  NormGradients gradients;
  at::Tensor dz = dy;
  if (values.slope.defined()) {
    at::Tensor terms;
    std::tie(dz, terms) =
        at::_prelu_kernel_backward(dy, saved.z, over_channels(values.slope, saved.z));
    std::vector<std::int64_t> others{0};
    for (std::int64_t d = 2; d < terms.dim(); ++d) others.push_back(d);
    gradients.slope = terms.sum(others);
  }
  std::tie(gradients.x, gradients.gamma, gradients.beta) = at::native_batch_norm_backward(
      dz, saved.x, values.gamma, values.running_mean, values.running_var, saved.mean, saved.inverse,
      true, kEpsilon, {true, true, true});
  return gradients;
}

}  // namespace synface::layers::operators
