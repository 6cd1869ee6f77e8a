#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/hash.h>
#include <synface/data/listing.h>
#include <synface/train/device_batches.h>
#include <synface/train/evaluation.h>
#include <synface/train/parts.h>
#include <synface/train/trainer.h>
#include <synface/train/trial.h>

#include <chrono>
#include <cmath>

namespace synface::train {
namespace {

// One attempt: what its phases share.
class Attempt {
 public:
  // `device`: nullptr for the CPU.
  Attempt(const TrialSpec& spec, const TrialRun& run, Device* device)
      : spec_(spec),
        run_(run),
        calls_{spec.threads, spec.deterministic, spec.precision == "bfloat16", spec.total_steps(),
               run.stop},
        device_(device),
        parts_(spec, *run.loader, run.trace, calls_),
        recorder_(*run.journal),
        source_(parts_.source()) {}

  TrialEnd run();

 private:
  void record_device();
  Place place() const { return device_ == nullptr ? Place{} : device_->place(); }
  plugin::Backbone backbone();
  LossPath loss(std::int64_t embedding);
  TrialEnd train();
  void prepare_images();
  void leave_untrained(plugin::Backbone backbone);
  void load(Position& position);
  void record_budget();
  Trainer::Hooks hooks();
  void calibrate();
  void keep_weights(const Position& position);
  void record_finals(const Position& position);
  void evaluate();
  EvaluationSets evaluation_sets();
  Progress progress(const std::string& what);
  std::shared_ptr<ImageSet> plain_set(const Source& source, const std::string& what,
                                      std::uint64_t data_seed,
                                      const std::vector<std::uint32_t>& samples);
  std::shared_ptr<ImageSet> heldout_set();
  void describe_set(const std::string& name, const std::string& identity, const ImageSet& set);
  bool stopping() const { return run_.stop != nullptr && *run_.stop != 0; }
  void say(const std::string& text) {
    run_.journal->log(LogLevel::kInfo, text);
    if (run_.say) run_.say(text);
  }

