#include "coordinator.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "recover.h"
#include "synface/base/cpu.h"
#include "synface/base/json.h"
#include "synface/base/paths.h"

namespace synface::schedule {
namespace {

// Journals are tailed, limits watched and the inbox read so often. The end of a worker is seen at
// once, whatever this is.
constexpr std::chrono::milliseconds kTick{100};

std::string who_holds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Json{{"pid", ::getpid()},
              {"host", host_name()},
              {"since_s", std::chrono::duration_cast<std::chrono::seconds>(now).count()}}
      .dump();
}

// First of all, so that whoever waits can say for whom.
FileLock signed_lock(FileLock lock) {
  lock.write_note(who_holds());
  return lock;
}

// What is queued, as a request of each experiment, with as much of the configs as the board reads.
std::vector<Request> requests_of(store::Store& store, const std::vector<store::Queued>& queued) {
  std::vector<Request> requests;
  SharedPool pool;
  for (const store::Queued& one : queued) {
    auto found = std::find_if(requests.begin(), requests.end(), [&](const Request& request) {
      return request.experiment.name == one.experiment_name;
    });
    if (found == requests.end()) {
      found = requests.insert(requests.end(), Request{});
      found->experiment.name = one.experiment_name;
    }
    const store::Work work = store.work(one);
    found->trials.push_back({pool.share({{"train", part(part(work.spec, "config"), "train")}}),
                             one.training_hash,
                             one.evaluation_hash,
                             Json::object(),
                             {}});
  }
  return requests;
}

}  // namespace

Coordinator::Coordinator(FileLock lock, const Options& options, SignalFd& signals, StatusLine& line)
    : lock_(signed_lock(std::move(lock))),
      options_(options),
      signals_(signals),
      line_(line),
      store_(store::Store::open(options.database)),
      inbox_(store_.folder() / "inbox") {
  recover_orphans(store_, line_);
}

store::Registration Coordinator::accept(const Request& request, bool own) {
  Progress progress("registering", "trials", static_cast<std::int64_t>(request.trials.size()),
                    only_when_long(options_.quiet));
  auto registration = store_.register_experiment(request.experiment, request.trials,
                                                 [&](std::int64_t done, std::int64_t) {
                                                   progress.set(done);
                                                   if (own && done % 256 == 0) stop_registering();
                                                 });
  board_.add(request, registration, own);
  experiments_.insert(request.experiment.name);
  for (const store::NewTrial& trial : request.trials) {
    const int threads = member(part(trial.config, "train"), "threads", 1);
    largest_threads_ = std::max(largest_threads_, threads);
  }
  changed_ = true;
  return registration;
}

// A signal takes back what this process has registered so far of its own.
void Coordinator::stop_registering() {
  const auto number = signals_.pending();
  if (!number) return;
  fail(*number == SIGINT ? ExitCode::kInterrupted : ExitCode::kTerminated,
       "stopped while the trials were registered: none of them is, and nothing was run");
}

std::vector<Request> Coordinator::accept_retry(const std::optional<std::string>& experiment,
                                               bool diverged_too, bool own) {
  store_.retry_failed(experiment, diverged_too);
  auto requests = requests_of(store_, store_.queued(experiment));
  for (const Request& request : requests) {
    store::Registration registration;
    registration.trials = store::look_up(store_.database(), request.trials);
    board_.add(request, registration, own);
    experiments_.insert(request.experiment.name);
    for (const store::NewTrial& trial : request.trials) {
      board_.refresh(store_, trial.training_hash);
    }
  }
  changed_ = true;
  return requests;
}

int Coordinator::jobs() const {
  if (options_.jobs > 0) return options_.jobs;
  return std::max(1, cpu_info().cores / largest_threads_);
}

void Coordinator::run() {
  start_ = Clock::now();
  try {
    while (turn()) {
    }
  } catch (...) {
    // Their rows stay marked running: the next coordinator closes them.
    running_.clear();  // kills and reaps
    throw;
  }
  show();
  if (disk_full_) {
    fail(ExitCode::kNoSpace,
         "the disk is full: everything was stopped and is queued again; free some space and start "
         "the same command again, nothing recorded is lost");
  }
}

bool Coordinator::turn() {
  take_signals();
  const bool tick = Clock::now() >= next_tick_;
  if (tick) {
    next_tick_ = Clock::now() + kTick;
    take_inbox();
    ingest_live();
    for (const auto& attempt : running_) attempt->supervise();
  }
  start_attempts();
  if (running_.empty()) {
    if (stopping_) return false;
    take_inbox();  // a request that came since the tick would wait for a next coordinator
    return changed_;
  }
  if (line_.due()) show();
  await_something();
  reap();
  return true;
}

void Coordinator::take_signals() {
  while (const auto number = signals_.pending()) {
    if (signal_) {
      line_.message("stopping at once");
      for (const auto& attempt : running_) attempt->kill();
      continue;
    }
    signal_ = number;
    if (!running_.empty()) {
      line_.message(fmt::format("stopping: {} worker{} a checkpoint (once more: at once)",
                                running_.size(), running_.size() == 1 ? " writes" : "s write"));
    }
    stop_all(Stopped::kShutdown);
  }
}

void Coordinator::stop_all(Stopped why) {
  if (stopping_) return;
  stopping_ = true;
  for (const auto& attempt : running_) attempt->stop(why, options_.stop_grace_s);
}

