#include "synface/schedule/prune.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "follow.h"
#include "layout.h"
#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/hash.h"
#include "synface/base/journal.h"
#include "synface/base/paths.h"
#include "synface/base/text.h"
#include "synface/store/store.h"

namespace synface::schedule {
namespace {

struct Over {
  std::int64_t trial = 0;
  std::string weights;  // as recorded; empty: none
};

void check_experiment(store::Database& db, const std::optional<std::string>& experiment) {
  if (!experiment) return;
  std::vector<std::string> names;
  auto rows = db.prepare("SELECT name FROM experiment");
  while (rows.step()) names.emplace_back(rows.text(0));
  if (std::find(names.begin(), names.end(), *experiment) != names.end()) return;
  fail(ExitCode::kUsage, "there is no experiment {} in the database{}", *experiment,
       hint(*experiment, names));
}

// The evaluations of a trial that has diverged stay queued for ever.
std::vector<Over> finished(store::Database& db, const std::optional<std::string>& experiment) {
  auto rows = db.prepare(
      "SELECT t.id, coalesce(t.weights, '') FROM trial t WHERE (t.status IN('diverged', 'pruned') "
      "OR (t.status = 'done' AND NOT EXISTS(SELECT 1 FROM evaluation e WHERE e.trial = t.id AND "
      "e.status <> 'done'))) AND NOT EXISTS(SELECT 1 FROM attempt a WHERE a.trial = t.id AND "
      "a.status = 'running') AND (?1 IS NULL OR EXISTS(SELECT 1 FROM member m JOIN experiment x ON "
      "x.id = m.experiment WHERE m.trial = t.id AND x.name = ?1)) ORDER BY t.id");
  rows.with(experiment);
  std::vector<Over> out;
  while (rows.step()) out.push_back({rows.integer(0), std::string(rows.text(1))});
  return out;
}

// A recorded path as a file below `folder`; nothing for one that lies elsewhere.
std::optional<fs::path> below(const fs::path& folder, const fs::path& root,
                              const std::string& name) {
  const auto path = (root / name).lexically_normal();
  const auto relative = path.lexically_relative(folder.lexically_normal());
  if (name.empty() || relative.empty() || *relative.begin() == ".." || relative == ".") {
    return std::nullopt;
  }
  return path;
}

// Why the database may not hold all of this journal; empty: it does.
std::string missing_part(const fs::path& journal, const std::string& uuid, std::uint64_t taken) {
  try {
    auto reader = JournalReader::open(journal);
    const auto header = reader.header();
    if (!header) return taken == 0 ? "" : "it is empty, and was not";
    if (to_hex(header->uuid) != uuid) return "it belongs to another attempt";
    reader.seek(taken);
    if (reader.poll([](const JournalRecord&) {}) > 0) return "the database lacks its last records";
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

class Pruner {
 public:
  Pruner(const PruneOptions& options, store::Database& db)
      : options_(options),
        root_(folder_of(options.database)),
        attempts_(db.prepare("SELECT journal, journal_offset, lower(hex(uuid)) FROM attempt WHERE "
                             "trial = ?")) {}

  void trial(const Over& over) {
    const auto before = out_.bytes;
    attempts_.with(over.trial);
    while (attempts_.step()) {
      const auto journal = below(root_ / "journals", root_, std::string(attempts_.text(0)));
      if (!journal) continue;
      attempt(*journal, std::string(attempts_.text(2)),
              static_cast<std::uint64_t>(attempts_.integer(1)));
    }
    attempts_.reset();
    const auto weights = below(root_ / "weights", root_, over.weights);
    if (options_.weights && weights && take(*weights)) {
      ++out_.weights;
      drop_if_empty(weights->parent_path());
    }
    if (out_.bytes != before) ++out_.trials;
  }

  Pruned result() { return std::move(out_); }

 private:
  void attempt(const fs::path& journal, const std::string& uuid, std::uint64_t taken) {
    std::error_code error;
    if (fs::exists(journal, error)) {
      const auto reason = missing_part(journal, uuid, taken);
      if (!reason.empty()) {
        out_.spared.push_back(fmt::format("{}: {}", journal.string(), reason));
        return;
      }
    }
    const auto files = beside(journal);
    for (const auto& file : {files.spec, files.log, files.crumb, files.stack}) take(file);
    if (take(files.journal)) ++out_.journals;
  }

  // Counts a file and removes it; false where there is none.
  bool take(const fs::path& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    out_.bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
    std::error_code error;
    if (!options_.dry_run && !fs::remove(file, error) && error) {
      fail(ExitCode::kDatabase, "cannot remove {}: {}", file.string(), error.message());
    }
    return true;
  }

  void drop_if_empty(const fs::path& folder) const {
    std::error_code ignored;  // not empty: it stays
    if (!options_.dry_run && folder != root_ / "weights") fs::remove(folder, ignored);
  }

  const PruneOptions& options_;
  fs::path root_;
  store::Statement attempts_;
  Pruned out_;
};

}  // namespace

Pruned prune(const PruneOptions& options) {
  auto db = store::open_reader(options.database);
  check_experiment(db, options.experiment);
  std::optional<FileLock> lock;
  if (!options.dry_run) {
    lock = FileLock::try_acquire(lock_of(options.database));
    if (!lock) {
      fail(ExitCode::kDatabase, "{} is being written by {}; wait until it has ended",
           options.database.string(), holder(lock_of(options.database)));
    }
  }
  // Read under the lock, so that nobody begins anything in between.
  Pruner pruner(options, db);
  for (const auto& over : finished(db, options.experiment)) pruner.trial(over);
  return pruner.result();
}

}  // namespace synface::schedule
