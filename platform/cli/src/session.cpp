#include "session.h"

#include <fmt/format.h>

#include "synface/base/cpu.h"
#include "synface/base/file.h"
#include "synface/base/hash.h"
#include "synface/base/paths.h"
#include "synface/data/revision.h"
#include "synface/train/revision.h"

namespace synface::cli {

void add_trial_options(CLI::App& command, TrialOptions& options) {
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
  command.add_option("-j,--jobs", options.jobs, "trials at once (0: as many as the cores carry)")
      ->type_name("N")
      ->check(CLI::Range(0, 1024));
  command.add_option("--device", options.device, "cpu, cuda or cuda:1")->type_name("DEVICE");
  command.add_option("--retries", options.retries, "tries of a trial that failed by itself")
      ->type_name("N")
      ->check(CLI::Range(0, 100));
  command.add_flag("--strict", options.strict,
                   "binaries, device and instruction set are part of a trial's identity");
}

plugin::Registry scan_plugins() {
  auto options = plugin::standard_scan();
  options.describer = executable_path();
  return plugin::Registry::scan(options);
}

experiment::Experiment load_experiment(const TrialOptions& options,
                                       const plugin::Registry& plugins) {
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
  return experiment::expand(options.file, plugins, expand);
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
