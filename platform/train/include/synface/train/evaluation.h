// Benchmarks over a trained backbone.
#pragma once

#include <synface/plugin/benchmark.h>
#include <synface/train/generation.h>
#include <synface/train/model.h>
#include <synface/train/recorder.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace synface::train {

// A benchmark of the trial with its name and the set that the configuration gives it.
struct NamedBenchmark {
  plugin::Benchmark benchmark;
  std::string name;
  std::string set;  // "heldout", "real", "train", "none"
};

// Sets that benchmarks ask for, made when first needed. `real` gives none where the photographs do
// not lie in one folder a person: they can be asked for by file alone.
struct EvaluationSets {
  std::function<std::shared_ptr<ImageSet>()> train, heldout, real;
  std::uint64_t data_seed = 0, test_seed = 0;
};

struct EvaluationSettings {
  std::int64_t height = 0, width = 0, batch_size = 0;
  CallSettings calls;
  std::uint64_t seed = 0;                        // key of the evaluate() calls
  std::filesystem::path root, artifacts_folder;  // artifact paths are told relative to root
  std::function<bool()> cancelled;
};

// `device`: where the backbone was made for; nullptr: the CPU. Benchmarks compute on the CPU.
// Embeds every distinct image once for all benchmarks, in every view that any of them wants, lets
// each evaluate its part, and records finals, intervals, curves and artifacts as "<name>.<key>".
// Throws Cancelled.
void evaluate(const plugin::Backbone& backbone, std::vector<NamedBenchmark>& benchmarks,
              const EvaluationSets& sets, const EvaluationSettings& settings, Recorder& recorder,
              Device* device = nullptr);

}  // namespace synface::train
