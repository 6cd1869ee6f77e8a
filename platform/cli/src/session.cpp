#include "session.h"

#include <fmt/format.h>

#include <algorithm>

#include "synface/base/cpu.h"
#include "synface/base/file.h"
#include "synface/base/hash.h"
#include "synface/base/paths.h"
#include "synface/base/progress.h"
#include "synface/base/text.h"
#include "synface/data/revision.h"
#include "synface/report/primary.h"
#include "synface/train/revision.h"

namespace synface::cli {

void add_choice_options(CLI::App& command, TrialOptions& options) {
  command.add_option("file", options.file, "the experiment (TOML)")->required();
  command
      .add_option("--set", options.set,
                  "give a key another value: --set train.batch_size=32 (repeatable)")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--only", options.only,
                  "only the trials with this value: --only im=true (repeatable)")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--limit", options.limit, "only the first N trials")->type_name("N");
  command.add_option("--device", options.device, "cpu, cuda or cuda:1")->type_name("DEVICE");
  command.add_flag("--strict", options.strict,
                   "binaries, device and instruction set are part of a trial's identity");
}

void add_trial_options(CLI::App& command, TrialOptions& options) {
  add_choice_options(command, options);
  command.add_option("-j,--jobs", options.jobs, "trials at once (0: as many as the cores carry)")
      ->type_name("N")
      ->check(CLI::Range(0, 1024));
  command.add_option("--retries", options.retries, "tries of a trial that failed by itself")
      ->type_name("N")
      ->check(CLI::Range(0, 100));
}

namespace {

// The primary contrast must be one that the table can show. A key that was an axis until --set gave
// it one value is no mistake, and is said.
void check_contrast(experiment::Experiment& experiment, const std::string& file) {
  if (experiment.primary.is_null() || experiment.trials.empty()) return;
  const auto primary = report::parse_primary(experiment.primary);
  for (const auto* side : {&primary.contrast.treatment, &primary.contrast.baseline}) {
    for (const auto& condition : *side) {
      const auto& axes = experiment.axes;
      if (std::find(axes.begin(), axes.end(), condition.axis) != axes.end()) continue;
      auto pointer = condition.axis;
      std::replace(pointer.begin(), pointer.end(), '.', '/');
      if (!experiment.trials.front().config.json().contains(
              nlohmann::json::json_pointer("/" + pointer))) {
        fail(ExitCode::kUsage,
             "{}: primary.contrast \"{}\": '{}' is neither an axis of this experiment nor a key of "
             "its trials{} (axes: {})",
             file, primary.contrast_text, condition.axis, hint(condition.axis, axes),
             join(axes, ", "));
      }
      auto remark = fmt::format(
          "note: primary.contrast \"{}\": '{}' is no axis here, so that "
          "there is nothing to compare",
          primary.contrast_text, condition.axis);
      auto& remarks = experiment.remarks;
      if (std::find(remarks.begin(), remarks.end(), remark) == remarks.end()) {
        remarks.push_back(std::move(remark));
      }
    }
  }
}

}  // namespace

plugin::Registry scan_plugins() {
  auto options = plugin::standard_scan();
  options.describer = executable_path();
  return plugin::Registry::scan(options);
}

experiment::Experiment load_experiment(const TrialOptions& options, const plugin::Registry& plugins,
                                       bool quiet) {
  experiment::Options expand;
  expand.working_folder = std::filesystem::current_path();
  expand.set = options.set;
  expand.only = options.only;
  expand.limit = options.limit;
  expand.device = options.device;
  expand.content_cache = cache_folder() / "content";
  expand.numerics.rooms = {{"data", data::kDataRevision}, {"train", train::kTrainRevision}};
  expand.numerics.strict = options.strict;
  if (options.strict) {
    expand.numerics.isa = cpu_isa();
    expand.numerics.device = options.device.value_or("cpu");
    expand.numerics.binaries = {{"synface-worker", sha256_file(worker_path())}};
  }
  const auto cpu = cpu_info();
  expand.cores = cpu.cores;
  expand.memory = cpu.memory;
  std::optional<Progress> progress;
  expand.progress = [&](std::uint64_t done, std::uint64_t cells) {
    if (!progress) {
      progress.emplace("reading the grid:", "cells", static_cast<std::int64_t>(cells),
                       only_when_long(quiet));
    }
    progress->set(static_cast<std::int64_t>(done));
  };
  auto experiment = experiment::expand(options.file, plugins, expand);
  check_contrast(experiment, options.file);
  return experiment;
}

int jobs_of(const TrialOptions& options, const experiment::Experiment& experiment) {
  return options.jobs.value_or(experiment.run.value("jobs", 0));
}

experiment::Machine this_machine() {
  const auto cpu = cpu_info();
  experiment::Machine machine;
  machine.cores = cpu.cores;
  machine.memory = cpu.memory;
  machine.free_cache = free_space(cache_folder());
  return machine;
}

}  // namespace synface::cli
