#include <synface/train/trainer.h>

#include <chrono>
#include <cmath>

namespace synface::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Plugin calls of one step; each has a counter of its own.
constexpr std::uint64_t kCalls = 4, kForward = 0, kLoss = 1;

}  // namespace

Trainer::Trainer(const TrialSpec& spec, const CallSettings& calls, Model& model, Batches& batches,
                 Recorder& recorder)
    : spec_(spec), calls_(calls), model_(model), batches_(batches), recorder_(recorder) {
  const auto size = static_cast<std::size_t>(spec.batch_size * model.backbone().embedding());
  if (Device* const device = model.device()) {
    device_batches_.emplace(*device, batches, spec.batch_size, spec.height, spec.width);
    device_embeddings_ = {*device, size};
    device_d_embeddings_ = {*device, size};
  } else {
    const Lending lending;
    take_buffers();
  }
}

void Trainer::take_buffers() {
  const auto size = static_cast<std::size_t>(spec_.batch_size * model_.backbone().embedding());
  batch_ = batches_.make_batch();
  embeddings_ = Buffer<float>(size, "embeddings");
  d_embeddings_ = Buffer<float>(size, "d_embeddings");
}

// After the first step: what was lent for its calls is taken away for good, so that a plugin that
// kept a pointer faults at the next one.
void Trainer::renew_buffers() {
  lent_ = false;
  batches_.renew_buffers();
  model_.loss().renew_buffers();
  take_buffers();
}

synface_context Trainer::context(std::int64_t step, std::uint64_t call, const Place& place) const {
  const auto number = static_cast<std::uint64_t>(step);
  synface_context ctx = make_context(calls_, SYNFACE_PHASE_TRAIN, spec_.seeds.train,
                                     2 + number * kCalls + call, place);
  ctx.step = number;
  ctx.epoch = static_cast<std::uint32_t>(step * spec_.batch_size / batches_.images());
  ctx.margin_scale = static_cast<float>(margin_scale(spec_.schedule, step, calls_.total_steps));
  return ctx;
}

// Forward, loss, backward; the gradients are left in the parameters' buffers.
HeadResult Trainer::step(std::int64_t step) {
  if (model_.device() != nullptr) return device_step(step);
  const HeadResult result = host_step(step);
  if (lent_) renew_buffers();
  return result;
}

HeadResult Trainer::host_step(std::int64_t step) {
  const std::int64_t b = spec_.batch_size, d = model_.backbone().embedding();
  batches_.fill(step, batch_);
  const View x(batch_.x.data(), {b, 3, spec_.height, spec_.width}, SYNFACE_TENSOR_CHANNELS_LAST);
  const synface_context ctx = context(step, kForward, Place{});
  const plugin::Tape tape =
      model_.backbone().forward_train(ctx, *x, *View(embeddings_.data(), {b, d}));
  const Labels labels{b, batch_.labels.data(), batch_.weights.data()};
  const HeadResult result = model_.loss().step(context(step, kLoss, Place{}), embeddings_.data(),
                                               labels, d_embeddings_.data());
  if (!std::isfinite(result.loss)) return result;
  model_.backbone().backward(ctx, tape, *View(d_embeddings_.data(), {b, d}), nullptr, false);
  return result;
}

// The same, enqueued. A loss that is not finite is seen after the backward pass, which harms
// nothing but the gradients.
HeadResult Trainer::device_step(std::int64_t step) {
  const std::int64_t b = spec_.batch_size, d = model_.backbone().embedding();
  const Place place = model_.place();
  device_batches_->upload(step);
  const View x =
      View(device_batches_->x(), {b, 3, spec_.height, spec_.width}, SYNFACE_TENSOR_CHANNELS_LAST)
          .on(place);
  const synface_context ctx = context(step, kForward, place);
  const plugin::Tape tape =
      model_.backbone().forward_train(ctx, *x, *View(device_embeddings_.data(), {b, d}).on(place));
  model_.loss().enqueue(context(step, kLoss, model_.loss().place()), device_embeddings_.data(),
                        device_batches_->labels(), device_d_embeddings_.data());
  model_.backbone().backward(ctx, tape, *View(device_d_embeddings_.data(), {b, d}).on(place),
                             nullptr, false);
  if (step + 1 < calls_.total_steps) device_batches_->prepare(step + 1);
  return model_.loss().result();
}

// Moves the parameters; returns the gradient's length where it is asked for.
double Trainer::update(std::int64_t step, bool measure) {
  const double norm = measure ? model_.parameters().gradient_norm() : 0;
  SgdSettings settings;
  settings.learning_rate =
      static_cast<float>(learning_rate(spec_.schedule, step, calls_.total_steps));
  settings.momentum = static_cast<float>(spec_.momentum);
  settings.weight_decay = static_cast<float>(spec_.weight_decay);
  settings.nesterov = spec_.nesterov;
  model_.parameters().step(settings, spec_.threads);
  return norm;
}

void Trainer::add(std::int64_t step, const HeadResult& result, Window& window) const {
  window.loss += result.loss;
  window.accuracy += result.accuracy;
  window.steps += 1;
  const std::int64_t tail = std::max<std::int64_t>(1, calls_.total_steps / 20);
  if (step < calls_.total_steps - tail) return;
  window.tail_loss += result.loss;
  window.tail_accuracy += result.accuracy;
  window.tail_steps += 1;
}

Trainer::End Trainer::run(Position& position, const Hooks& hooks) {
  const std::int64_t total = calls_.total_steps;
  auto last_checkpoint = Clock::now(), last_point = Clock::now();
  std::int64_t since_point = 0;
  const auto diverged = [&](std::int64_t step, const std::string& what) {
    position.step = step;
    recorder_.journal().event(journal_event::kDiverged, {{"step", step}, {"metric", what}});
    return End::kDiverged;
  };
  while (position.step < total) {
    const std::int64_t step = position.step;
    const HeadResult result = this->step(step);
    add(step, result, position.window);
    if (!std::isfinite(result.loss)) {
      recorder_.training_point(step + 1, position.window,
                               learning_rate(spec_.schedule, step, total), std::nan(""),
                               std::nan(""));
      return diverged(step, "train.loss");
    }
    const bool point = (step + 1) % kPointEvery == 0 || step + 1 == total;
    const double norm = update(step, point);
    ++position.step;
    ++since_point;
    if (point) {
      const double speed = static_cast<double>(since_point * spec_.batch_size) /
                           std::max(1e-9, seconds_since(last_point));
      recorder_.training_point(position.step, position.window,
                               learning_rate(spec_.schedule, step, total), norm, speed);
      recorder_.phase("train", static_cast<std::uint64_t>(position.step),
                      static_cast<std::uint64_t>(total));
      position.window.loss = position.window.accuracy = position.window.steps = 0;
      last_point = Clock::now();
      since_point = 0;
    }
    const bool stop = position.step < total && hooks.stop();
    if (stop || position.step == total ||
        seconds_since(last_checkpoint) >= spec_.checkpoint_every_s) {
      hooks.checkpoint(position);
      last_checkpoint = Clock::now();
    }
    if (stop) return End::kStopped;
  }
  // The last update is followed by no loss that would show it.
  const std::string bad = model_.parameters().find_not_finite();
  return bad.empty() ? End::kDone : diverged(total, bad);
}

}  // namespace synface::train
