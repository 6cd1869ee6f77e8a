// How an attempt ended, from what is known about its process: a pure function, so that every case
// has a test.
#pragma once

#include <optional>
#include <string>

#include "synface/base/subprocess.h"
#include "synface/store/records.h"

namespace synface::schedule {

// A kill from outside is tried again so many times.
inline constexpr int kMaxKills = 10;

// Why we stopped the worker ourselves.
enum class Stopped { kNot, kTimeLimit, kMemoryLimit, kAsleep, kShutdown };

struct Ending {
  ExitState exit;
  Stopped stopped = Stopped::kNot;
  std::string limit;                // "2 min", "its memory limit of 512 MiB": what was passed
  std::string finished;             // status of the journal's "finished" event; "" where none came
  std::string journal_error;        // of the journal's "error" event
  std::string crumb, plugin, call;  // the breadcrumb: its sentence and its parts
  std::optional<std::int64_t> step;
  std::string cause;     // what is known about a crash beyond its signal: "a NULL pointer"
  std::string stack;     // of a crash or of an exit() within a call: lines that end in "\n"
  std::string log_tail;  // the end of standard error, or a sanitizer's report
  bool torn = false;     // the journal ends in a part of a record
  int failures = 0, kills = 0, retries = 0;  // before this attempt; allowed
};

struct Outcome {
  store::AttemptEnd end;
  bool disk_full = false;  // everything has to stop
};

Outcome judge(const Ending& ending);

}  // namespace synface::schedule
