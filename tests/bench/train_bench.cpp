// The whole training step through the plugins: images a second, where the time goes, and page
// faults a step (which must be next to none: memory is kept). Data is rendered noise in memory,
// augmented as in a trial.
//
//   train_bench [--plugins DIR] [--backbone fastnet|iresnet] [--size 48] [--batch 64]
//               [--classes 1000] [--threads 1] [--steps 60] [--plain] [--set key=value ...]
//
// With --blocks it reads numbers of steps from standard input, a line each, and answers each with
// the processor and the wall seconds that they took: step_race.py races it against Python.
//
// Exit code 1 when a step faults more than 64 pages after the warm-up.
#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/paths.h>
#include <synface/plugin/host.h>
#include <synface/plugin/registry.h>
#include <synface/train/batches.h>
#include <synface/train/gemm.h>
#include <synface/train/host_extensions.h>
#include <synface/train/memory.h>
#include <synface/train/model.h>
#include <synface/train/parallel.h>
#include <synface/train/trainer.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "served_steps.h"

namespace {

using namespace synface;

struct Options {
  std::string plugins, backbone = "fastnet", loss = "cosface";
  std::int64_t size = 48, batch = 64, classes = 1000, embedding = 128;
  int threads = 1, steps = 60;
  bool plain = false, blocks = false;
  std::vector<std::string> set;
};

// Noise that costs nothing to make: the bench measures the step, not the pictures.
class Noise final : public train::ImageSet {
 public:
  Noise(std::int64_t classes, std::int64_t side)
      : ImageSet(std::vector<std::uint32_t>(static_cast<std::size_t>(classes), 4)),
        bytes_(static_cast<std::size_t>(3 * side * side)),
        pixels_(bytes_ + 4096) {
    std::uint64_t state = 1;
    for (std::uint8_t& p : pixels_) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      p = static_cast<std::uint8_t>(state >> 40);
    }
  }
  void prepare(std::span<const train::ImageId>) override {}
  const std::uint8_t* image(train::ImageId id) const override {
    return pixels_.data() + (id.identity * 37 + id.sample * 11) % 4096;
  }

 private:
  std::size_t bytes_;
  std::vector<std::uint8_t> pixels_;
};

long faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

double now() {
  return bench::seconds(CLOCK_MONOTONIC);
}

Json params_of(const plugin::PluginInfo& info, const std::vector<std::string>& set) {
  Json params = Json::object();
  for (const plugin::Param& param : info.params) params[param.key] = param.def;
  for (const std::string& item : set) {
    const std::size_t equals = item.find('=');
    const std::string key = item.substr(0, equals);
    if (info.find(key) != nullptr) params[key] = Json::parse(item.substr(equals + 1));
  }
  return params;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

constexpr int kWarm = 10;

int run(const Options& options) {
  train::install_allocator();
  train::set_threads(options.threads);
  plugin::HostServices host("bench");
  train::offer_extensions(host);
  plugin::Loader loader(host);
  const auto folder = options.plugins.empty() ? executable_folder().parent_path() / "plugins"
                                              : std::filesystem::path(options.plugins);
  synface_dims dims = plugin::make_dims();
  dims.classes = options.classes;
  dims.embedding = options.embedding;
  dims.height = dims.width = options.size;
  dims.max_batch = options.batch;
  const auto net =
      loader.plugin(folder / (options.backbone + ".so"), plugin::Kind::kBackbone, options.backbone);
  const auto loss =
      loader.plugin(folder / (options.loss + ".so"), plugin::Kind::kLoss, options.loss);

  train::TrialSpec spec;
  spec.height = spec.width = options.size;
  spec.batch_size = options.batch;
  spec.threads = options.threads;
  spec.images_seen = options.batch * 100000;
  train::CallSettings calls;
  calls.threads = options.threads;
  calls.total_steps = 100000;
  Noise images(options.classes, options.size);
  const train::Augmentation none{false, 0, 0, 0, 0, 0, 0};
  train::Batches batches({options.size, options.size, options.batch, 0, 0,
                          options.plain ? none : train::Augmentation{}, false, calls},
                         images, nullptr, nullptr, nullptr);
  train::Model model(
      plugin::Backbone(net, params_of(net->info, options.set), dims),
      train::LossPath(plugin::Loss(loss, params_of(loss->info, {}), dims),
                      {options.classes, options.embedding, options.batch, 1, 1}, options.threads),
      true);
  model.init(calls, 0);
  model.bind();
  const auto journal_file =
      std::filesystem::temp_directory_path() / fmt::format("train_bench.{}.journal", ::getpid());
  JournalWriter journal = JournalWriter::create(journal_file, {kJournalVersion, {}, {}, 1});
  train::Recorder recorder(journal);
  train::Trainer trainer(spec, calls, model, batches, recorder);
  train::Batch batch = batches.make_batch();

  const train::SgdSettings sgd{1e-3F, 0.9F, 5e-4F, true};
  if (options.blocks) {
    std::filesystem::remove(journal_file);
    int done = 0;
    const auto run = [&](int steps) {
      for (int i = 0; i < steps; ++i) {
        trainer.step(done++);
        model.parameters().step(sgd, options.threads);
      }
    };
    run(kWarm);
    bench::serve_steps(run);
    return 0;
  }
  std::vector<double> whole, data, optimiser, page_faults;
  for (int step = 0; step < kWarm + options.steps; ++step) {
    const long faults_before = faults();
    const double start = now();
    trainer.step(step);
    const double stepped = now();
    model.parameters().step(sgd, options.threads);
    const double end = now();
    const long faulted = faults() - faults_before;
    batches.fill(step, batch);  // once more, to have its share
    const double filled = now();
    if (step < kWarm) continue;
    whole.push_back(end - start);
    optimiser.push_back(end - stepped);
    data.push_back(filled - end);
    page_faults.push_back(static_cast<double>(faulted));
  }
  std::filesystem::remove(journal_file);
  const double seconds = median(whole), faulted = median(page_faults);
  fmt::print(
      "{} {} px, batch {}, {} classes, {} thread(s): {:.0f} images/s, {:.2f} ms a step "
      "(augmentation "
      "{:.2f}, optimiser {:.2f}), {:.0f} page faults a step, {} parameters\n",
      options.backbone, options.size, options.batch, options.classes, options.threads,
      static_cast<double>(options.batch) / seconds, 1e3 * seconds, 1e3 * median(data),
      1e3 * median(optimiser), faulted, model.parameters().trainable_count());
  return faulted > 64 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  synface::train::keep_freed_memory();
  Options options;
  CLI::App app("training step through the plugins");
  app.add_option("--plugins", options.plugins, "folder of the plugins");
  app.add_option("--backbone", options.backbone, "id of the backbone");
  app.add_option("--loss", options.loss, "id of the loss");
  app.add_option("--size", options.size, "side of the images");
  app.add_option("--batch", options.batch, "images a step");
  app.add_option("--classes", options.classes, "people");
  app.add_option("--embedding", options.embedding, "length of an embedding");
  app.add_option("--threads", options.threads, "threads");
  app.add_option("--steps", options.steps, "steps that are measured");
  app.add_flag("--plain", options.plain, "no augmentation");
  app.add_flag("--blocks", options.blocks, "run as many steps as each line of standard input says");
  app.add_option("--set", options.set, "a parameter of the backbone: key=value");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const synface::Error& error) {
    fmt::print(stderr, "train_bench: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
