// What goes into the store and what comes out of it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "synface/base/shared_object.h"

namespace synface::store {

using Json = nlohmann::json;
using Uuid = std::array<std::uint8_t, 16>;

// A trial's own state is that of its training; see Registered::status for what a user sees.
enum class TrialStatus { kQueued, kRunning, kDone, kFailed, kDiverged, kPruned };
enum class EvaluationStatus { kQueued, kRunning, kDone, kFailed };
// kInterrupted: stopped cleanly by a signal to us; kKilled: from outside (OOM killer, kill -9, a
// coordinator that died), not the trial's fault.
enum class AttemptStatus { kRunning, kDone, kFailed, kDiverged, kPruned, kInterrupted, kKilled };

std::string_view to_string(TrialStatus status);
std::string_view to_string(EvaluationStatus status);
std::string_view to_string(AttemptStatus status);
TrialStatus parse_trial_status(std::string_view word);            // throws kDatabase
EvaluationStatus parse_evaluation_status(std::string_view word);  // throws kDatabase
AttemptStatus parse_attempt_status(std::string_view word);        // throws kDatabase

// ---- registering -------------------------------------------------------------------------------

struct NewExperiment {
  std::string name;
  std::string question;
  Json primary;        // {"metric": ..., "contrast": ...} or null
  std::string source;  // the TOML text, includes resolved or not: kept for the reader
  // These trials are the whole experiment (no --only, --limit): members of it that are not among
  // them become past members, kept but left out of tables. Otherwise only a member with the same
  // axes as one of these is superseded.
  bool whole = true;
};

// The fields of experiment::Trial that are recorded.
struct NewTrial {
  SharedObject config;  // canonical
  std::string training_hash, evaluation_hash;
  SharedObject axes;  // {axis name: scalar}
  // What is not identity: paths, plugin files, device; may be null. `config`: where a worker is to
  // read another one than the above.
  SharedObject spec;
};

// The spec with its config: what a worker reads, and Work::spec. null stays null.
Json whole_spec(const NewTrial& trial);

struct Registered {
  std::int64_t trial = 0, evaluation = 0;
  TrialStatus trial_status = TrialStatus::kQueued;
  EvaluationStatus evaluation_status = EvaluationStatus::kQueued;
  bool new_trial = false;       // this training was not in the database
  bool new_evaluation = false;  // nor this evaluation of it
  bool new_member = false;      // nor was the trial part of this experiment
};

struct Registration {
  std::int64_t experiment = 0;
  std::vector<Registered> trials;  // in the order given
};

// Called after each trial that is registered, with their number so far and in all. It may throw:
// then nothing is registered.
using OnRegistered = std::function<void(std::int64_t, std::int64_t)>;

// ---- the queue ---------------------------------------------------------------------------------

// A row of the queue; Store::work() reads the rest.
struct Queued {
  std::int64_t experiment = 0, trial = 0, evaluation = 0;
  std::string experiment_name, training_hash, evaluation_hash;
  bool train = true;
};

// One thing to do: train and evaluate a queued trial, or evaluate a trained one.
struct Work {
  std::int64_t experiment = 0, trial = 0, evaluation = 0;
  std::string experiment_name, training_hash, evaluation_hash;
  Json spec;            // as registered last
  bool train = true;    // false: the kept weights are evaluated
  std::string weights;  // path of the kept weights, empty where training is still to come
  int attempts = 0;     // begun so far; the next one is number attempts + 1
  int failures = 0;     // attempts that failed by themselves since the last `retry`
  int kills = 0;        // attempts that were killed from outside since the last `retry`
};

struct NewAttempt {
  std::int64_t trial = 0, evaluation = 0;
  bool train = true, evaluate = true;
  Uuid uuid{};
  std::string host, isa, device;
  std::string journal;  // path relative to <db>.d
};

struct BegunAttempt {
  std::int64_t id = 0;
  int number = 0;  // 1 is the trial's first
};

// How an attempt ended. The trial's and the evaluation's status follow from it:
// done: both done. failed, killed: queued again when `requeue`, failed otherwise; where the
// attempt's journal said "trained", the trial is done and only its evaluation is queued or failed.
// interrupted: queued again. diverged, pruned: the trial is so.
struct AttemptEnd {
  AttemptStatus status = AttemptStatus::kDone;
  bool requeue = false;
  std::optional<int> exit_code, signal;
  std::string error;         // message, empty where none
  std::string plugin, call;  // of the breadcrumb or the error event
  std::optional<std::int64_t> step;
};

struct RunningAttempt {
  std::int64_t id = 0, trial = 0, evaluation = 0;
  std::string training_hash, journal;
  std::optional<std::int64_t> pid;
  std::string host;
};

// ---- tags and notes ----------------------------------------------------------------------------

// What somebody says of a trial or of an experiment: exactly one of the two is named.
struct Annotation {
  enum class Kind { kTag, kUntag, kNote, kUnnote } kind = Kind::kTag;
  std::string trial;        // its training hash, whole
  std::string experiment;   // its name
  std::string text;         // the tag or the note
  std::int64_t number = 0;  // kUnnote: the note's number in view `notes`
};
// Throws kUsage unless it is a tag: 1 to 64 letters, digits, '_', '-' and '.'.
void check_tag(std::string_view tag);

// ---- ingestion ---------------------------------------------------------------------------------

struct IngestReport {
  std::int64_t points = 0, nan_points = 0, records = 0;
  bool evaluated = false, trained = false, finished = false, diverged = false;
};

struct MergeReport {
  std::int64_t trials = 0, evaluations = 0, attempts = 0, points = 0;  // new rows
  std::int64_t known_attempts = 0;                                     // already here: untouched
  std::vector<std::string> unknown;  // journals whose trial is not registered here
  std::vector<std::string> damaged;  // journals that could not be read, with the reason
};

}  // namespace synface::store
