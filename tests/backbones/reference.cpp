#include "reference.h"

namespace synface::test {

Weights copy_weights(Backbone& backbone, at::ScalarType type) {
  Weights copies;
  for (const std::string& name : backbone.names()) {
    at::Tensor copy = backbone.value(name).to(type).clone();
    if (backbone.trainable(name)) copy.requires_grad_();
    copies[name] = copy;
  }
  return copies;
}

at::Tensor Reference::norm(const at::Tensor& x, const std::string& name) const {
  return at::batch_norm(x, w.at(name + ".weight"), w.at(name + ".bias"),
                        w.at(name + ".running_mean"), w.at(name + ".running_var"), train, 0.1, 1e-5,
                        false);
}

at::Tensor Reference::prelu(const at::Tensor& x, const std::string& name) const {
  return at::prelu(x, w.at(name + ".weight"));
}

at::Tensor Reference::conv(const at::Tensor& x, const std::string& name,
                           std::int64_t stride) const {
  const at::Tensor& weight = w.at(name + ".weight");
  return at::conv2d(x, weight, {}, stride, weight.size(2) / 2);
}

at::Tensor Reference::fastnet(at::Tensor x) const {
  const std::int64_t strides[] = {2, 2, 1, 2, 1};
  for (int i = 0; i < 5; ++i) {
    const std::string n = std::to_string(i + 1);
    x = prelu(norm(conv(x, "conv" + n, strides[i]), "bn" + n), "prelu" + n);
  }
  return norm(at::linear(x.flatten(1), w.at("fc.weight")), "features");
}

at::Tensor Reference::iresnet(at::Tensor x, const std::vector<int>& blocks,
                              const at::Tensor& mask) const {
  x = prelu(norm(conv(x, "conv1", 1), "bn1"), "prelu");
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    for (int block = 0; block < blocks[stage]; ++block) {
      const std::string at = "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
      const std::int64_t stride = block == 0 ? 2 : 1;
      at::Tensor y = conv(norm(x, at + ".bn1"), at + ".conv1", 1);
      y = conv(prelu(norm(y, at + ".bn2"), at + ".prelu"), at + ".conv2", stride);
      y = norm(y, at + ".bn3");
      if (block == 0) {
        x = norm(conv(x, at + ".downsample.0", stride), at + ".downsample.1");
      }
      x = y + x;
    }
  }
  x = norm(x, "bn2").flatten(1);
  if (mask.defined()) x = x * mask;
  return norm(at::linear(x, w.at("fc.weight"), w.at("fc.bias")), "features");
}

}  // namespace synface::test
