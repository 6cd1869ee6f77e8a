// What the parts of Store share: the connection, its prepared statements, the clock.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "synface/store/store.h"

namespace synface {
class JournalReader;
}

namespace synface::store {

// Where the reading of one journal stands; lost on a restart, when the journal is read from its
// start again with the same result.
struct IngestState {
  std::int64_t attempt = 0, trial = 0, evaluation = 0;
  int number = 0;
  bool trains = false, has_points = false, restitch = false;
  std::uint64_t offset = 0;
  std::int64_t events = 0, logs = 0;
  std::string phase;
  std::vector<std::int64_t> metrics;  // by the journal's metric number; 0: not defined
  // The batch, by the journal's metric number: steps and values in the order of arrival.
  std::vector<std::vector<std::pair<std::int64_t, double>>> series;

  bool evaluating =
      false;  // a phase "evaluate..." has begun: finals are the evaluation's from here on

  // The evaluation that a final belongs to; 0: the training.
  std::int64_t scope() const { return !trains || evaluating ? evaluation : 0; }
};

struct Store::Impl {
  Database db;
  // Prepared once, by the address of their SQL literal; dropped before the connection.
  std::unordered_map<const char*, Statement> statements;
  std::map<std::int64_t, IngestState> ingesting;  // by attempt

  // `sql` must be a string literal (its address is the key).
  Statement& statement(const char* sql) {
    auto found = statements.find(sql);
    if (found == statements.end()) found = statements.emplace(sql, db.prepare(sql)).first;
    found->second.reset();
    return found->second;
  }
};

inline std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// Works out anew which points of a trial's attempts count (attempt.keep_to): a resumed attempt
// takes over from its checkpoint's step on, one that began afresh takes over wholly.
void restitch(Database& db, std::int64_t trial);

// Counts, for every final of the trial, the NaN points of the series of the same name.
void count_nans(Database& db, std::int64_t trial);

// Sets the status of the attempt's trial and evaluation; see AttemptEnd.
void settle(Database& db, std::int64_t attempt, AttemptStatus status, bool requeue);

}  // namespace synface::store
