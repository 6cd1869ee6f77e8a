// What a trial writes into its journal.
#pragma once

#include <synface/base/journal.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace synface::train {

// Sums over the steps since the last point, and over the last twentieth of the training: part of a
// checkpoint, so that a resumed trial records the same bits.
struct Window {
  double loss = 0, accuracy = 0, steps = 0;
  double tail_loss = 0, tail_accuracy = 0, tail_steps = 0;
};

// The training's curves. Thread-safe where the journal is.
class Recorder {
 public:
  explicit Recorder(JournalWriter& journal);

  JournalWriter& journal() { return journal_; }
  // Mean loss and accuracy of the window, and the state after `step` steps.
  void training_point(std::int64_t step, const Window& window, double learning_rate,
                      double gradient_norm, double images_per_s);
  // Points of the extension "synface.metric/1"; `define` gives the number.
  std::uint32_t define(std::string_view name, std::string_view unit);
  void point(std::uint32_t metric, std::int64_t step, double value);
  // A final that stands for the trial.
  void final_value(std::string_view name, MetricGoal goal, std::string_view unit, double value);
  void phase(std::string_view name, std::uint64_t done, std::uint64_t total);

 private:
  JournalWriter& journal_;
  std::uint32_t loss_, accuracy_, rate_, norm_, speed_;
};

}  // namespace synface::train