  const TrialSpec& spec_;
  const TrialRun& run_;
  CallSettings calls_;
  Device* device_;
  Parts parts_;
  Recorder recorder_;
  Source source_;
  std::optional<Source> heldout_source_;
  Parts::Mixups mixups_;
  std::shared_ptr<ImageSet> own_, real_;
  std::unique_ptr<Batches> batches_;
  std::unique_ptr<Model> model_;
};

void Attempt::record_device() {
  if (device_ == nullptr) return;
  const std::string text = device_->text();
  run_.journal->event("device", {{"device", spec_.device}, {"text", text}});
  say(fmt::format("computes on {}", text));
}

// For the device, where it has a form for it. Features that are not learnt are computed on the CPU
// then; a network that would be trained there in silence is refused.
plugin::Backbone Attempt::backbone() {
  auto [backbone, at] = parts_.backbone(place());
  if (device_ != nullptr && at.type != place().type) {
    const std::string name = backbone.info().name();
    if (backbone.trainable()) {
      fail(ExitCode::kSetup, "{} has no form for a GPU; train with --device cpu", name);
    }
    say(fmt::format("{} has no form for a GPU: its features are computed on the CPU", name));
    device_ = nullptr;
  }
  return std::move(backbone);
}

LossPath Attempt::loss(std::int64_t embedding) {
  const std::int64_t classes = batches_->classes();
  const HeadShape shape{classes, embedding, spec_.batch_size, batches_->max_labels(), 1};
  auto [loss, at] = parts_.loss(classes, embedding, place());
  if (device_ == nullptr) return LossPath(std::move(loss), shape, spec_.threads);
  if (at.type != place().type) {
    say(fmt::format("{} has no form for a GPU: its inputs are brought to the CPU at each step",
                    loss.info().name()));
  }
  return LossPath(std::move(loss), shape, *device_, at);
}

Progress Attempt::progress(const std::string& what) {
  auto last = std::make_shared<std::chrono::steady_clock::time_point>();
  Progress progress;
  progress.rendered = [this, what, last](std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (done < total && now - *last < std::chrono::milliseconds(500)) return;
    *last = now;
    recorder_.phase(what, done, total);
  };
  progress.say = [this](const std::string& text) { say(text); };
  progress.cancelled = [this] { return stopping(); };
  return progress;
}

void Attempt::describe_set(const std::string& name, const std::string& identity,
                           const ImageSet& set) {
  run_.journal->event("dataset", {{"name", name},
                                  {"digest", sha256(identity)},
                                  {"identities", set.identities()},
                                  {"images", set.count()}});
}

std::shared_ptr<ImageSet> Attempt::plain_set(const Source& source, const std::string& what,
                                             std::uint64_t data_seed,
                                             const std::vector<std::uint32_t>& samples) {
  std::shared_ptr<ImageSet> set =
      source.make(spec_.cache, data_seed, samples, nullptr, {}, progress("render"));
  describe_set(what, source.cache_identity(data_seed, samples, nullptr, {}), *set);
  return set;
}

// People whom no trial has seen, the same for all cells: their generator is not the trial's.
std::shared_ptr<ImageSet> Attempt::heldout_set() {
  if (spec_.heldout_generator.id.empty()) {
    fail(ExitCode::kUsage,
         "{} draws no new people, so that there are no held-out ones; give heldout.generator",
         source_.generator().info().name());
  }
  if (!heldout_source_) heldout_source_.emplace(parts_.source(spec_.heldout_generator));
  const std::vector<std::uint32_t> samples(static_cast<std::size_t>(spec_.heldout_identities),
                                           static_cast<std::uint32_t>(spec_.heldout_samples));
  return plain_set(*heldout_source_, "heldout", spec_.seeds.test, samples);
}

// Images and mixups.
void Attempt::prepare_images() {
  const std::vector<std::uint32_t> samples = source_.extent(spec_.identities, spec_.samples);
  mixups_ = parts_.mixups(samples);
  const plugin::Mixup* latent = mixups_.latent ? &*mixups_.latent : nullptr;
  own_ = source_.make(spec_.cache, spec_.seeds.data, samples, latent, mixups_.latent_identity,
                      progress("render"));
  describe_set("train",
               source_.cache_identity(spec_.seeds.data, samples, latent, mixups_.latent_identity),
               *own_);
  const plugin::Mixup* batch = mixups_.batch ? &*mixups_.batch : nullptr;
  if (batch != nullptr && batch->mix_info().sets > 1 && !spec_.real.train.empty()) {
    real_ = folder_set(spec_.real.train, spec_.real.identities, spec_.real.samples,
                       spec_.seeds.real, spec_.height, spec_.width, spec_.threads);
  }
  const Batches::Settings settings{
      spec_.height,      spec_.width,        spec_.batch_size,     spec_.seeds.data,
      spec_.seeds.train, spec_.augmentation, spec_.shuffle_labels, calls_};
  batches_ = std::make_unique<Batches>(settings, *own_, latent, batch, real_.get());
}

// Initial values, or those of the checkpoint.
void Attempt::load(Position& position) {
  std::optional<Position> saved;
  if (run_.resume) {
    try {
      saved = load_checkpoint(run_.checkpoint_folder, spec_.trial_key, model_->parameters());
    } catch (const Error& error) {
      run_.journal->log(LogLevel::kWarning,
                        fmt::format("training starts from the beginning: {}", error.what()));
    }
  }
  if (!saved) {
    model_->init(calls_, spec_.seeds.train);
    model_->bind();
    return;
  }
  position = *saved;
  model_->bind();
  model_->load_states(position);
  run_.journal->event(journal_event::kResumed,
                      {{"step", position.step}, {"from_attempt", position.attempt}});
  say(fmt::format("resumed at step {} of attempt {}", position.step, position.attempt));
}

// Batch normalisation's statistics of an untrained network from training images.
void Attempt::calibrate() {
  constexpr std::int64_t kMostCalls = 50;
  if (!model_->backbone().has_calibrate()) {
    fail(ExitCode::kUsage, "train.calibrate is set, and {} has nothing to calibrate",
         model_->backbone().info().name());
  }
  const std::int64_t b = spec_.batch_size;
  const std::int64_t n = std::min(kMostCalls, std::max<std::int64_t>(1, own_->count() / b));
  Batch batch = batches_->make_batch();
  DeviceArray<float> x;
  if (device_ != nullptr) x = {*device_, batch.x.size()};
  for (std::int64_t call = 0; call < n; ++call) {
    batches_->fill_plain(call * b, batch);
    if (device_ != nullptr) x.upload(batch.x.data(), batch.x.size());
    model_->backbone().calibrate(
        make_context(calls_, SYNFACE_PHASE_TRAIN, spec_.seeds.train, 0, place()),
        *View(device_ != nullptr ? x.data() : batch.x.data(), {b, 3, spec_.height, spec_.width},
              SYNFACE_TENSOR_CHANNELS_LAST)
             .on(place()),
        static_cast<std::uint64_t>(call), static_cast<std::uint64_t>(n));
    if (device_ != nullptr) device_->wait();  // the next images go into the same memory
  }
}

void Attempt::keep_weights(const Position& position) {
  const std::filesystem::path file = spec_.weights_folder / "weights.safetensors";
  Position kept = position;
  kept.attempt = 0;  // the file is the trial's, however many attempts it took: the same bytes
  model_->save_states(kept);
  const std::string sha256 = save_weights(file, spec_.trial_key, model_->parameters(), kept);
  run_.journal->event(
      journal_event::kTrained,
      {{"weights", std::filesystem::proximate(file, spec_.root).string()}, {"sha256", sha256}});
}

void Attempt::record_finals(const Position& position) {
  const Window& window = position.window;
  const double loss = window.tail_loss / window.tail_steps;
  const auto classes = static_cast<double>(batches_->classes());
  recorder_.final_value("train.final_loss", MetricGoal::kMin, "", loss);
  recorder_.final_value("train.loss_over_log_classes", MetricGoal::kMin, "",
                        loss / std::log(classes));
  recorder_.final_value("train.final_accuracy", MetricGoal::kMax, "fraction",
                        window.tail_accuracy / window.tail_steps);
}

// A network that is evaluated as it was initialised; needs no images but for calibration.
void Attempt::leave_untrained(plugin::Backbone backbone) {
  const bool frozen = !backbone.trainable();
  model_ = std::make_unique<Model>(std::move(backbone), std::nullopt, false, device_);
  model_->init(calls_, spec_.seeds.train);
  model_->bind();
  say(frozen ? "the backbone is frozen: nothing is trained" : "images_seen = 0: stays untrained");
  if (spec_.calibrate && !frozen) {
    prepare_images();
    calibrate();
  }
  keep_weights({});
}

void Attempt::record_budget() {
  const std::int64_t steps = spec_.total_steps(), seen = steps * spec_.batch_size;
  const double epochs = static_cast<double>(seen) / static_cast<double>(own_->count());
  run_.journal->event("budget",
                      {{"steps", steps},
                       {"images_seen", seen},
                       // Images blended in a row, which images_seen counts once.
                       {"sources", mixups_.batch ? mixups_.batch->mix_info().sources : 1U},
                       {"epochs", epochs},
                       {"classes", batches_->classes()},
                       {"images", own_->count()},
                       {"parameters", model_->parameters().trainable_count()}});
  say(fmt::format("{} steps of {} images: {} images, {:.2f} epochs of {} images of {} people",
                  steps, spec_.batch_size, seen, epochs, own_->count(), own_->identities()));
}

Trainer::Hooks Attempt::hooks() {
  Trainer::Hooks hooks;
  hooks.stop = [this] { return stopping(); };
  hooks.checkpoint = [this](const Position& at) {
    Position saved = at;
    saved.attempt = spec_.attempt;
    model_->save_states(saved);
    const auto file =
        save_checkpoint(run_.checkpoint_folder, spec_.trial_key, model_->parameters(), saved);
    run_.journal->event(
        journal_event::kCheckpoint,
        {{"step", saved.step}, {"path", std::filesystem::proximate(file, spec_.root).string()}});
  };
  return hooks;
}

TrialEnd Attempt::train() {
  plugin::Backbone backbone = this->backbone();
  if (!backbone.trainable() || spec_.total_steps() == 0) {
    leave_untrained(std::move(backbone));
    return TrialEnd::kDone;
  }
  prepare_images();
  LossPath loss = this->loss(backbone.embedding());
  model_ = std::make_unique<Model>(std::move(backbone), std::move(loss), true, device_);
  Position position;
  load(position);
  record_budget();
  Trainer trainer(spec_, calls_, *model_, *batches_, recorder_);
  switch (trainer.run(position, hooks())) {
    case Trainer::End::kStopped:
      return TrialEnd::kStopped;
    case Trainer::End::kDiverged:
      return TrialEnd::kDiverged;
    case Trainer::End::kDone:
      break;
  }
  record_finals(position);
  keep_weights(position);
  return TrialEnd::kDone;
}

EvaluationSets Attempt::evaluation_sets() {
  EvaluationSets sets;
  sets.data_seed = spec_.seeds.data;
  sets.test_seed = spec_.seeds.test;
  sets.train = [this]() -> std::shared_ptr<ImageSet> {
    if (own_ && !mixups_.latent) return own_;
    return plain_set(source_, "train (unmixed)", spec_.seeds.data,
                     source_.extent(spec_.identities, spec_.samples));
  };
  sets.heldout = [this] { return heldout_set(); };
  sets.real = [this]() -> std::shared_ptr<ImageSet> {
    if (spec_.real.images.empty()) {
      fail(ExitCode::kUsage,
           "a benchmark wants real photographs; name their folder as real.images");
    }
    if (!data::has_class_folders(spec_.real.images)) return nullptr;
    return folder_set(spec_.real.images, 0, 0, 0, spec_.height, spec_.width, spec_.threads);
  };
  return sets;
}

void Attempt::evaluate() {
  if (!model_) {
    model_ = std::make_unique<Model>(backbone(), std::nullopt, false, device_);
    const Position position = load_weights(spec_.weights, model_->parameters());
    model_->bind();
    model_->load_states(position);
  }
  std::vector<NamedBenchmark> benchmarks;
  for (const BenchmarkSpec& spec : spec_.benchmarks) {
    benchmarks.push_back(
        {parts_.benchmark(spec, model_->backbone().embedding()), spec.name, spec.set});
  }
  const EvaluationSettings settings{
      spec_.height,     spec_.width, spec_.batch_size,       calls_,
      spec_.seeds.test, spec_.root,  spec_.artifacts_folder, [this] { return stopping(); }};
  train::evaluate(model_->backbone(), benchmarks, evaluation_sets(), settings, recorder_, device_);
}

TrialEnd Attempt::run() {
  try {
    record_device();
    if (spec_.train) {
      const TrialEnd end = train();
      if (end != TrialEnd::kDone) return end;
    }
    if (spec_.evaluate) evaluate();
  } catch (const Cancelled&) {
    return TrialEnd::kStopped;
  } catch (const plugin::CallError& error) {
    if (error.cancelled() && stopping()) return TrialEnd::kStopped;
    if (!error.numeric()) throw;
    run_.journal->event(journal_event::kDiverged, {{"metric", error.what()}});
    return TrialEnd::kDiverged;
  }
  return TrialEnd::kDone;
}

}  // namespace

TrialEnd run_trial(const TrialSpec& spec, const TrialRun& run) {
  std::unique_ptr<Device> opened;  // before any plugin, and after all of them
  if (run.device == nullptr && spec.device != "cpu") {
    opened = open_device(spec.device, spec.deterministic);
  }
  TrialEnd end = TrialEnd::kDone;
  {
    Attempt attempt(spec, run, opened ? opened.get() : run.device);
    end = attempt.run();
  }
  if (run.settle) run.settle();
  if (end == TrialEnd::kDone && spec.evaluate) {
    run.journal->event(journal_event::kEvaluated, {{"evaluation", spec.evaluation_hash}});
  }
  return end;
}

}  // namespace synface::train
