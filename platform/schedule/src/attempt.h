// One attempt: its row in the database, its files, its worker process, its journal.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "layout.h"
#include "outcome.h"
#include "synface/base/journal.h"
#include "synface/base/subprocess.h"
#include "synface/store/store.h"

namespace synface::schedule {

class Attempt {
 public:
  using Clock = std::chrono::steady_clock;

  // Inserts the row, writes the spec and starts the worker. Where that fails, the row is closed as
  // interrupted (its trial is queued again) and the error goes on. `afresh`: from no checkpoint.
  Attempt(store::Store& store, store::Work work, const Options& options, bool afresh);

  std::int64_t id() const { return id_; }
  const store::Work& work() const { return work_; }
  int fd() const { return child_.fd(); }  // readable when the worker has ended
  bool resumed() const { return resumed_; }
  double seconds() const;

  // The journal, as soon as the worker has begun it.
  JournalReader* journal();
  // The journal makes no sense: the worker is stopped, the attempt fails with this reason.
  void reject_journal(const std::string& reason);

  // Looks at the time limit, the memory limit, and whether a SIGTERM was heeded.
  void supervise();
  void stop(Stopped why, double grace_s);  // SIGTERM, after the grace SIGKILL
  void kill();
  bool ended();  // reaps

  // After ended(): takes the rest of the journal, decides how it ended, closes the row and removes
  // the files that are of no more use.
  Outcome finish(store::Store& store);

  // "train 35%", from the journal's last phase event.
  std::string phase();

 private:
  void launch(const Options& options, FileLock& spec);
  void watch_memory();
  void watch_sleep();
  void ingest_rest(store::Store& store);
  Ending ending(store::Store& store);
  void add_breadcrumb(Ending& ending) const;
  void add_stack(Ending& ending) const;
  void remove_files(const store::AttemptEnd& end) const;

  store::Work work_;
  AttemptPaths paths_;
  Limits limits_;
  double limit_grace_s_;
  store::Uuid uuid_{};
  std::int64_t id_ = 0;
  Child child_;
  ExitState exit_;
  bool resumed_ = false;
  Clock::time_point start_ = Clock::now();
  Stopped stopped_ = Stopped::kNot;
  std::string limit_;
  double sleep_limit_s_;
  Clock::time_point awake_ = Clock::now();  // the worker was seen to use the processor
  double busy_s_ = 0;                       // processor time that it had used then
  std::optional<Clock::time_point> kill_at_;
  std::optional<JournalReader> journal_, phases_;
  std::string broken_, phase_;
};

// The status of the attempt's "finished" event, "" where none was ingested.
std::string finished_status(store::Store& store, std::int64_t attempt);
// What the attempt's row says about its error.
std::string recorded_error(store::Store& store, std::int64_t attempt);

}  // namespace synface::schedule
