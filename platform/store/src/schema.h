// The schema's versions and how a file gets from one to the next.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string_view>

#include "synface/store/sqlite.h"

namespace synface::store {

constexpr std::int64_t kApplicationId = 0x53594E46;  // "SYNF"

struct Migration {
  int version;                          // user_version after it
  std::array<std::string_view, 2> sql;  // tables, then views; inside one exclusive transaction
};

// Every released version, in order, from 1.
std::span<const Migration> migrations();
int newest_version();

// Throws kDatabase, naming the fault and the remedy, unless the open database is one of ours (or
// empty where `may_be_empty`) and not newer than this program. Returns its version (0 when empty).
int check_identity(Database& db, int newest, bool may_be_empty);

// Brings the database to the last of `steps`, one transaction a step, after reading user_version
// again inside it. A database that is not empty is first copied to <path>.v<N>.bak.
void migrate(Database& db, std::span<const Migration> steps);

}  // namespace synface::store
