#include "layers/linear.h"

namespace synface::layers {

Linear::Linear(Parameters& parameters, const std::string& name, std::int64_t in, std::int64_t out,
               bool bias, Init init)
    : parameters_(&parameters), has_bias_(bias) {
  weight_ = parameters.weight(name + ".weight", {out, in}, init);
  if (bias) bias_ = parameters.vector(name + ".bias", out, 0.0F);
}

at::Tensor Linear::forward(const at::Tensor& x) const {
  const at::Tensor weight = parameters_->value(weight_).t();
  return has_bias_ ? at::addmm(parameters_->value(bias_), x, weight) : at::mm(x, weight);
}

at::Tensor Linear::backward(const at::Tensor& dy, const at::Tensor& x, bool accumulate) const {
  at::Tensor dw = parameters_->gradient(weight_);
  if (accumulate) {
    dw.addmm_(dy.t(), x);
  } else {
    at::mm_out(dw, dy.t(), x);
  }
  if (has_bias_) {
    at::Tensor db = parameters_->gradient(bias_);
    if (accumulate) {
      db.add_(dy.sum(0));
    } else {
      at::sum_out(db, dy, at::IntArrayRef{0});
    }
  }
  return at::mm(dy, parameters_->value(weight_));
}

at::Tensor flatten(const at::Tensor& x) {
  return x.contiguous(at::MemoryFormat::Contiguous).view({x.size(0), -1});
}

at::Tensor unflatten(const at::Tensor& flat, at::IntArrayRef shape) {
  return as_channels_last(flat.view(shape));
}

}  // namespace synface::layers
