#include <synface/base/philox.h>
#include <synface/philox.h>
#include <synface/train/loss_path.h>

#include <algorithm>

namespace synface::train {

struct LossPath::State {
  plugin::Loss loss;
  HeadShape shape;
  std::unique_ptr<Head<float>> head;   // MARGIN, LOGITS
  std::vector<plugin::Parameter> own;  // EMBEDDING
  Parameters* parameters = nullptr;
  std::size_t first = 0;
  std::vector<float> value, d_value;  // EMBEDDING: [B]

  std::uint32_t form() const { return loss.loss_info().form; }
  float* weight() const { return static_cast<float*>((*parameters->value(first)).data); }
  float* d_weight() const { return static_cast<float*>(parameters->gradient(first)->data); }

  HeadResult margin(const synface_context& ctx, const float* x, const Labels& labels, float* d_x);
  HeadResult logits(const synface_context& ctx, const float* x, const Labels& labels, float* d_x);
  HeadResult embedding(const synface_context& ctx, const float* x, const Labels& labels,
                       float* d_x);
};

HeadResult LossPath::State::margin(const synface_context& ctx, const float* x, const Labels& labels,
                                   float* d_x) {
  const auto call = [&](const MarginCall& m) {
    loss.margin(ctx, *m.cos, *m.norm, *m.weights, *m.z, *m.dz_dcos, m.dz_dnorm.get());
  };
  return head->margin(x, labels, weight(), call, d_weight(), d_x);
}

HeadResult LossPath::State::logits(const synface_context& ctx, const float* x, const Labels& labels,
                                   float* d_x) {
  plugin::Tape tape;
  const auto forward = [&](const LogitsCall& c) {
    tape = loss.logits(ctx, *c.dot, *c.norm, *c.labels, *c.weights, *c.z, true);
  };
  const auto backward = [&](const LogitsBackwardCall& c) {
    loss.logits_backward(ctx, tape, *c.d_z, *c.d_dot, c.d_norm.get());
  };
  return head->logits(x, labels, weight(), forward, backward, d_weight(), d_x);
}

HeadResult LossPath::State::embedding(const synface_context& ctx, const float* x,
                                      const Labels& labels, float* d_x) {
  const std::int64_t batch = labels.batch, d = shape.embedding, k = shape.max_labels;
  const View embeddings(x, {batch, d}), gradients(d_x, {batch, d});
  const View ids(labels.labels, {batch, k}), weights(labels.weights, {batch, k});
  const plugin::Tape tape =
      loss.loss(ctx, *embeddings, *ids, *weights, *View(value.data(), {batch}), true);
  std::fill_n(d_value.begin(), batch, 1.0F / static_cast<float>(batch));
  loss.loss_backward(ctx, tape, *View(d_value.data(), {batch}), *gradients, false);
  HeadResult result;
  for (std::int64_t b = 0; b < batch; ++b) {
    result.loss += static_cast<double>(value[static_cast<std::size_t>(b)]);
  }
  result.loss /= static_cast<double>(batch);
  result.accuracy = __builtin_nan("");  // such a loss predicts no class
  return result;
}

LossPath::LossPath(plugin::Loss loss, const HeadShape& shape, int threads)
    : state_(new State{std::move(loss), shape, nullptr, {}, nullptr, 0, {}, {}}) {
  State& s = *state_;
  s.shape.subcentres = std::max<std::int64_t>(1, s.loss.loss_info().subcentres);
  if (s.form() == SYNFACE_LOSS_EMBEDDING) {
    s.own = s.loss.parameters();
    s.value.resize(static_cast<std::size_t>(shape.max_batch));
    s.d_value.resize(static_cast<std::size_t>(shape.max_batch));
  } else {
    s.head = std::make_unique<Head<float>>(s.shape, s.loss.loss_info(), threads);
  }
}

LossPath::~LossPath() = default;
LossPath::LossPath(LossPath&&) noexcept = default;
plugin::Loss& LossPath::loss() {
  return state_->loss;
}
const plugin::Loss& LossPath::loss() const {
  return state_->loss;
}
LossPath& LossPath::operator=(LossPath&&) noexcept = default;

std::vector<ParameterSpec> LossPath::parameters() const {
  const State& s = *state_;
  if (s.head) {
    return {{"loss.weight",
             {s.shape.classes * s.shape.subcentres, s.shape.embedding},
             true,
             true,
             1.0F}};
  }
  std::vector<ParameterSpec> specs;
  for (const plugin::Parameter& p : s.own) {
    specs.push_back({"loss." + p.name, p.shape, p.trainable, p.decay, p.lr_scale});
  }
  return specs;
}

void LossPath::attach(Parameters& parameters, std::size_t first) {
  state_->parameters = &parameters;
  state_->first = first;
}

void LossPath::bind() {
  State& s = *state_;
  if (s.head || s.own.empty()) return;
  std::vector<const synface_tensor*> values, gradients;
  for (std::size_t i = 0; i < s.own.size(); ++i) {
    values.push_back(s.parameters->value(s.first + i).get());
    gradients.push_back(s.parameters->gradient(s.first + i));
  }
  s.loss.bind_parameters(values, gradients);
}

void LossPath::init(const synface_context& ctx) {
  State& s = *state_;
  if (!s.head) {
    std::vector<const synface_tensor*> values;
    for (std::size_t i = 0; i < s.own.size(); ++i) {
      values.push_back(s.parameters->value(s.first + i).get());
    }
    if (!values.empty()) s.loss.init_parameters(ctx, values);
    return;
  }
  PhiloxStream random({ctx.key[0], ctx.key[1]},
                      {0, SYNFACE_STREAM_INIT, static_cast<std::uint32_t>(ctx.counter),
                       static_cast<std::uint32_t>(ctx.counter >> 32)});
  const std::int64_t n = s.parameters->value(s.first).count();
  for (std::int64_t i = 0; i < n; ++i) s.weight()[i] = static_cast<float>(0.01 * random.normal());
}

HeadResult LossPath::step(const synface_context& ctx, const float* x, const Labels& labels,
                          float* d_x) {
  switch (state_->form()) {
    case SYNFACE_LOSS_MARGIN:
      return state_->margin(ctx, x, labels, d_x);
    case SYNFACE_LOSS_LOGITS:
      return state_->logits(ctx, x, labels, d_x);
    default:
      return state_->embedding(ctx, x, labels, d_x);
  }
}

}  // namespace synface::train
