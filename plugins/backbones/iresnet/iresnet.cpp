#include "iresnet.h"

#include "layers/dropout.h"

namespace synface::iresnet {

using layers::Call;
using layers::Norm;

Block::Block(layers::Parameters& p, const std::string& name, std::int64_t in, std::int64_t out,
             bool first, layers::Init init)
    : bn1_(p, name + ".bn1", in),
      conv1_(p, name + ".conv1", in, out, 3, 1, init),
      bn2_(p, name + ".bn2", out, {.prelu = true, .prelu_name = name + ".prelu"}),
      conv2_(p, name + ".conv2", out, out, 3, first ? 2 : 1, init),
      bn3_(p, name + ".bn3", out) {
  if (!first) return;
  layers::Conv conv(p, name + ".downsample.0", in, out, 1, 2, init);
  shortcut_.emplace(Shortcut{conv, Norm(p, name + ".downsample.1", out)});
}

at::Tensor Block::forward(const Call& call, const at::Tensor& x, Tape* tape) const {
  layers::check_cancelled(*call.context);
  const at::Tensor normalised =
      bn1_.forward(call, x, tape ? &tape->before : nullptr, Norm::Input::kKeep);
  const at::Tensor activated =
      bn2_.forward(call, conv1_.forward(normalised), tape ? &tape->between : nullptr);
  const at::Tensor residual = conv2_.forward(activated);
  if (tape) {
    tape->input = x;
    tape->normalised = normalised;
    tape->activated = activated;
  }
  Norm::Saved* after = tape ? &tape->after : nullptr;
  if (!shortcut_) return bn3_.forward_add(call, residual, x, after);
  return Norm::forward_sum(call, bn3_, residual, after, shortcut_->norm, shortcut_->conv.forward(x),
                           tape ? &tape->shortcut : nullptr);
}

at::Tensor Block::backward(const Call& call, const at::Tensor& dy, Tape& tape,
                           bool accumulate) const {
  layers::check_cancelled(*call.context);
  at::Tensor d = bn3_.backward(call, dy, tape.after, nullptr, accumulate, false);
  tape.after = {};
  at::Tensor d_shortcut = dy;
  if (shortcut_) {
    d_shortcut = shortcut_->norm.backward(call, dy, tape.shortcut, nullptr, accumulate, true);
    tape.shortcut = {};
    d_shortcut = shortcut_->conv.backward(d_shortcut, tape.input, true, accumulate);
  }
  d = conv2_.backward(d, tape.activated, true, accumulate);
  tape.activated.reset();
  d = bn2_.backward(call, d, tape.between, nullptr, accumulate, true);
  tape.between = {};
  d = conv1_.backward(d, tape.normalised, true, accumulate);
  tape.normalised.reset();
  d = bn1_.backward(call, d, tape.before, &d_shortcut, accumulate, true);
  tape.before = {};
  tape.input.reset();
  return d;
}

IResNet::IResNet(layers::Parameters& p, const Shape& shape) : dropout_(shape.dropout) {
  std::int64_t in = shape.channels, height = shape.height, width = shape.width;
  stem_.emplace(p, "conv1", 3, in, 3, 1, shape.init);
  stem_norm_.emplace(p, "bn1", in, layers::NormOptions{.prelu = true, .prelu_name = "prelu"});
  for (std::size_t stage = 0; stage < shape.blocks.size(); ++stage) {
    const std::int64_t out = shape.channels << stage;
    for (std::int64_t i = 0; i < shape.blocks[stage]; ++i) {
      const std::string name = "layer" + std::to_string(stage + 1) + "." + std::to_string(i);
      blocks_.emplace_back(p, name, in, out, i == 0, shape.init);
      height = blocks_.back().size_after(height);
      width = blocks_.back().size_after(width);
      in = out;
    }
  }
  Norm norm(p, "bn2", in);
  layers::Linear linear(p, "fc", in * height * width, shape.embedding, true, shape.init);
  head_.emplace(Head{
      norm, linear,
      Norm(p, "features", shape.embedding, layers::NormOptions{.fixed_scale = shape.fixed_scale})});
}

at::Tensor IResNet::forward(const Call& call, const at::Tensor& image, Tape* tape) const {
  at::Tensor x = stem_norm_->forward(call, stem_->forward(image), tape ? &tape->stem : nullptr);
  if (tape) {
    tape->image = image;
    tape->blocks.resize(blocks_.size());
  }
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    x = blocks_[i].forward(call, x, tape ? &tape->blocks[i] : nullptr);
  }
  x = head_->norm.forward(call, x, tape ? &tape->head : nullptr);
  at::Tensor flat = layers::flatten(x);
  const at::Tensor mask = layers::dropout_mask(call, flat, dropout_);
  if (mask.defined()) flat = flat * mask;
  if (tape) {
    tape->head_shape = x.sizes().vec();
    tape->flat = flat;
    tape->dropout = mask;
  }
  return head_->last.forward(call, head_->linear.forward(flat), tape ? &tape->last : nullptr);
}

at::Tensor IResNet::backward(const Call& call, const at::Tensor& dy, Tape& tape, bool want_dx,
                             bool accumulate) const {
  at::Tensor d = head_->last.backward(call, dy, tape.last, nullptr, accumulate, false);
  d = head_->linear.backward(d, tape.flat, accumulate);
  if (tape.dropout.defined()) d.mul_(tape.dropout);
  d = layers::unflatten(d, tape.head_shape);
  d = head_->norm.backward(call, d, tape.head, nullptr, accumulate, true);
  for (std::size_t i = blocks_.size(); i-- > 0;) {
    d = blocks_[i].backward(call, d, tape.blocks[i], accumulate);
  }
  d = stem_norm_->backward(call, d, tape.stem, nullptr, accumulate, true);
  return stem_->backward(d, tape.image, want_dx, accumulate);
}

}  // namespace synface::iresnet
