#include "synface/schedule/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "coordinator.h"
#include "follow.h"
#include "summary.h"
#include "synface/base/paths.h"

namespace synface::schedule {
namespace {

using Clock = std::chrono::steady_clock;

void check(const Options& options) {
  if (options.database.empty()) fail(ExitCode::kInternal, "no database was named");
  if (options.jobs < 0) {
    fail(ExitCode::kUsage, "--jobs {}: give 1 or more, or 0 for as many as there is room for",
         options.jobs);
  }
  if (::access(options.worker.c_str(), X_OK) != 0) {
    fail(ExitCode::kSetup,
         "the worker program {} is not there or may not be run; build it with `./synface build`",
         options.worker.string());
  }
}

StatusLine::Options line_options(const Options& options) {
  StatusLine::Options line;
  line.quiet = options.quiet;
  return line;
}

std::int64_t done_in(const store::Registration& registration) {
  std::int64_t done = 0;
  for (const store::Registered& row : registration.trials) {
    if (state_of(row) == State::kDone) ++done;
  }
  return done;
}

// The same for a database that somebody else holds, who may be about to make it: what cannot be
// read yet has nothing done in it, and what can never be read is the holder's error to report.
std::int64_t done_already(const fs::path& database, const std::vector<Request>& requests) {
  try {
    auto reader = store::open_reader(database);
    return summarize(reader, requests).done;
  } catch (const Error& error) {
    if (error.code() != ExitCode::kDatabase) throw;
    return 0;
  }
}

// The failed trials of an experiment, or of all, as requests to follow.
std::vector<Request> failed_trials(const fs::path& database,
                                   const std::optional<std::string>& experiment,
                                   bool diverged_too) {
  auto reader = store::open_reader(database);
  auto select = reader.prepare(
      "SELECT DISTINCT hash, evaluation_hash FROM trials WHERE (?1 IS NULL OR experiment = ?1) "
      "AND (status = 'failed' OR (?2 AND status = 'diverged'))");
  select.bind(1, experiment).bind(2, diverged_too);
  std::vector<Request> requests(1);
  while (select.step()) {
    store::NewTrial trial;
    trial.training_hash = select.text(0);
    trial.evaluation_hash = select.text(1);
    trial.axes = Json::object();
    requests.front().trials.push_back(std::move(trial));
  }
  return requests;
}

// What both commands do with the lock: `accept` registers and returns what is to be summed up.
template <typename Accept>
Summary with_lock(Options options, const Message& message, std::vector<Request> requests,
                  Accept accept) {
  check(options);
  options.database = fs::absolute(options.database);  // workers get paths below its folder
  store::check_place(options.database);               // before the lock, which is a file beside it
  const auto start = Clock::now();
  SignalFd signals{SIGINT, SIGTERM, SIGHUP};
  StatusLine line(line_options(options));
  std::int64_t already = 0;
  auto lock = FileLock::try_acquire(lock_of(options.database));
  std::optional<int> signal;
  if (!lock) {
    already = done_already(options.database, requests);
    Followed followed = follow(options.database, message, requests, signals, line);
    lock = std::move(followed.lock);
    signal = followed.signal;
  }
  Summary summary;
  if (lock) {
    Coordinator coordinator(std::move(*lock), options, signals, line);
    already = accept(coordinator, requests);
    coordinator.run();
    summary = summarize(coordinator.store().database(), requests);
    summary.attempts = coordinator.attempts();
    signal = coordinator.signal();
  } else if (fs::exists(options.database)) {
    auto reader = store::open_reader(options.database);
    summary = summarize(reader, requests);
  }
  line.finish();
  summary.already = already;
  summary.signal = signal;
  summary.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return summary;
}

}  // namespace

Summary run(const Request& request, const Options& options) {
  Message message;
  message.request = request;
  return with_lock(options, message, {request},
                   [](Coordinator& coordinator, const std::vector<Request>& requests) {
                     return done_in(coordinator.accept(requests.front(), true));
                   });
}

Summary retry_failed(const std::optional<std::string>& experiment, bool diverged_too,
                     const Options& options) {
  if (!fs::exists(options.database)) {
    fail(ExitCode::kDatabase, "there is no database {}; name one with --db",
         options.database.string());
  }
  Message message;
  message.kind = Message::Kind::kRetry;
  message.experiment = experiment;
  message.diverged_too = diverged_too;
  return with_lock(options, message, failed_trials(options.database, experiment, diverged_too),
                   [&](Coordinator& coordinator, std::vector<Request>& requests) {
                     requests = coordinator.accept_retry(experiment, diverged_too, true);
                     return std::int64_t{0};
                   });
}

std::vector<std::string> debug_command(const Request& request, const std::string& trial,
                                       const Options& options) {
  check(options);
  const store::NewTrial* found = nullptr;
  for (const store::NewTrial& candidate : request.trials) {
    if (candidate.training_hash.rfind(trial, 0) != 0) continue;
    if (found != nullptr && found->training_hash != candidate.training_hash) {
      fail(ExitCode::kUsage, "'{}' names more than one trial ({} and {}): give more digits", trial,
           found->training_hash.substr(0, 16), candidate.training_hash.substr(0, 16));
    }
    if (found == nullptr) found = &candidate;
  }
  if (found == nullptr) {
    fail(ExitCode::kUsage,
         "no trial of {} has a hash that begins with '{}' (`synface plan` lists "
         "them)",
         request.experiment.name, trial);
  }
  store::Work work;
  work.training_hash = found->training_hash;
  work.evaluation_hash = found->evaluation_hash;
  work.spec = store::whole_spec(*found);
  const fs::path root = fs::absolute(folder_of(options.database)) / "debug";
  const store::Uuid uuid = random_uuid();
  const std::string device = device_of(work, options);
  const AttemptPaths paths = attempt_paths(root, work, device, isa_of(work), uuid);
  make_folders(paths.checkpoint);
  write_json_file(paths.spec, worker_spec(root, work, device, uuid));
  auto command = worker_command(options.worker, paths);
  command.emplace_back("--explain");  // nobody else would look at the stack
  return command;
}

}  // namespace synface::schedule
