#include "attempt.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>

#include "synface/base/cpu.h"
#include "synface/base/file.h"
#include "synface/base/text.h"
#include "synface/plugin/crash.h"
#include "synface/plugin/crumb.h"

namespace synface::schedule {
namespace {

// The most between SIGTERM and SIGKILL where a limit was passed: time for a last checkpoint.
constexpr double kLimitGrace = 10;
constexpr std::size_t kFramesTold = 12;
constexpr std::size_t kTailBytes = 2000, kReportBytes = 4000;

bool has_files(const fs::path& folder) {
  std::error_code error;
  return fs::directory_iterator(folder, error) != fs::directory_iterator();
}

// The kernel's memory killer shall take a worker, not the coordinator.
void offer_to_the_memory_killer(int pid) {
  const UniqueFd fd(
      ::open(fmt::format("/proc/{}/oom_score_adj", pid).c_str(), O_WRONLY | O_CLOEXEC));
  // Where the system does not allow it, the kernel chooses by size alone: that is all that is lost.
  if (fd && ::write(fd.get(), "500", 3) < 0) return;
}

// Processor time of a live process that is not stopped (by a debugger, say); nothing where it
// cannot be told. Fields 3, 14 and 15 of /proc/<pid>/stat, after the name in parentheses.
std::optional<double> busy_seconds(int pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::istringstream rest(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::string state, skipped;
  rest >> state;
  for (int i = 4; i < 14; ++i) rest >> skipped;
  double user = 0, system = 0;
  if (!(rest >> user >> system) || state == "T" || state == "t") return std::nullopt;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// The report of a sanitizer up to its map of the shadow memory, which says nothing to people.
std::string sanitizer_report(const std::string& log) {
  std::size_t start = log.find("ERROR: AddressSanitizer");
  if (start == std::string::npos) start = log.find(": runtime error: ");
  if (start == std::string::npos) return {};
  start = log.rfind('\n', start) + 1;  // npos + 1 is 0
  const std::size_t end = std::min(log.find("Shadow bytes around", start), log.size());
  std::string report = log.substr(start, std::min(end - start, kReportBytes));
  report.resize(trim(report).size());
  return report;
}

std::string tail_of(const fs::path& log) {
  std::error_code error;
  if (!fs::exists(log, error)) return {};
  const std::string text = read_file(log);
  if (std::string report = sanitizer_report(text); !report.empty()) return report;
  std::string_view tail = trim(text);
  if (tail.size() > kTailBytes) {
    tail.remove_prefix(tail.size() - kTailBytes);
    tail.remove_prefix(std::min(tail.find('\n') + 1, tail.size()));
  }
  return std::string(tail);
}

}  // namespace

std::string finished_status(store::Store& store, std::int64_t attempt) {
  auto select = store.database().prepare(
      "SELECT coalesce(body ->> '$.status', '') FROM event WHERE attempt = ? AND kind = "
      "'finished' ORDER BY seq DESC LIMIT 1");
  select.with(attempt);
  return select.step() ? std::string(select.text(0)) : std::string();
}

std::string recorded_error(store::Store& store, std::int64_t attempt) {
  auto select = store.database().prepare("SELECT coalesce(error, '') FROM attempt WHERE id = ?");
  select.with(attempt);
  return select.step() ? std::string(select.text(0)) : std::string();
}

Attempt::Attempt(store::Store& store, store::Work work, const Options& options, bool afresh)
    : work_(std::move(work)),
      limits_(limits_of(work_, options)),
      limit_grace_s_(std::min(kLimitGrace, options.stop_grace_s)),
      uuid_(random_uuid()),
      sleep_limit_s_(options.sleep_limit_s) {
  const fs::path root = store.folder();
  const std::string device = device_of(work_, options);
  const std::string isa = isa_of(work_);
  paths_ = attempt_paths(root, work_, device, isa, uuid_);
  if (afresh) {
    std::error_code ignored;
    fs::remove_all(paths_.checkpoint, ignored);
  }
  // The worker inherits the lock on its spec: while it is held, the worker lives, whatever became
  // of us (recover.cpp).
  auto spec = FileLock::acquire(paths_.spec);
  spec.write_note(worker_spec(root, work_, device, uuid_).dump(2));

  store::NewAttempt row;
  row.trial = work_.trial;
  row.evaluation = work_.evaluation;
  row.train = work_.train;
  row.uuid = uuid_;
  row.host = host_name();
  row.isa = isa;
  row.device = device;
  row.journal = fs::relative(paths_.journal, root).string();
  id_ = store.begin_attempt(row).id;
  try {
    launch(options, spec);
  } catch (const Error& error) {
    store::AttemptEnd end;
    end.status = store::AttemptStatus::kInterrupted;
    end.error = error.what();
    store.finish_attempt(id_, end);
    throw;
  }
}

void Attempt::launch(const Options& options, FileLock& spec) {
  SpawnOptions spawn;
  spawn.argv = worker_command(options.worker, paths_);
  resumed_ = has_files(paths_.checkpoint);
  if (resumed_) spawn.argv.emplace_back("--resume");
  const UniqueFd log = open_file(paths_.log, O_WRONLY | O_CREAT | O_APPEND, ExitCode::kInternal);
  spawn.output = spawn.error = log.get();
  spawn.inherit = spec.fd();
  spawn.death_signal = SIGKILL;
  spawn.core_dumps = false;
  child_ = synface::spawn(spawn);
  start_ = Clock::now();
  offer_to_the_memory_killer(child_.pid());
}

double Attempt::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

JournalReader* Attempt::journal() {
  if (!broken_.empty()) return nullptr;
  if (!journal_ && fs::exists(paths_.journal)) {
    try {
      auto reader = JournalReader::open(paths_.journal);
      const auto header = reader.header();
      if (!header) return nullptr;  // made, but not begun
      if (header->uuid != uuid_) {
        reject_journal("the worker's journal names another attempt");
        return nullptr;
      }
      journal_ = std::move(reader);
    } catch (const Error& error) {
      if (error.code() != ExitCode::kData) throw;
      reject_journal(error.what());
    }
  }
  return journal_ ? &*journal_ : nullptr;
}

void Attempt::reject_journal(const std::string& reason) {
  broken_ = reason;
  kill();
}

void Attempt::supervise() {
  if (stopped_ == Stopped::kNot && limits_.time_s > 0 && seconds() > limits_.time_s) {
    limit_ = human_duration(limits_.time_s);
    stop(Stopped::kTimeLimit, limit_grace_s_);
  }
  if (stopped_ == Stopped::kNot) watch_memory();
  if (stopped_ == Stopped::kNot) watch_sleep();
  if (kill_at_ && Clock::now() >= *kill_at_) kill();
}

// Without a limit of the trial's own, a worker that takes nearly everything is stopped before the
// kernel chooses whom to kill.
void Attempt::watch_memory() {
  static const std::uint64_t all = cpu_info().memory;
  const bool own = limits_.memory_mib > 0;
  const std::uint64_t limit =
      own ? static_cast<std::uint64_t>(limits_.memory_mib) << 20U : all - all / 16;
  if (limit == 0 || resident_memory(child_.pid()) <= limit) return;
  const std::string bytes = human_bytes(static_cast<double>(limit));
  limit_ =
      own ? "its memory limit of " + bytes
          : fmt::format("{}, nearly all that this machine has (run.memory_limit sets less)", bytes);
  stop(Stopped::kMemoryLimit, 0);  // a checkpoint would take more
}

// A plugin's call in which the worker has used no processor time for long waits for something that
// does not come. One that computes is the time limit's business.
void Attempt::watch_sleep() {
  constexpr double kAwake = 0.05;  // seconds of processor time
  if (sleep_limit_s_ <= 0) return;
  const Clock::time_point now = Clock::now();
  const double since = std::chrono::duration<double>(now - awake_).count();
  if (since < sleep_limit_s_ / 4) return;
  const auto busy = busy_seconds(child_.pid());
  if (!busy || *busy - busy_s_ > kAwake) {
    awake_ = now;
    busy_s_ = busy.value_or(0);
    return;
  }
  if (since < sleep_limit_s_) return;
  const auto report = plugin::read_crumb(paths_.crumb);
  if (!report || report->calls.empty()) return;
  limit_ = human_duration(since);
  stop(Stopped::kAsleep, limit_grace_s_);
}

void Attempt::stop(Stopped why, double grace_s) {
  stopped_ = why;
  child_.signal(SIGTERM);
  child_.signal(SIGCONT);
  kill_at_ = Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(grace_s * 1000));
}

void Attempt::kill() {
  if (stopped_ == Stopped::kNot) stopped_ = Stopped::kShutdown;
  child_.signal(SIGKILL);
}

bool Attempt::ended() {
  const auto state = child_.try_wait();
  if (!state) return false;
  exit_ = *state;
  return true;
}

void Attempt::ingest_rest(store::Store& store) {
  JournalReader* reader = journal();
  if (reader == nullptr) return;
  try {
    store.ingest(id_, *reader);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kData) throw;
    broken_ = error.what();
  }
}

void Attempt::add_breadcrumb(Ending& ending) const {
  const auto report = plugin::read_crumb(paths_.crumb);
  if (!report || report->calls.empty()) return;
  ending.crumb = report->text();
  ending.plugin = report->calls.front().plugin;
  ending.call = report->calls.front().call;
  ending.step = static_cast<std::int64_t>(report->calls.front().step);
}

// The whole stack goes into the log, its innermost part into the error.
void Attempt::add_stack(Ending& ending) const {
  const auto crash = plugin::read_crash(paths_.stack);
  if (!crash || (crash->signal != 0) != ending.exit.signal.has_value()) return;
  ending.cause = crash->cause();
  ending.stack = crash->text(kFramesTold);
  // Where the disk is full, the error has to do.
  std::ofstream(paths_.log, std::ios::app) << "stack of the thread that ended the process:\n"
                                           << crash->text(SIZE_MAX);
}

Ending Attempt::ending(store::Store& store) {
  Ending ending;
  ending.exit = exit_;
  ending.stopped = stopped_;
  ending.limit = limit_;
  ending.finished = finished_status(store, id_);
  ending.journal_error = recorded_error(store, id_);
  ending.torn = journal_ && journal_->torn();
  ending.log_tail = tail_of(paths_.log);
  ending.failures = work_.failures;
  ending.kills = work_.kills;
  ending.retries = limits_.retries;
  add_breadcrumb(ending);
  add_stack(ending);
  return ending;
}

Outcome Attempt::finish(store::Store& store) {
  ingest_rest(store);
  Outcome outcome = judge(ending(store));
  if (!broken_.empty()) {
    outcome.end.status = store::AttemptStatus::kFailed;
    outcome.end.requeue = work_.failures < limits_.retries;
    outcome.end.error = broken_;
  }
  store.finish_attempt(id_, outcome.end);
  remove_files(outcome.end);
  return outcome;
}

void Attempt::remove_files(const store::AttemptEnd& end) const {
  std::error_code ignored;
  fs::remove(paths_.crumb, ignored);
  fs::remove(paths_.stack, ignored);  // in words in the log
  const bool good = end.status == store::AttemptStatus::kDone;
  if (good || fs::file_size(paths_.log, ignored) == 0) fs::remove(paths_.log, ignored);
  // A spec that failed stays: it is what a debugger wants to start from.
  if (end.status != store::AttemptStatus::kFailed) fs::remove(paths_.spec, ignored);
  // A diverged trial would diverge again from its checkpoint; a failed one may be retried from it.
  const bool over = good || end.status == store::AttemptStatus::kDiverged;
  if (over && !keeps_checkpoints(work_.spec)) {
    remove_checkpoints(paths_.checkpoint.parent_path().parent_path(), work_.training_hash);
  }
}

std::string Attempt::phase() {
  if (!phases_ && fs::exists(paths_.journal)) {
    try {
      phases_ = JournalReader::open(paths_.journal);
    } catch (const Error&) {
      return {};  // its own reader reports that
    }
  }
  if (!phases_ || !broken_.empty()) return phase_;
  try {
    phases_->poll([&](const JournalRecord& record) {
      const auto* event = std::get_if<JournalEvent>(&record);
      if (event == nullptr || event->kind != journal_event::kPhase) return;
      const auto total = member(event->data, "total", 0.0);
      phase_ = member<std::string>(event->data, "name", "");
      if (total > 0) {
        phase_ += fmt::format(" {:.0f}%", 100 * member(event->data, "done", 0.0) / total);
      }
    });
  } catch (const Error&) {
    return phase_;
  }
  return phase_;
}

}  // namespace synface::schedule
