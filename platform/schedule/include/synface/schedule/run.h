// Running trials on this machine: one coordinator a database, one worker process an attempt.
//
// WHO RUNS. The process that holds the kernel lock on <database>.lock is the coordinator. A second
// run() on the same database writes its trials into <database>.d/inbox, says whose process it waits
// for, follows the progress, and takes over as soon as the lock falls free. There are no time
// leases: a coordinator that is stopped for an hour still holds its lock.
//
// WHAT A WORKER GETS. `<worker> trial --spec FILE --journal FILE --checkpoint DIR [--resume]`, in a
// process group of its own, killed when the coordinator dies. The spec is the trial's, and
//   "trial_key" (the training hash), "evaluation_hash", "attempt" (number),
//   "attempt_uuid" (32 hex digits: the journal's header must have it),
//   "do" (["train", "evaluate"] or ["evaluate"]), "weights" (a path; only when evaluating),
//   "paths" {"cache", "root" (<database>.d; journal paths are relative to it), "weights" and
//   "artifacts" (folders below root, this trial's own)}, "device".
// Standard error goes to <journal minus extension>.log and is quoted when the trial fails. Two
// trials that need the same images both wait for a file lock in the cache: one of them renders.
//
// HOW IT ENDS. Exit code 0 with a "finished" event in the journal: done. 5: diverged. 8: the disk
// is full; everything is stopped and queued again, and run() throws kNoSpace. SIGKILL, SIGTERM,
// SIGINT, SIGHUP that we did not send (or the exit codes 130 and 143): killed from outside; tried
// again, 10 times at most. Anything else, the time limit and the memory limit: the trial's own
// failure, tried again by its `retries`. A crash is reported with plugin, call and step of the
// breadcrumb (<journal>.crumb) and the stack (<journal>.stack), whose functions are named here; an
// end by itself within a plugin's call, whatever the exit code, was the plugin's exit().
//
// WHAT STAYS in <database>.d: the weights and artifacts of every trained trial, which later
// benchmarks read (a trial whose weights are gone is trained again); the journal of every attempt,
// on purpose: a second copy of all points, outside SQLite, 32 bytes a point; the spec and the log
// of attempts that failed. Checkpoints go when their trial is done or has diverged, unless its
// train.keep_checkpoints says otherwise; those of failed trials stay for a retry. prune()
// (prune.h) takes away journals, specs, logs and weights of finished trials: nothing reads a
// journal again but a merge.
//
// SIGINT, SIGTERM or SIGHUP (a closed terminal) to the coordinator: workers get SIGTERM, write a
// checkpoint, and their trials are queued again; a second one kills them at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "synface/base/error.h"
#include "synface/store/records.h"

namespace synface::schedule {

// Trials of one experiment that somebody wants run.
struct Request {
  store::NewExperiment experiment;
  std::vector<store::NewTrial> trials;
};

// From experiment::Trial, or anything with its members.
template <typename Trial>
store::NewTrial new_trial(const Trial& trial) {
  return {trial.config, trial.training_hash, trial.evaluation_hash, trial.axes, trial.spec};
}

struct Options {
  std::filesystem::path database;
  std::filesystem::path worker;  // the synface-worker executable
  // Trials at once; 0: as many as the processor has room for (cores / the largest train.threads).
  int jobs = 0;
  // These override what the trials' specs say under "run".
  std::optional<int> retries;
  std::optional<double> time_limit_s;  // 0: none
  // MiB of resident memory; 0: none but nearly all that the machine has.
  std::optional<std::int64_t> memory_limit;
  std::string device = "cpu";  // where a spec names none
  bool quiet = false;          // no progress line (messages stay)
  // A worker that is in a plugin's call and has used no processor time for so long is stopped, and
  // the attempt has failed; 0: never.
  double sleep_limit_s = 600;
  double stop_grace_s = 60;  // between SIGTERM and SIGKILL at the end
};

// How the request's own trials stand at the end.
struct Summary {
  std::int64_t total = 0;
  std::int64_t already = 0;  // were done before this run
  std::int64_t done = 0;     // all that are done now, `already` included
  std::int64_t failed = 0, diverged = 0, pruned = 0;
  std::int64_t queued = 0;    // left to do: the run was interrupted
  std::int64_t attempts = 0;  // worker processes that this process started, for anybody
  double seconds = 0;
  std::vector<std::string> problems;  // one line a failed or diverged trial: hash, axes, reason
  std::optional<int> signal;          // SIGINT, SIGTERM or SIGHUP that ended the run

  // kDone, kTrials, kInterrupted or kTerminated.
  ExitCode exit_code() const;
  // A sentence for people: "40 trials: 38 done (12 of them before), 2 failed; 26 attempts in 3
  // min".
  std::string text() const;
};

// Registers the request and runs what is not done; returns at once where nothing is left to do.
// Throws synface::Error: kDatabase, kNoSpace (what ran is queued again), kUsage, kSetup (no such
// worker).
Summary run(const Request& request, const Options& options);

// Queues the failed trials (and, where asked, the diverged ones) of an experiment, or of all, again
// and runs them.
Summary retry_failed(const std::optional<std::string>& experiment, bool diverged_too,
                     const Options& options);

// The command line and the spec that run one trial in this process, under a debugger: writes the
// spec below <database>.d/debug and returns the worker's arguments. Records nothing in the
// database. `trial`: a training hash or a unique prefix of it.
std::vector<std::string> debug_command(const Request& request, const std::string& trial,
                                       const Options& options);

}  // namespace synface::schedule
