#include <synface/base/error.h>
#include <synface/base/philox.h>
#include <synface/philox.h>
#include <synface/train/device_head.h>
#include <synface/train/loss_path.h>
#include <synface/train/memory.h>

#include <algorithm>

namespace synface::train {
namespace {

HeadResult mean_of(const Buffer<float>& value, std::int64_t batch) {
  HeadResult result;
  for (std::int64_t b = 0; b < batch; ++b) {
    result.loss += static_cast<double>(value[static_cast<std::size_t>(b)]);
  }
  result.loss /= static_cast<double>(batch);
  result.accuracy = __builtin_nan("");  // such a loss predicts no class
  return result;
}

}  // namespace

struct LossPath::State {
  plugin::Loss loss;
  HeadShape shape;
  Device* device = nullptr;
  Place place;                              // where the plugin computes
  std::unique_ptr<Head<float>> head;        // MARGIN, LOGITS on the CPU's own path
  std::unique_ptr<DeviceHead> device_head;  // MARGIN, LOGITS on a device
  std::vector<plugin::Parameter> own;       // EMBEDDING
  Parameters* parameters = nullptr;
  std::size_t first = 0;
  int threads = 1;
  Buffer<float> value, d_value;  // EMBEDDING: [B]
  // EMBEDDING on a device: what a plugin on the CPU reads and writes, or value and d_value there.
  Buffer<float> host_x, host_d_x, host_weights;
  Buffer<std::int64_t> host_labels;
  DeviceArray<float> device_value, device_d_value;
  HeadResult embedding_result;

  explicit State(plugin::Loss plugin) : loss(std::move(plugin)) {}
  std::uint32_t form() const { return loss.loss_info().form; }
  bool has_head() const { return form() != SYNFACE_LOSS_EMBEDDING; }
  float* weight() const { return static_cast<float*>((*parameters->value(first)).data); }
  float* d_weight() const { return static_cast<float*>(parameters->gradient(first)->data); }

