#include <fmt/format.h>
#include <synface/base/cpu.h>
#include <synface/base/error.h>
#include <synface/base/hash.h>
#include <synface/base/paths.h>
#include <synface/plugin/crash.h>
#include <synface/plugin/crumb.h>
#include <synface/plugin/host.h>
#include <synface/plugin/instance.h>
#include <synface/train/gemm.h>
#include <synface/train/host_extensions.h>
#include <synface/train/memory.h>
#include <synface/train/parallel.h>
#include <synface/train/recorder.h>
#include <synface/train/trial.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "commands.h"
#include "isa.h"
#include "sanitizers.h"
#include "stop.h"
#include "version.h"
#include "watches.h"

namespace synface::worker {
namespace {

struct Options {
  std::string spec, journal, checkpoint;
  bool resume = false, explain = false;
};

std::array<std::uint8_t, 16> uuid_of(const std::string& hex) {
  if (hex.empty()) return random_uuid();
  std::array<std::uint8_t, 16> uuid{};
  if (hex.size() != 32 || hex.find_first_not_of("0123456789abcdef") != std::string::npos) {
    fail(ExitCode::kUsage, "the spec's attempt_uuid is not 32 hex digits");
  }
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    uuid[i] = static_cast<std::uint8_t>(std::strtoul(hex.substr(2 * i, 2).c_str(), nullptr, 16));
  }
  return uuid;
}

Json binaries_of(const train::TrialSpec& spec) {
  Json binaries = {{"synface-worker", sha256_file(executable_path())}};
  const auto add = [&](plugin::Kind kind, const train::PluginSpec& part) {
    binaries[std::string(to_text(kind)) + "/" + part.id] =
        sha256_file(part.library, ExitCode::kPlugin);
  };
  add(plugin::Kind::kGenerator, spec.generator);
  add(plugin::Kind::kBackbone, spec.backbone);
  if (spec.train) add(plugin::Kind::kLoss, spec.loss);
  for (const auto& mixup : spec.mixups) add(plugin::Kind::kMixup, mixup);
  for (const auto& benchmark : spec.benchmarks) add(plugin::Kind::kBenchmark, benchmark.plugin);
  return binaries;
}

Json environment() {
  Json environment = {{"version", kVersion}, {"compiler", __VERSION__}, {"cpu", cpu_info().model}};
  for (const char* name : {"ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR",
                           "MKL_ENABLE_INSTRUCTIONS", "OMP_NUM_THREADS"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
  return environment;
}

void record_start(JournalWriter& journal, const train::TrialSpec& spec) {
  journal.event(journal_event::kStarted,
                {{"host", host_name()},
                 {"pid", ::getpid()},
                 {"isa", spec.isa.empty() || spec.isa == "auto" ? cpu_isa() : spec.isa},
                 {"device", spec.device},
                 {"threads", spec.threads},
                 {"environment", environment()},
                 {"binaries", binaries_of(spec)}});
}

void check_budget(const train::TrialSpec& spec) {
  const CpuInfo cpu = cpu_info();
  if (spec.threads > cpu.cores) {
    fail(ExitCode::kUsage, "train.threads = {}, and this machine gives the trial {} processors",
         spec.threads, cpu.cores);
  }
  const std::int64_t limit = spec.memory_limit << 20;
  if (limit > 0 && static_cast<std::uint64_t>(limit) > cpu.memory) {
    fail(ExitCode::kUsage, "run.memory_limit = {} MiB, and this machine has {}", spec.memory_limit,
         cpu.memory >> 20);
  }
  train::process_allocator().set_limit(static_cast<std::size_t>(limit > 0 ? limit : 0));
}

// What the attempt ended with, as the store reads it.
void record_error(JournalWriter& journal, const std::exception& error) {
  Json data = {{"where", ""}, {"message", error.what()}};
  if (const auto* call = dynamic_cast<const plugin::CallError*>(&error)) {
    data["where"] = call->where();
    data["plugin"] = call->plugin();
    data["call"] = call->call();
  }
  journal.log(LogLevel::kError, error.what());
  journal.event(journal_event::kError, data);
  journal.event(journal_event::kFinished, {{"status", "failed"}});
}

LogLevel level_of(std::uint32_t level) {
  switch (level) {
    case SYNFACE_LOG_DEBUG:
      return LogLevel::kDebug;
    case SYNFACE_LOG_INFO:
      return LogLevel::kInfo;
    case SYNFACE_LOG_WARNING:
      return LogLevel::kWarning;
    default:
      return LogLevel::kError;
  }
}

int finish(JournalWriter& journal, train::TrialEnd end) {
  switch (end) {
    case train::TrialEnd::kStopped:
      journal.close();
      return stop_exit_code();
    case train::TrialEnd::kDiverged:
      journal.event(journal_event::kFinished, {{"status", "diverged"}});
      journal.close();
      return static_cast<int>(ExitCode::kTrials);
    case train::TrialEnd::kDone:
      break;
  }
  journal.event(journal_event::kFinished, {{"status", "done"}});
  journal.close();
  return 0;
}

int run(const Options& options) {
  const train::TrialSpec spec = train::read_spec(options.spec);
  watch_stop_signals();
  JournalWriter journal = JournalWriter::create(
      options.journal, {kJournalVersion, uuid_of(spec.attempt_uuid), spec.trial_key, spec.attempt});
  train::Recorder recorder(journal);
  try {
    check_budget(spec);
    train::install_allocator();
    train::set_threads(spec.threads);
    record_start(journal, spec);
    plugin::CrumbWriter crumb(options.journal + ".crumb");
    crumb.mark_crashes(options.journal + ".stack");
    if (options.explain) plugin::explain_crashes(options.journal + ".crumb");
    plugin::name_lent_memory(train::CachingAllocator::was_lent);
    plugin::HostServices host(kVersion);
    train::offer_extensions(host);
    plugin::HostServices::receive_log(
        [&](std::uint32_t level, std::string_view text) { journal.log(level_of(level), text); });
    train::receive_metrics(&recorder);
    plugin::Guard guard(crumb);
    guard.before_first_call(watch_everything);
    const plugin::ThreadCensus threads;
    plugin::Loader loader(host);
    loader.set_trace(&guard);
    loader.set_warn([&](const std::string& text) { journal.log(LogLevel::kWarning, text); });
    train::TrialRun trial;
    trial.journal = &journal;
    trial.checkpoint_folder = options.checkpoint;
    trial.resume = options.resume;
    trial.loader = &loader;
    trial.trace = &guard;
    trial.stop = stop_flag();
    trial.say = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
    trial.settle = [&] {
      complain_if_any(guard);
      complain_of_strays(threads, loader);
    };
    const train::TrialEnd end = train::run_trial(spec, trial);
    train::receive_metrics(nullptr);
    plugin::HostServices::receive_log({});
    return finish(journal, end);
  } catch (const StrayThreads& error) {
    record_error(journal, error);
    journal.close();
    fmt::print(stderr, "synface-worker: {}\n", error.what());
    std::fflush(stderr);
    ::_exit(static_cast<int>(error.code()));  // destructors would take away what it still uses
  } catch (const std::exception& error) {
    train::receive_metrics(nullptr);
    plugin::HostServices::receive_log({});
    record_error(journal, error);
    throw;
  }
}

// The program's own arguments, to start it again.
int run_pinned(const Options& options, const std::vector<std::string>& arguments) {
  const Json spec = read_json_file(options.spec);
  std::string isa = "auto";
  if (spec.is_object()) isa = spec.value(Json::json_pointer("/config/train/isa"), isa);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  start_with_sanitizers(spec, argv.data());
  pin_isa(isa, argv.data());
  return run(options);
}

}  // namespace

void add_trial(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("trial", "runs one attempt at a trial");
  command->add_option("--spec", options->spec, "the trial, as JSON")->required();
  command->add_option("--journal", options->journal, "the journal to write")->required();
  command->add_option("--checkpoint", options->checkpoint, "folder of the checkpoint")->required();
  command->add_flag("--resume", options->resume, "goes on from the checkpoint where there is one");
  command->add_flag("--explain", options->explain,
                    "tells on standard error where a plugin crashed; for a worker without a "
                    "coordinator");
  command->callback([options, &action] {
    action = [options] {
      std::vector<std::string> arguments = {
          "synface-worker", "trial",          "--spec",       options->spec,
          "--journal",      options->journal, "--checkpoint", options->checkpoint};
      if (options->resume) arguments.emplace_back("--resume");
      if (options->explain) arguments.emplace_back("--explain");
      return run_pinned(*options, arguments);
    };
  });
}

}  // namespace synface::worker
