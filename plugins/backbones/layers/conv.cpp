#include "layers/conv.h"

namespace synface::layers {

Conv::Conv(Parameters& parameters, const std::string& name, std::int64_t in, std::int64_t out,
           std::int64_t kernel, std::int64_t stride, Init init)
    : parameters_(&parameters), kernel_(kernel), stride_(stride), padding_(kernel / 2) {
  weight_ = parameters.weight(name + ".weight", {out, in, kernel, kernel}, init);
}

at::Tensor Conv::forward(const at::Tensor& x) const {
  const std::int64_t stride[] = {stride_, stride_}, padding[] = {padding_, padding_};
  const std::int64_t one[] = {1, 1}, none[] = {0, 0};
  return as_channels_last(
      at::convolution(x, parameters_->value(weight_), {}, stride, padding, one, false, none, 1));
}

at::Tensor Conv::backward(const at::Tensor& dy, const at::Tensor& x, bool want_dx,
                          bool accumulate) const {
  const std::int64_t stride[] = {stride_, stride_}, padding[] = {padding_, padding_};
  const std::int64_t one[] = {1, 1}, none[] = {0, 0};
  const at::Tensor& gradient = parameters_->gradient(weight_);
  auto [dx, dw, db] =
      at::convolution_backward(dy, x, parameters_->value(weight_), at::OptionalIntArrayRef(),
                               stride, padding, one, false, none, 1, {want_dx, true, false});
  if (accumulate) {
    gradient.add_(dw);
  } else {
    gradient.copy_(dw);
  }
  return want_dx ? as_channels_last(dx) : at::Tensor();
}

std::int64_t Conv::size_after(std::int64_t size) const noexcept {
  return (size + 2 * padding_ - kernel_) / stride_ + 1;
}

}  // namespace synface::layers
