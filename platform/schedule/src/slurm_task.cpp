// One task of a job array: one attempt of one trial, without a database.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include <csignal>
#include <cstdlib>
#include <optional>

#include "layout.h"
#include "manifest.h"
#include "synface/base/file.h"
#include "synface/base/hash.h"
#include "synface/base/journal.h"
#include "synface/base/signals.h"
#include "synface/base/subprocess.h"
#include "synface/plugin/crash.h"
#include "synface/plugin/crumb.h"
#include "synface/schedule/slurm.h"

namespace synface::schedule {
namespace {

struct Earlier {
  int attempts = 0;
  std::string finished;  // status of the last that finished; "" where none did
};

// What earlier starts of this task have left.
Earlier earlier_attempts(const fs::path& journals, const std::string& key) {
  Earlier earlier;
  if (!fs::exists(journals)) return earlier;
  for (const auto& entry : fs::directory_iterator(journals)) {
    if (entry.path().extension() != ".journal" ||
        entry.path().filename().string().rfind(key.substr(0, 16), 0) != 0) {
      continue;
    }
    ++earlier.attempts;
    auto reader = JournalReader::open(entry.path());
    reader.poll([&](const JournalRecord& record) {
      const auto* event = std::get_if<JournalEvent>(&record);
      if (event == nullptr || event->kind != journal_event::kFinished) return;
      earlier.finished = member<std::string>(event->data, "status", "");
    });
  }
  return earlier;
}

std::string job_id() {
  const char* array = std::getenv("SLURM_ARRAY_JOB_ID");
  const char* task = std::getenv("SLURM_ARRAY_TASK_ID");
  return array == nullptr || task == nullptr ? "" : fmt::format("{}_{}", array, task);
}

struct Ended {
  ExitState state;
  bool warned = false;  // the cluster's time is up
};

// SIGUSR1 is Slurm's warning, SIGTERM scancel or a preemption: both ask the worker for a
// checkpoint. Only after a warning does the task put itself back: what was cancelled stays so, and
// after a preemption Slurm requeues the job itself, where it is set up to.
Ended await(Child& child, SignalFd& signals) {
  Ended ended;
  bool told = false;
  for (;;) {
    if (const auto state = child.try_wait()) {
      ended.state = *state;
      return ended;
    }
    // Once only: a second SIGTERM would end the worker in the middle of its checkpoint.
    if (const auto number = signals.pending()) {
      ended.warned = ended.warned || *number == SIGUSR1;
      if (!told) child.signal(SIGTERM);
      told = true;
    }
    pollfd entries[2] = {{child.fd(), POLLIN, 0}, {signals.fd(), POLLIN, 0}};
    ::poll(entries, 2, -1);
  }
}

// Into the job's output: the journal alone is merged, and nobody looks at these files later.
void tell_crash(const AttemptPaths& paths) {
  const auto crumb = plugin::read_crumb(paths.crumb);
  const auto crash = plugin::read_crash(paths.stack);
  if (crumb && !crumb->calls.empty()) {
    fmt::print(stderr, "the worker ended in {}\n", crumb->text());
  }
  if (!crash) return;
  if (const std::string cause = crash->cause(); !cause.empty()) fmt::print(stderr, "{}\n", cause);
  fmt::print(stderr, "{}", crash->text(SIZE_MAX));
}

int exit_code(const ExitState& state) {
  return state.code.value_or(128 + state.signal.value_or(0));
}

}  // namespace

int run_slurm_task(const fs::path& manifest_path, std::size_t index,
                   const std::vector<std::string>& requeue) {
  SignalFd signals{SIGUSR1, SIGTERM, SIGINT};
  const fs::path root = fs::absolute(manifest_path).parent_path();
  const Manifest manifest = read_manifest(manifest_path);
  const Request& request = manifest.request;
  if (index >= request.trials.size()) {
    fail(ExitCode::kUsage, "{} has {} trials, there is no number {}", manifest_path.string(),
         request.trials.size(), index);
  }
  const store::NewTrial& trial = request.trials[index];
  const Earlier earlier = earlier_attempts(root / "journals", trial.training_hash);
  if (earlier.finished == "done" || earlier.finished == "diverged") return 0;

  store::Work work;
  work.training_hash = trial.training_hash;
  work.evaluation_hash = trial.evaluation_hash;
  work.spec = store::whole_spec(trial);
  work.attempts = earlier.attempts;
  Options options;
  options.device = manifest.device;
  const std::string device = device_of(work, options);
  const store::Uuid uuid = random_uuid();
  const AttemptPaths paths = attempt_paths(root, work, device, isa_of(work), uuid);
  write_json_file(paths.spec, worker_spec(root, work, device, uuid));
  make_folders(paths.checkpoint);

  SpawnOptions spawn;
  spawn.argv = worker_command(manifest.worker, paths);
  if (!fs::is_empty(paths.checkpoint)) spawn.argv.emplace_back("--resume");
  Child child = synface::spawn(spawn);
  const Ended ended = await(child, signals);
  if (ended.warned && !ended.state.success() && !job_id().empty()) {
    SpawnOptions again;
    again.argv = requeue;
    again.argv.push_back(job_id());
    const auto result = run_process(again, std::chrono::seconds(60));
    if (result.state.success()) return 0;
    fail(ExitCode::kSetup, "`{} {}` failed: {}{}", requeue.front(), job_id(), result.error,
         result.output);
  }
  if (!ended.state.success()) tell_crash(paths);
  std::error_code ignored;
  for (const fs::path& file : {paths.crumb, paths.stack}) fs::remove(file, ignored);
  if (ended.state.success()) {
    fs::remove_all(paths.checkpoint, ignored);
    fs::remove(paths.spec, ignored);
  }
  return exit_code(ended.state);
}

}  // namespace synface::schedule
