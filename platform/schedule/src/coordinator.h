// The process that holds the database's lock: it starts workers, tails their journals, and takes
// what other processes hand over.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "attempt.h"
#include "board.h"
#include "inbox.h"
#include "synface/base/file.h"
#include "synface/base/progress.h"
#include "synface/base/signals.h"

namespace synface::schedule {

class Coordinator {
 public:
  // Opens the database, closes what a dead coordinator left open and writes who holds the lock.
  Coordinator(FileLock lock, const Options& options, SignalFd& signals, StatusLine& line);

  // Registers a request; `own`: of this process, not handed over.
  store::Registration accept(const Request& request, bool own);
  // Queues what failed again and wants it; returns what is wanted by it.
  std::vector<Request> accept_retry(const std::optional<std::string>& experiment, bool diverged_too,
                                    bool own);
  // Runs until nothing that is wanted is left, or until a signal. Throws kNoSpace after everything
  // was stopped.
  void run();

  const Board& board() const { return board_; }
  store::Store& store() { return store_; }
  std::optional<int> signal() const { return signal_; }
  std::int64_t attempts() const { return attempts_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool turn();
  void take_signals();
  void stop_registering();
  void take_inbox();
  void annotate(const Message& message);
  void start_attempts();
  bool refill();
  void train_again_without_weights(store::Work& work);
  void await_something();
  void reap();
  void close(Attempt& attempt);
  void ingest_live();
  void ingest_one(Attempt& attempt);
  void show();
  void stop_all(Stopped why);
  int jobs() const;

  FileLock lock_;
  const Options& options_;
  SignalFd& signals_;
  StatusLine& line_;
  store::Store store_;
  fs::path inbox_;
  Board board_;

  std::set<std::string> experiments_;  // asked for in this process's life
  int largest_threads_ = 1;
  std::deque<store::Queued> pending_;
  bool changed_ = false;  // the queue may hold something that `pending_` does not
  std::vector<std::unique_ptr<Attempt>> running_;
  std::set<std::string> afresh_;  // trials whose last attempt failed after a resume
  std::int64_t attempts_ = 0;
  Clock::time_point start_ = Clock::now(), next_tick_ = Clock::now();
  bool stopping_ = false, disk_full_ = false;
  std::optional<int> signal_;
};

}  // namespace synface::schedule
