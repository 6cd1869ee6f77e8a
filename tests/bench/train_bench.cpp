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
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <vector>

#include "noise_training.h"
#include "served_steps.h"

namespace {

using namespace synface;

struct Options {
  bench::NoiseSettings training;
  int steps = 60;
  bool plain = false, blocks = false;
};

long faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

double now() {
  return bench::seconds(CLOCK_MONOTONIC);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

constexpr int kWarm = 10;

int run(const Options& options) {
  bench::NoiseSettings settings = options.training;
  if (options.plain) settings.augmentation = {false, 0, 0, 0, 0, 0, 0};
  bench::NoiseTraining training(settings);
  if (options.blocks) {
    int done = 0;
    const auto run = [&](int steps) {
      for (int i = 0; i < steps; ++i) {
        training.step(done++);
        training.optimise();
      }
    };
    run(kWarm);
    bench::serve_steps(run);
    return 0;
  }
  train::Batch batch = training.batches().make_batch();
  std::vector<double> whole, data, optimiser, page_faults;
  for (int step = 0; step < kWarm + options.steps; ++step) {
    const long faults_before = faults();
    const double start = now();
    training.step(step);
    const double stepped = now();
    training.optimise();
    const double end = now();
    const long faulted = faults() - faults_before;
    training.batches().fill(step, batch);  // once more, to have its share
    const double filled = now();
    if (step < kWarm) continue;
    whole.push_back(end - start);
    optimiser.push_back(end - stepped);
    data.push_back(filled - end);
    page_faults.push_back(static_cast<double>(faulted));
  }
  const double seconds = median(whole), faulted = median(page_faults);
  fmt::print(
      "{} {} px, batch {}, {} classes, {} thread(s): {:.0f} images/s, {:.2f} ms a step "
      "(augmentation "
      "{:.2f}, optimiser {:.2f}), {:.0f} page faults a step, {} parameters\n",
      settings.backbone, settings.size, settings.batch, settings.classes, settings.threads,
      static_cast<double>(settings.batch) / seconds, 1e3 * seconds, 1e3 * median(data),
      1e3 * median(optimiser), faulted, training.model().parameters().trainable_count());
  return faulted > 64 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  synface::train::keep_freed_memory();
  Options options;
  CLI::App app("training step through the plugins");
  synface::bench::NoiseSettings& training = options.training;
  app.add_option("--plugins", training.plugins, "folder of the plugins");
  app.add_option("--backbone", training.backbone, "id of the backbone");
  app.add_option("--loss", training.loss, "id of the loss");
  app.add_option("--size", training.size, "side of the images");
  app.add_option("--batch", training.batch, "images a step");
  app.add_option("--classes", training.classes, "people");
  app.add_option("--embedding", training.embedding, "length of an embedding");
  app.add_option("--threads", training.threads, "threads");
  app.add_option("--steps", options.steps, "steps that are measured");
  app.add_flag("--plain", options.plain, "no augmentation");
  app.add_flag("--blocks", options.blocks, "run as many steps as each line of standard input says");
  app.add_option("--set", training.set, "a parameter of the backbone: key=value");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const synface::Error& error) {
    fmt::print(stderr, "train_bench: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
