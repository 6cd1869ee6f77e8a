// Coordinators as processes, for tests that kill them.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "grid.h"
#include "synface/base/file.h"
#include "synface/base/subprocess.h"

namespace synface::testing {

// A database in a folder of its own, and coordinators on it.
class Bench {
 public:
  explicit Bench(const schedule::Request& request);
  // Starts `fake_run` on the grid; what it says goes to say().
  Child start(int jobs = 2) const;
  // Runs it to its end; returns the exit code.
  int finish(int jobs = 2) const;
  std::string said() const;
  std::filesystem::path database() const { return folder_.path() / "db.sqlite"; }
  std::filesystem::path path() const { return folder_.path(); }
  std::filesystem::path acknowledged() const { return folder_.path() / "acknowledged"; }

 private:
  TemporaryFolder folder_;
};

// Waits (at most 30 s) until the condition holds; fails the test otherwise.
void await(const std::function<bool()>& condition, const std::string& what);
// True as soon as the database exists and the query gives at least `least`.
bool reached(const std::filesystem::path& database, const std::string& sql, std::int64_t least);
std::vector<int> children_of(int pid);

// Kills, `kills` times at random moments, the coordinator or one of its workers, and starts the
// coordinator again; then lets it end. The grid's trials must write their acknowledgements.
void kill_at_random(const Bench& bench, int kills, unsigned seed);
// The promises after that: each trial ended exactly once, nothing is marked running, the database
// is whole, and every point whose call had returned is in it.
void expect_promises_kept(const Bench& bench, int trials);
// The points that count, as text: the same for every way of getting there.
std::string exported_points(const std::filesystem::path& database);

}  // namespace synface::testing
