// One attempt at a trial, from the spec to the last event of the journal.
#pragma once

#include <synface/base/journal.h>
#include <synface/plugin/library.h>
#include <synface/plugin/trace.h>
#include <synface/train/device.h>
#include <synface/train/spec.h>

#include <cstdint>
#include <filesystem>
#include <functional>

namespace synface::train {

struct TrialRun {
  JournalWriter* journal = nullptr;
  std::filesystem::path checkpoint_folder;
  bool resume = false;
  plugin::Loader* loader = nullptr;
  plugin::CallTrace* trace = nullptr;  // may be nullptr
  // Non-zero once the trial is to stop: it writes a checkpoint and ends.
  const volatile std::uint32_t* stop = nullptr;
  // Computes there instead of on the spec's device: for tests (make_host_device).
  Device* device = nullptr;
  // Called when all plugins' instances are gone, before the evaluation counts as done; may throw,
  // may be empty.
  std::function<void()> settle;
  // Lines for people; may be empty.
  std::function<void(const std::string&)> say;
};

enum class TrialEnd { kDone, kStopped, kDiverged };

// Renders, trains, evaluates and records. Error for whatever the user, a plugin or a disk did; the
// caller records it.
TrialEnd run_trial(const TrialSpec& spec, const TrialRun& run);

}  // namespace synface::train
