// What the augmentation costs an image, whole and each part of it alone, as a share of a training
// step of the same network and size in the same run.
//
//   augment_bench [--plugins DIR] [--backbone fastnet] [--sizes 48 112] [--batch 64] [--blocks 9]
//
// One thread, processor time. Blocks of every row and of steps take turns; a figure is the median
// over the blocks.
//
// Exit code 1 when all of it costs a quarter of a step or more.
#include <fmt/format.h>
#include <synface/base/error.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "noise_training.h"
#include "served_steps.h"

namespace {

using namespace synface;
using train::Augmentation;

constexpr int kWarm = 3, kSteps = 2, kImages = 64;

struct Options {
  bench::NoiseSettings training;
  std::vector<std::int64_t> sizes = {48, 112};
  int blocks = 9;
};

struct Row {
  const char* name;
  Augmentation settings;
  std::vector<double> seconds;  // an image, one a block
};

template <typename Change>
Row alone(const char* name, const Change& change) {
  Augmentation settings{false, 0, 0, 0, 0, 0, 0};
  change(settings);
  return {name, settings, {}};
}

// experiments/base/augment-*.toml, then each part in every image.
std::vector<Row> rows() {
  Augmentation strong;
  strong.color = 0;
  strong.warp = 0.05;
  strong.resample = strong.jpeg = 0.3;
  strong.gamma = 0.5;
  strong.contrast = 0.35;
  strong.white_balance = 0.15;
  strong.grey = 0.1;
  return {alone("none", [](Augmentation&) {}),
          {"standard", {}, {}},
          {"strong", strong, {}},
          alone("rotation", [](Augmentation& a) { a.rotation = 8; }),
          alone("warp", [](Augmentation& a) { a.warp = 0.05; }),
          alone("blur", [](Augmentation& a) { a.blur = 1; }),
          alone("resample", [](Augmentation& a) { a.resample = 1; }),
          alone("gamma", [](Augmentation& a) { a.gamma = 0.5; }),
          alone("jpeg", [](Augmentation& a) { a.jpeg = 1; }),
          alone("erasing", [](Augmentation& a) { a.erasing = 1; })};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double now() {
  return bench::seconds(CLOCK_PROCESS_CPUTIME_ID);
}

// The share of a step that the whole of it takes.
double measure(const Options& options, std::int64_t size) {
  bench::NoiseSettings settings = options.training;
  settings.size = size;
  settings.augmentation = {false, 0, 0, 0, 0, 0, 0};
  bench::NoiseTraining training(settings);
  const bench::Noise noise(1, size);
  std::vector<float> out(static_cast<std::size_t>(3 * size * size));
  std::vector<float> scratch(static_cast<std::size_t>(train::augment_scratch(size, size)));
  std::vector<Row> table = rows();
  std::vector<double> steps;
  std::int64_t step = 0;
  const auto run_steps = [&](int count) {
    for (int i = 0; i < count; ++i) {
      training.step(step++);
      training.optimise();
    }
  };
  run_steps(kWarm);
  for (int block = 0; block < options.blocks; ++block) {
    const double start = now();
    run_steps(kSteps);
    steps.push_back((now() - start) / static_cast<double>(kSteps * settings.batch));
    for (Row& row : table) {
      const double begin = now();
      for (int i = 0; i < kImages; ++i) {
        train::augment(row.settings, 1, static_cast<std::uint64_t>(block * kImages + i), size, size,
                       noise.image({0, 0}), scratch.data(), out.data());
      }
      row.seconds.push_back((now() - begin) / kImages);
    }
  }
  const double image = median(steps);
  fmt::print("{} {} px, a step's {:.0f} us an image:\n", settings.backbone, size, 1e6 * image);
  double strong = 0;
  for (const Row& row : table) {
    const double seconds = median(row.seconds);
    fmt::print("  {:10} {:7.1f} us  {:5.2f}% of the step\n", row.name, 1e6 * seconds,
               100 * seconds / image);
    if (std::string_view(row.name) == "strong") strong = seconds / image;
  }
  return strong;
}

}  // namespace

int main(int argc, char** argv) {
  synface::train::keep_freed_memory();
  Options options;
  CLI::App app("the augmentation beside a training step");
  app.add_option("--plugins", options.training.plugins, "folder of the plugins");
  app.add_option("--backbone", options.training.backbone, "id of the backbone");
  app.add_option("--batch", options.training.batch, "images a step");
  app.add_option("--sizes", options.sizes, "sides of the images");
  app.add_option("--blocks", options.blocks, "turns of everything")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  try {
    bool dear = false;
    for (const std::int64_t size : options.sizes) dear = measure(options, size) >= 0.25 || dear;
    return dear ? 1 : 0;
  } catch (const synface::Error& error) {
    fmt::print(stderr, "augment_bench: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
