// Giving back the space of what is over: journals and kept weights of finished trials.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace synface::schedule {

struct PruneOptions {
  std::filesystem::path database;
  std::optional<std::string> experiment;  // only trials that it asks for or has asked for
  bool weights = false;  // also the kept weights: a later benchmark then trains the trial again
  bool dry_run = false;  // only say what would go
};

struct Pruned {
  std::int64_t trials = 0;  // that lose something
  std::int64_t journals = 0, weights = 0;
  std::uint64_t bytes = 0;          // on the disk, of all that goes
  std::vector<std::string> spared;  // journals that are not wholly in the database, with the reason
};

// Removes journals, logs and specs below <database>.d of every attempt of trials that are done with
// all their evaluations, have diverged or were pruned. Spared are trials with anything queued,
// running or failed, journals of which the database lacks a record, and files elsewhere. The
// database itself is not changed: its points, finals, errors and logs stay.
//
// Throws kDatabase where a run holds the lock (a dry run takes none) or the database cannot be
// read, kUsage for an unknown experiment.
Pruned prune(const PruneOptions& options);

}  // namespace synface::schedule