  HeadResult margin(const synface_context& ctx, const float* x, const Labels& labels, float* d_x);
  HeadResult logits(const synface_context& ctx, const float* x, const Labels& labels, float* d_x);
  HeadResult embedding(const synface_context& ctx, const float* x, const Labels& labels,
                       float* d_x);
  void start(const HeadShape& given);
  void take_buffers();
  void embedding_by_host(const synface_context& ctx, const float* x, const Labels& labels,
                         float* d_x);
  void embedding_on_device(const synface_context& ctx, const float* x, const Labels& labels,
                           float* d_x);
};

HeadResult LossPath::State::margin(const synface_context& ctx, const float* x, const Labels& labels,
                                   float* d_x) {
  const auto call = [&](const MarginCall& m) {
    loss.margin(ctx, *m.cos, *m.norm, *m.weights, *m.z, *m.dz_dcos, m.dz_dnorm.get());
  };
  if (!device_head) return head->margin(x, labels, weight(), call, d_weight(), d_x);
  device_head->margin(x, labels, weight(), call, d_weight(), d_x);
  return {};
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
  if (!device_head) return head->logits(x, labels, weight(), forward, backward, d_weight(), d_x);
  device_head->logits(x, labels, weight(), forward, backward, d_weight(), d_x);
  return {};
}

HeadResult LossPath::State::embedding(const synface_context& ctx, const float* x,
                                      const Labels& labels, float* d_x) {
  const std::int64_t batch = labels.batch, d = shape.embedding, k = shape.max_labels;
  const View embeddings(x, {batch, d}), gradients(d_x, {batch, d});
  const View ids(labels.labels, {batch, k}), weights(labels.weights, {batch, k});
  const plugin::Tape tape =
      loss.loss(ctx, *embeddings, *ids, *weights, *View(value.data(), {batch}), true);
  std::fill_n(d_value.data(), batch, 1.0F / static_cast<float>(batch));
  loss.loss_backward(ctx, tape, *View(d_value.data(), {batch}), *gradients, false);
  return mean_of(value, batch);
}

void LossPath::State::embedding_by_host(const synface_context& ctx, const float* x,
                                        const Labels& labels, float* d_x) {
  const auto floats = static_cast<std::size_t>(labels.batch * shape.embedding);
  const auto slots = static_cast<std::size_t>(labels.batch * shape.max_labels);
  device->download(host_x.data(), x, floats * sizeof(float));
  device->download(host_labels.data(), labels.labels, slots * sizeof(std::int64_t));
  device->download(host_weights.data(), labels.weights, slots * sizeof(float));
  embedding_result = embedding(
      ctx, host_x.data(), {labels.batch, host_labels.data(), host_weights.data()}, host_d_x.data());
  device->upload(d_x, host_d_x.data(), floats * sizeof(float));
}

void LossPath::State::embedding_on_device(const synface_context& ctx, const float* x,
                                          const Labels& labels, float* d_x) {
  const std::int64_t b = labels.batch, d = shape.embedding, k = shape.max_labels;
  const auto view = [&](auto* data, std::initializer_list<std::int64_t> sizes) {
    return View(data, sizes).on(place);
  };
  const plugin::Tape tape =
      loss.loss(ctx, *view(x, {b, d}), *view(labels.labels, {b, k}), *view(labels.weights, {b, k}),
                *view(device_value.data(), {b}), true);
  std::fill_n(d_value.data(), b, 1.0F / static_cast<float>(b));
  device_d_value.upload(d_value.data(), static_cast<std::size_t>(b));
  loss.loss_backward(ctx, tape, *view(device_d_value.data(), {b}), *view(d_x, {b, d}), false);
  device_value.download(value.data(), static_cast<std::size_t>(b));
  embedding_result = mean_of(value, b);
}

void LossPath::State::start(const HeadShape& given) {
  shape = given;
  shape.subcentres = std::max<std::int64_t>(1, loss.loss_info().subcentres);
  if (has_head()) return;
  own = loss.parameters();
}

// On the CPU; first what there was goes, so that there is never twice as much.
void LossPath::State::take_buffers() {
  if (has_head()) {
    head.reset();
    head = std::make_unique<Head<float>>(shape, loss.loss_info(), threads);
    return;
  }
  const auto b = static_cast<std::size_t>(shape.max_batch);
  value = Buffer<float>(b, "value");
  d_value = Buffer<float>(b, "d_value");
}

LossPath::LossPath(plugin::Loss loss, const HeadShape& shape, int threads)
    : state_(new State(std::move(loss))) {
  State& s = *state_;
  s.start(shape);
  s.threads = threads;
  const Lending lending;
  s.take_buffers();
}

LossPath::LossPath(plugin::Loss loss, const HeadShape& shape, Device& device,
                   const Place& loss_place)
    : state_(new State(std::move(loss))) {
  State& s = *state_;
  s.device = &device;
  s.place = loss_place;
  s.start(shape);
  if (s.has_head()) {
    s.device_head =
        std::make_unique<DeviceHead>(s.shape, s.loss.loss_info(), device.place(), loss_place);
    return;
  }
  if (!s.own.empty() && loss_place.type != device.place().type) {
    fail(ExitCode::kSetup,
         "{} has parameters of its own and no form for a GPU; train with --device cpu",
         s.loss.info().name());
  }
  s.take_buffers();
  const auto b = static_cast<std::size_t>(shape.max_batch);
  const auto k = b * static_cast<std::size_t>(shape.max_labels);
  s.host_x = Buffer<float>(b * static_cast<std::size_t>(shape.embedding));
  s.host_d_x = Buffer<float>(s.host_x.size());
  s.host_weights = Buffer<float>(k);
  s.host_labels = Buffer<std::int64_t>(k);
  s.device_value = DeviceArray<float>(device, b);
  s.device_d_value = DeviceArray<float>(device, b);
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
  if (s.has_head()) {
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
  if (s.has_head() || s.own.empty()) return;
  std::vector<const synface_tensor*> values, gradients;
  for (std::size_t i = 0; i < s.own.size(); ++i) {
    values.push_back(s.parameters->value(s.first + i).get());
    gradients.push_back(s.parameters->gradient(s.first + i));
  }
  s.loss.bind_parameters(values, gradients);
}

void LossPath::init(const synface_context& ctx) {
  State& s = *state_;
  if (!s.has_head()) {
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
  float* const weight = s.parameters->host_value(s.first);
  for (std::int64_t i = 0; i < n; ++i) weight[i] = static_cast<float>(0.01 * random.normal());
  if (s.device == nullptr) return;
  s.device->upload(s.weight(), weight, static_cast<std::size_t>(n) * sizeof(float));
  s.device->wait();
}

void LossPath::renew_buffers() {
  state_->take_buffers();
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

void LossPath::enqueue(const synface_context& ctx, const float* x, const Labels& labels,
                       float* d_x) {
  State& s = *state_;
  if (s.device_head) {
    step(ctx, x, labels, d_x);
  } else if (s.place.type == s.device->place().type) {
    s.embedding_on_device(ctx, x, labels, d_x);
  } else {
    s.embedding_by_host(ctx, x, labels, d_x);
  }
}

HeadResult LossPath::result() const {
  return state_->device_head ? state_->device_head->result() : state_->embedding_result;
}

const Place& LossPath::place() const {
  return state_->place;
}

}  // namespace synface::train
