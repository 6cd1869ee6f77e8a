// What a run would do and cost, and what is doubtful about it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "synface/experiment/experiment.h"

namespace synface::experiment {

// What the database knows about one trial; the caller fills it in.
struct Known {
  enum class State { kNew, kDone, kEvaluate, kQueued, kRunning, kFailed, kDiverged, kPruned };
  State state = State::kNew;                // kEvaluate: trained, this evaluation is new
  std::vector<std::string> other_binaries;  // names of binaries whose SHA-256 differs from today's
};
std::string_view to_text(Known::State state);  // "new", "done", "evaluate", ...
bool to_run(Known::State state);               // it would be run now (failed ones wait for `retry`)

// Speeds on which the estimate rests, images a second on one core.
struct Rates {
  std::map<std::string, double> train;   // measured, by train_cell()
  std::map<std::string, double> render;  // measured, by the generator's id
};
// What makes two trials equally fast a step: backbone with its parameters, size, threads,
// precision.
std::string train_cell(const SharedObject& config);

// Stated defaults, used where nothing has been measured: fastnet-like networks at 48 px train 1000
// images a second and core, falling with the number of pixels; renderers make 150.
inline constexpr double kDefaultTrainRate = 1000.0;
inline constexpr double kDefaultRenderRate = 150.0;
inline constexpr double kDefaultEmbedRate = 2500.0;
inline constexpr double kStartSeconds = 1.0;  // of a worker

struct Estimate {
  double seconds = 0;  // wall clock with `jobs` workers
  double core_seconds = 0;
  bool measured = false;            // every training rate comes from earlier trials
  std::uint64_t render_images = 0;  // distinct images of all sets that a new trial needs
  std::uint64_t cache_bytes = 0;    // render_images * height * width * 3
  std::uint64_t weight_bytes = 0, journal_bytes = 0;
  int jobs = 1;
};

struct Machine {
  int cores = 1;
  std::uint64_t memory = 0;      // bytes; 0: not known
  std::uint64_t free_cache = 0;  // bytes free where the cache lies; 0: not known
};

struct Plan {
  std::map<std::string, std::int64_t> count;  // trials by to_text(state)
  std::int64_t to_run = 0;
  std::int64_t other_binary = 0;  // done or running, but with another binary
  Estimate estimate;
  std::vector<std::string> warnings;
};

// `known`: one a trial, in order; empty: all are new. jobs = 0: as many as the cores carry.
Plan make_plan(const Experiment& experiment, std::span<const Known> known, const Rates& rates,
               const Machine& machine, int jobs);

// Passes over the training set; nothing where its size is not known beforehand.
std::optional<double> epochs_of(const SharedObject& config);

// A setting that cannot converge, in words; nothing where it can. Rule: with C classes, scale s and
// the margin m in units of the cosine (ArcFace's angle m costs sin m), training starts at a loss of
// about s m + log C, and the margin's part was only overcome where every class was seen often
// enough. Measured on rendered and real faces (48 px, batch 64): s m = 4.8 failed at 30 images a
// class and worked at 190; 14.4 worked at 96; 22.4 failed at 96. Hence a warning below 6.5 images a
// class and unit of s m (the ramp takes its share off), and below 5 images a class at any margin.
std::optional<std::string> cannot_converge(const SharedObject& config, bool reads_real);

}  // namespace synface::experiment
