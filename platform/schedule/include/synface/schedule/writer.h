// Writing to a database without running trials: merging, registering, collecting.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

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

// Brings a database of an older schema forward, as open_writer() does; nothing where there is none,
// or where it is of today's. For commands that read before they write.
void bring_forward(const std::filesystem::path& database);

// Tags and notes. Where a run holds the database they are handed to it, and it writes them within
// moments. Throws what Store::annotate and open_writer throw.
struct Annotated {
  int changed = 0;
  std::string handed_to;  // "process 4711 on lab3 ...": not written yet; empty: written
};
Annotated annotate(const std::filesystem::path& database,
                   const std::vector<store::Annotation>& annotations);

}  // namespace synface::schedule
