// An experiment as `run`, `plan` and `compare` see it: file, plugins, database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "synface/experiment/plan.h"
#include "synface/plugin/registry.h"

namespace synface::cli {

// Options that choose and change trials.
struct TrialOptions {
  std::string file;
  std::vector<std::string> set, only;
  std::optional<std::size_t> limit;
  std::optional<int> jobs;
  std::optional<std::string> device;
  std::optional<int> retries;
  bool strict = false;
};
// The file, and those that say which trials: all but --jobs and --retries.
void add_choice_options(CLI::App& command, TrialOptions& options);
void add_trial_options(CLI::App& command, TrialOptions& options);

// The plugins of the standard search path.
plugin::Registry scan_plugins();

// Reads and expands the file; throws with everything that is wrong in it. Shows its progress where
// that takes long, unless `quiet`.
experiment::Experiment load_experiment(const TrialOptions& options, const plugin::Registry& plugins,
                                       bool quiet = false);

// How many trials at once: --jobs, else run.jobs, else 0 (as the cores carry).
int jobs_of(const TrialOptions& options, const experiment::Experiment& experiment);

// What the database knows about the trials; all new where there is no database.
std::vector<experiment::Known> known_trials(const Globals& globals,
                                            const experiment::Experiment& experiment);
// Speeds measured in earlier trials of the database.
experiment::Rates measured_rates(const Globals& globals);

// For each new trial whose axes this experiment has recorded before with another identity: what
// differs, in words ("train.batch_size: 64, was 32"). Empty strings elsewhere.
std::vector<std::string> differences(const Globals& globals,
                                     const experiment::Experiment& experiment,
                                     const std::vector<experiment::Known>& known);

experiment::Machine this_machine();

}  // namespace synface::cli
