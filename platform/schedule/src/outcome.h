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
enum class Stopped { kNot, kTimeLimit, kMemoryLimit, kShutdown };

struct Ending {
  ExitState exit;
  Stopped stopped = Stopped::kNot;
  std::string limit;                // "2 min", "512 MiB": of the limit that was passed
  std::string finished;             // status of the journal's "finished" event; "" where none came
  std::string journal_error;        // of the journal's "error" event
  std::string crumb, plugin, call;  // the breadcrumb: its sentence and its parts
  std::optional<std::int64_t> step;
  std::string log_tail;                      // the end of standard error
  bool torn = false;                         // the journal ends in a part of a record
  int failures = 0, kills = 0, retries = 0;  // before this attempt; allowed
};

struct Outcome {
  store::AttemptEnd end;
  bool disk_full = false;  // everything has to stop
};

Outcome judge(const Ending& ending);

}  // namespace synface::schedule
