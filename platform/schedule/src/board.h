// What is wanted and how it stands: the counts, the estimate of the time left, the status line.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "synface/schedule/run.h"
#include "synface/store/store.h"

namespace synface::schedule {

// A user's view of a trial: the evaluation's state once the training is done.
enum class State { kQueued, kRunning, kDone, kFailed, kDiverged, kPruned };
State state_of(const store::Registered& registered);

struct Wanted {
  std::string training_hash, evaluation_hash, experiment, axes;
  double weight = 1;     // of the work, in images seen
  bool own = false;      // asked for by this process, not handed over
  bool already = false;  // was done when it was registered
  State state = State::kQueued;
};

class Board {
 public:
  // Takes the trials of a registered request; those that are here already only gain `own`.
  // Returns how many are new.
  std::int64_t add(const Request& request, const store::Registration& registration, bool own);
  bool wants(const store::Queued& row) const;
  // Reads how the trial stands anew.
  void refresh(store::Store& store, const std::string& training_hash);
  // A finished attempt that did all of its work from the start: for the estimate.
  void measured(const store::Work& work, double seconds);

  const std::vector<Wanted>& wanted() const { return wanted_; }
  std::int64_t count(State state) const;
  std::int64_t total() const { return static_cast<std::int64_t>(wanted_.size()); }
  bool left() const { return count(State::kQueued) + count(State::kRunning) > 0; }

  // Seconds that the queued trials and the rest of the running ones will take; nothing before the
  // first measurement.
  std::optional<double> estimate(int jobs) const;
  // "12/40 done, 2 running, 1 failed | 3.2/min | ETA 5 min 10 s".
  std::string line(int jobs, double elapsed_s) const;

 private:
  void set_state(std::size_t index, State state);

  std::vector<Wanted> wanted_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_training_;
  std::int64_t counts_[6] = {};
  std::int64_t ended_here_ = 0;
  double queued_weight_ = 0;
  double seconds_ = 0, weight_ = 0;  // measured
  std::int64_t measurements_ = 0;
};

}  // namespace synface::schedule
