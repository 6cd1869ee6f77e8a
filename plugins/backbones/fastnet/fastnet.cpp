#include "fastnet.h"

#include <algorithm>
#include <cmath>

#include "layers/backbone.h"

namespace synface::fastnet {
namespace {

constexpr int kStages = 5;
constexpr std::int64_t kChannels[kStages] = {24, 48, 48, 96, 96};
constexpr std::int64_t kKernel[kStages] = {5, 3, 3, 3, 3};
constexpr std::int64_t kStride[kStages] = {2, 2, 1, 2, 1};
constexpr sdk::Choices kInits{"he", "xavier"};

// Multiples of 8, so that a row of channels fills vectors.
std::int64_t scaled(std::int64_t channels, double width) {
  const auto eights =
      static_cast<std::int64_t>(std::lround(static_cast<double>(channels) * width / 8));
  return 8 * std::max<std::int64_t>(1, eights);
}

void check_size(const synface_dims& dims) {
  if (dims.height < 8 || dims.width < 8) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "fastnet needs images of at least 8 x 8 pixels", "dims");
  }
  if (dims.embedding < 1) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "the embedding needs at least one component",
                     "backbone.embedding");
  }
}

}  // namespace

FastNet::FastNet(layers::Parameters& parameters, const sdk::Create& create) {
  const synface_dims& dims = create.dims();
  check_size(dims);
  const auto init = create.choice("init") == "xavier" ? layers::Init::kXavier : layers::Init::kHe;
  std::int64_t in = 3, height = dims.height, width = dims.width;
  for (int i = 0; i < kStages; ++i) {
    const std::string number = std::to_string(i + 1);
    const std::int64_t out = scaled(kChannels[i], create.f64("width"));
    layers::Conv conv(parameters, "conv" + number, in, out, kKernel[i], kStride[i], init);
    stages_.push_back({conv, layers::Norm(parameters, "bn" + number, out,
                                          {.prelu = true, .prelu_name = "prelu" + number})});
    height = conv.size_after(height);
    width = conv.size_after(width);
    in = out;
  }
  linear_.emplace_back(parameters, "fc", in * height * width, dims.embedding, false, init);
  last_.emplace_back(parameters, "features", dims.embedding);
}

at::Tensor FastNet::forward(const layers::Call& call, const at::Tensor& image, Tape* tape) const {
  if (tape) {
    tape->image = image;
    tape->stages.resize(stages_.size());
  }
  at::Tensor x = image;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    layers::check_cancelled(*call.context);
    x = stages_[i].norm.forward(call, stages_[i].conv.forward(x),
                                tape ? &tape->stages[i] : nullptr);
    if (tape) tape->outputs.push_back(x);
  }
  const at::Tensor flat = layers::flatten(x);
  if (tape) tape->flat = flat;
  return last_[0].forward(call, linear_[0].forward(flat), tape ? &tape->last : nullptr);
}

at::Tensor FastNet::backward(const layers::Call& call, const at::Tensor& dy, Tape& tape,
                             bool want_dx, bool accumulate) const {
  const at::Tensor d_last = last_[0].backward(call, dy, tape.last, nullptr, accumulate, false);
  at::Tensor d = layers::unflatten(linear_[0].backward(d_last, tape.flat, accumulate),
                                   tape.outputs.back().sizes());
  for (std::size_t i = stages_.size(); i-- > 0;) {
    layers::check_cancelled(*call.context);
    d = stages_[i].norm.backward(call, d, tape.stages[i], nullptr, accumulate, true);
    tape.stages[i] = {};
    tape.outputs[i].reset();
    const bool first = i == 0;
    d = stages_[i].conv.backward(d, first ? tape.image : tape.outputs[i - 1], !first || want_dx,
                                 accumulate);
  }
  return d;
}

struct Plugin : layers::Backbone<FastNet> {
  static constexpr sdk::Param parameters[] = {
      sdk::f64("width", 1.0)
          .above(0.0)
          .max(64.0)
          .doc("Multiplies the numbers of channels, which are then rounded to multiples of 8."),
      sdk::one_of("init", kInits, 0)
          .doc("Distribution of the initial weights, uniform: He et al. 2015 (fan in, slope 0.25) "
               "or Glorot and Bengio 2010."),
  };
  using Backbone::Backbone;
};

}  // namespace synface::fastnet

SYNFACE_BACKBONE_PLUGIN(synface::fastnet::Plugin, "fastnet", 1, "1.0.0",
                        "Five convolutions for small pictures: 5x5 stride 2 to 24 channels, 3x3 to "
                        "48 (stride 2), 48, 96 (stride 2), 96, each with batch normalisation and "
                        "PReLU, then a linear layer and batch normalisation. Any size of picture.")
