// Writing to a database without running trials: merging, registering, collecting.
#pragma once

#include <filesystem>

#include "synface/base/file.h"
#include "synface/store/store.h"

namespace synface::schedule {

struct Writer {
  FileLock lock;  // on <database>.lock; given back after the store is closed
  store::Store store;
};

// Takes the lock, opens the database (makes it where it is absent) and closes the attempts that a
// dead coordinator has left marked running. Never waits: throws kDatabase, with the holder's name,
// where a run holds the lock, and whatever Store::open throws.
Writer open_writer(const std::filesystem::path& database);

}  // namespace synface::schedule
