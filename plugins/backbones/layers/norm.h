// Batch normalisation over [B, C, H, W] or [B, C], fused with the PReLU or the shortcut that
// follows it (Ioffe & Szegedy 2015; He et al. 2015). On the CPU by the kernels of norm_kernels.h,
// on another device by LibTorch's operators.
#ifndef SYNFACE_BACKBONES_LAYERS_NORM_H
#define SYNFACE_BACKBONES_LAYERS_NORM_H

#include "layers/call.h"
#include "layers/norm_operators.h"
#include "layers/parameters.h"

namespace synface::layers {

constexpr double kEpsilon = 1e-5;

struct NormOptions {
  bool prelu = false;           // one slope per channel, starting at 0.25
  std::string prelu_name = {};  // name of the slope's module, e.g. "prelu"
  bool fixed_scale = false;     // gamma stays 1 (insightface's last layer)
};

class Norm {
 public:
  // What backward() needs of a forward pass.
  struct Saved {
    at::Tensor x;                    // the input
    at::Tensor stats;                // [3, C]: mean, 1 / sqrt(var + eps), scale; on the CPU
    operators::NormSaved operators;  // instead of both, on another device
  };

  // Declares NAME.{weight,bias,running_mean,running_var} and PRELU.weight.
  Norm(Parameters& parameters, const std::string& name, std::int64_t channels,
       const NormOptions& options = {});

  // Without `saved` no backward pass will follow, and the result may take the memory of x, unless
  // kKeep says that somebody else still reads it.
  enum class Input { kMine, kKeep };

  // y = f(n(x)), f = PReLU or identity.
  at::Tensor forward(const Call& call, const at::Tensor& x, Saved* saved,
                     Input input = Input::kMine) const;
  // y = n(x) + residual; no PReLU.
  at::Tensor forward_add(const Call& call, const at::Tensor& x, const at::Tensor& residual,
                         Saved* saved) const;
  // y = n(x) + n2(x2): two normalised branches.
  static at::Tensor forward_sum(const Call& call, const Norm& first, const at::Tensor& x,
                                Saved* saved, const Norm& second, const at::Tensor& x2,
                                Saved* saved2);

  // Gradient by x, plus `extra` (a gradient that reaches x by another way) where that is given.
  // Gradients of the parameters are added to the bound ones (accumulate) or replace them. `reuse`:
  // dy is nobody else's, so that its memory may become the result's.
  at::Tensor backward(const Call& call, const at::Tensor& dy, const Saved& saved,
                      const at::Tensor* extra, bool accumulate, bool reuse) const;

 private:
  struct Prepared;
  void batch_statistics(const Call& call, const at::Tensor& x, float* mean, float* inverse) const;
  void running_statistics(float* mean, float* inverse) const;
  at::Tensor gradient_terms(const double* sum, double n, const float* inverse, const float* scale,
                            bool accumulate) const;
  Prepared prepare(const Call& call, const at::Tensor& x) const;
  operators::NormValues values() const;
  void keep_gradients(const operators::NormGradients& gradients, bool accumulate) const;
  at::Tensor run(const Call& call, const at::Tensor& x, const Prepared& prepared,
                 const at::Tensor* residual, const Prepared* residual_prepared,
                 bool in_place) const;

  const Parameters* parameters_;
  std::int64_t channels_;
  ParameterId weight_, bias_, running_mean_, running_var_, slope_ = 0;
  bool prelu_, fixed_scale_;
};

}  // namespace synface::layers

#endif
