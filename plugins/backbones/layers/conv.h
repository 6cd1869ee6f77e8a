// A convolution without bias, [B, in, H, W] to [B, out, H', W'], square kernel; LibTorch's (oneDNN
// on the CPU), in channels-last memory.
#ifndef SYNFACE_BACKBONES_LAYERS_CONV_H
#define SYNFACE_BACKBONES_LAYERS_CONV_H

#include "layers/call.h"
#include "layers/parameters.h"

namespace synface::layers {

class Conv {
 public:
  // Declares NAME.weight [out, in, kernel, kernel]; zero padding of kernel / 2 on each side.
  Conv(Parameters& parameters, const std::string& name, std::int64_t in, std::int64_t out,
       std::int64_t kernel, std::int64_t stride, Init init);

  at::Tensor forward(const at::Tensor& x) const;
  // Gradient by x (undefined unless wanted); the weight's is added to the bound one or replaces it.
  at::Tensor backward(const at::Tensor& dy, const at::Tensor& x, bool want_dx,
                      bool accumulate) const;

  // Height or width after the convolution.
  std::int64_t size_after(std::int64_t size) const noexcept;

 private:
  const Parameters* parameters_;
  ParameterId weight_;
  std::int64_t kernel_, stride_, padding_;
};

}  // namespace synface::layers

#endif
