// The store: the one writing connection to an experiment database.
//
// Who may write: one process, the one that holds the kernel lock on <database>.lock; the caller
// takes that lock (SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when two connections write
// and checkpoint at once, and Debian 12 ships 3.40.1). Readers use open_reader() at any time.
// Thread rules: one thread at a time. Never carried across fork().
//
// Durability: points are committed with synchronous=NORMAL (they are in the journal as well);
// registration and every end of an attempt with FULL. The beginning of one is not synced: a power
// cut that loses it leaves the trial queued.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "synface/store/records.h"
#include "synface/store/sqlite.h"

namespace synface {
class JournalReader;
}

namespace synface::store {

// Opens for reading (mode=ro). Throws kDatabase where the file is absent, empty, a folder, no
// SQLite database, not one of ours, damaged, or of a newer or older schema than this program reads.
Database open_reader(const std::filesystem::path& path);
// The same; nothing where the file is absent or empty (a run whose disk was full at its very start
// leaves one of no byte): for what needs no results, such as `plan`.
std::optional<Database> open_reader_if_any(const std::filesystem::path& path);

// Whether there is a database of ours with an older schema, which Store::open() would bring
// forward. Throws as open_reader_if_any() does, but for that.
bool is_older(const std::filesystem::path& path);

// Whether a database may be written at this path, before it is opened or locked: makes its folder,
// and throws kDatabase for a path that is a folder, read-only or on a network filesystem, kNoSpace
// where the disk is full.
void check_place(const std::filesystem::path& path);

class Store {
 public:
  // Opens for writing, makes the file and its folder where absent, and migrates an older schema
  // (a copy <db>.v<N>.bak is kept). Throws kDatabase for a database that is foreign, newer,
  // damaged, read-only or on a network filesystem; kNoSpace where the disk is full.
  static Store open(const std::filesystem::path& path);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();
  void close();

  // Registers everything in one transaction; what is there already (by training_hash, evaluation
  // hash and experiment name) is kept, its spec replaced by the new one.
  Registration register_experiment(const NewExperiment& experiment,
                                   std::span<const NewTrial> trials,
                                   const OnRegistered& progress = {});

  // ---- the queue ----
  // What is queued, of one experiment (by name) or of all, in order of registration: a million rows
  // are a few hundred megabytes, where a million specs would be gigabytes.
  std::vector<Queued> queued(const std::optional<std::string>& experiment = std::nullopt);
  // The whole of a row.
  Work work(const Queued& row);
  // Both together, for a queue that is known to be small.
  std::vector<Work> queue(const std::optional<std::string>& experiment = std::nullopt);
  // The same for one trial, whatever its status, by training hash (or a unique prefix of it, at
  // least 6 digits); nothing where the experiment has no such trial.
  std::optional<Work> work_of(const std::string& training_hash, const std::string& experiment);
  // Inserts the attempt and sets trial (or evaluation) to running. Throws kDatabase when the trial
  // is already running.
  BegunAttempt begin_attempt(const NewAttempt& attempt);
  void finish_attempt(std::int64_t attempt, const AttemptEnd& end);
  // Attempts that are marked running: after a crash of the coordinator, the orphans. Ingest each
  // one's journal, then finish it as kKilled with requeue.
  std::vector<RunningAttempt> running_attempts();
  // For all attempts that are still marked running: finish_attempt(kKilled, requeue).
  int reset_orphans(const std::string& reason);
  // Queues failed (and, where asked, diverged) trials and failed evaluations again and starts their
  // count of failures afresh. Returns how many.
  int retry_failed(const std::optional<std::string>& experiment, bool diverged_too = false);
  // For the scheduler's own decisions, such as pruning a queued trial.
  void set_trial_status(std::int64_t trial, TrialStatus status);

  // ---- tags and notes ----
  // In one transaction; a tag that is there (or gone) already is no error. Returns how many rows
  // changed. Throws kUsage for an unknown trial or experiment and for what is no tag.
  int annotate(std::span<const Annotation> annotations);

  // ---- ingestion ----
  // Consumes what the attempt's journal has gained since the last call with the same reader, in one
  // transaction. A fresh reader starts at offset 0 and is idempotent: the same rows result, however
  // often and from wherever a journal is read. Throws kDatabase when the journal's uuid is not the
  // attempt's.
  IngestReport ingest(std::int64_t attempt, JournalReader& reader);
  // Several live journals in one transaction: {attempt, reader}.
  std::vector<IngestReport> ingest(std::span<const std::pair<std::int64_t, JournalReader*>> live);

  // ---- merging (idempotent by attempt uuid) ----
  MergeReport merge_database(const std::filesystem::path& other);
  // Every *.journal below the folder; trials must be registered here.
  MergeReport merge_journals(const std::filesystem::path& folder);

  Database& database();
  // <database>.d, where journals, checkpoints, weights and artifacts lie.
  std::filesystem::path folder() const;

  struct Impl;

 private:
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Counts of one experiment's trials by what a user sees, and all of its rows for `plan`: what of
// these trials is known already? Read-only, so that `plan` needs no lock. In the order given;
// trial == 0 where the training is new, evaluation == 0 where the evaluation is.
std::vector<Registered> look_up(Database& db, std::span<const NewTrial> trials);

// The filesystem's name where a live SQLite database must not lie on it (NFS, SMB, Lustre, GPFS,
// FUSE ...), by statfs magic; empty otherwise.
std::string_view network_filesystem(long magic);

}  // namespace synface::store