void Coordinator::take_inbox() {
  if (stopping_) return;
  std::vector<std::string> refused;
  for (const Message& message : waiting(inbox_, refused)) {
    if (message.kind == Message::Kind::kRun) {
      accept(message.request, false);
      line_.message(fmt::format(
          "{} hands over {} trial{} of {}", message.from, message.request.trials.size(),
          message.request.trials.size() == 1 ? "" : "s", message.request.experiment.name));
    } else if (message.kind == Message::Kind::kAnnotate) {
      annotate(message);
    } else {
      accept_retry(message.experiment, message.diverged_too, false);
      line_.message(fmt::format("{} asks for failed trials again", message.from));
    }
    std::error_code ignored;
    fs::remove(message.file, ignored);  // the database has it
  }
  for (const std::string& text : refused) line_.message(text);
}

// Somebody's slip in a tag is no reason to end a run.
void Coordinator::annotate(const Message& message) {
  try {
    store_.annotate(message.annotations);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kUsage) throw;
    line_.message(fmt::format("{}: {}", message.from, error.what()));
  }
}

// Weights that are gone (a database that was copied without its folder) are made again.
void Coordinator::train_again_without_weights(store::Work& work) {
  std::error_code unreadable;
  if (work.train || fs::exists(work.weights, unreadable) || unreadable) return;
  work.train = true;
  line_.message(fmt::format("trial {}: its weights {} are gone, so it is trained again",
                            work.training_hash.substr(0, 12), work.weights));
}

bool Coordinator::refill() {
  if (!changed_) return !pending_.empty();
  changed_ = false;
  std::set<std::int64_t> taken;
  for (const auto& attempt : running_) taken.insert(attempt->work().trial);
  for (const std::string& experiment : experiments_) {
    for (store::Queued& row : store_.queued(experiment)) {
      if (!board_.wants(row) || !taken.insert(row.trial).second) continue;
      pending_.push_back(std::move(row));
    }
  }
  return !pending_.empty();
}

void Coordinator::start_attempts() {
  const auto limit = static_cast<std::size_t>(jobs());
  while (!stopping_ && running_.size() < limit && (!pending_.empty() || refill())) {
    store::Work work = store_.work(pending_.front());
    pending_.pop_front();
    train_again_without_weights(work);
    const std::string hash = work.training_hash;
    running_.push_back(
        std::make_unique<Attempt>(store_, std::move(work), options_, afresh_.erase(hash) > 0));
    ++attempts_;
    board_.refresh(store_, hash);
  }
}

void Coordinator::await_something() {
  std::vector<pollfd> entries{{signals_.fd(), POLLIN, 0}};
  for (const auto& attempt : running_) entries.push_back({attempt->fd(), POLLIN, 0});
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_tick_ - Clock::now()).count();
  ::poll(entries.data(), entries.size(), static_cast<int>(std::max<std::int64_t>(0, left)));
}

void Coordinator::reap() {
  for (std::size_t i = 0; i < running_.size();) {
    if (!running_[i]->ended()) {
      ++i;
      continue;
    }
    const std::unique_ptr<Attempt> attempt = std::move(running_[i]);
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    close(*attempt);
  }
}

void Coordinator::close(Attempt& attempt) {
  const Outcome outcome = attempt.finish(store_);
  const std::string& hash = attempt.work().training_hash;
  changed_ = true;
  board_.refresh(store_, hash);
  const auto status = outcome.end.status;
  if (status == store::AttemptStatus::kDone && !attempt.resumed()) {
    board_.measured(attempt.work(), attempt.seconds());
  }
  if (status == store::AttemptStatus::kFailed && outcome.end.requeue && attempt.resumed()) {
    afresh_.insert(hash);  // perhaps it was the checkpoint's fault
  }
  if (status == store::AttemptStatus::kFailed || status == store::AttemptStatus::kKilled ||
      status == store::AttemptStatus::kDiverged) {
    std::string error = recorded_error(store_, attempt.id());
    line_.message(fmt::format("trial {}, attempt {}: {}{}", hash.substr(0, 12),
                              attempt.work().attempts + 1,
                              error.empty() ? store::to_string(status) : error,
                              outcome.end.requeue ? " (it will be tried again)" : ""));
  }
  if (outcome.disk_full) {
    disk_full_ = true;
    stop_all(Stopped::kShutdown);
  }
}

void Coordinator::ingest_live() {
  std::vector<std::pair<std::int64_t, JournalReader*>> live;
  for (const auto& attempt : running_) {
    JournalReader* reader = attempt->journal();
    if (reader != nullptr && reader->ready()) live.emplace_back(attempt->id(), reader);
  }
  if (live.empty()) return;
  try {
    store_.ingest(live);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kData) throw;
    for (const auto& attempt : running_) ingest_one(*attempt);  // whose was it?
  }
}

void Coordinator::ingest_one(Attempt& attempt) {
  JournalReader* reader = attempt.journal();
  if (reader == nullptr) return;
  try {
    reader->seek(0);  // the failed transaction took back what it had consumed
    store_.ingest(attempt.id(), *reader);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kData) throw;
    attempt.reject_journal(error.what());
  }
}

void Coordinator::show() {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  std::string text = board_.line(jobs(), elapsed);
  constexpr std::size_t kNamed = 4;
  for (std::size_t i = 0; i < std::min(kNamed, running_.size()); ++i) {
    const std::string phase = running_[i]->phase();
    if (phase.empty()) continue;
    text += fmt::format(" | {} {}", running_[i]->work().training_hash.substr(0, 6), phase);
  }
  line_.update(text);
}

}  // namespace synface::schedule
