// What the parts of Store share: the connection, its prepared statements, the clock.
#pragma once

#include <chrono>
#include <map>
#include <string_view>
#include <unordered_map>

#include "synface/store/store.h"

namespace synface {
class JournalReader;
}

namespace synface::store {

struct Store::Impl {
  Database db;
  // Prepared once, by the address of their SQL literal; dropped before the connection.
  std::unordered_map<const char*, Statement> statements;

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
