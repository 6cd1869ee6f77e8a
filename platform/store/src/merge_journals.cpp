// Merging a folder of journals, as a cluster's tasks leave them: idempotent by the attempts' uuids.
#include <algorithm>
#include <chrono>

#include "store_impl.h"
#include "synface/base/error.h"
#include "synface/base/journal.h"

namespace synface::store {
namespace {

// What a first reading of a journal tells about its attempt.
struct Digest {
  JournalHeader header;
  std::string evaluation;  // hash, where it was named
  bool trains = false, evaluates = false;
  AttemptStatus status = AttemptStatus::kKilled;  // a journal without its end
};

std::string text_of(const Json& data, const char* key) {
  const auto found = data.find(key);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void note_event(const JournalEvent& event, Digest& digest) {
  const std::string phase = event.kind == journal_event::kPhase ? text_of(event.data, "name") : "";
  digest.trains = digest.trains || phase == "train" || event.kind == journal_event::kTrained ||
                  event.kind == journal_event::kCheckpoint || event.kind == journal_event::kResumed;
  digest.evaluates =
      digest.evaluates || phase.starts_with("evaluate") || event.kind == journal_event::kEvaluated;
  if (event.kind == journal_event::kEvaluated || event.kind == journal_event::kStarted) {
    const std::string hash = text_of(event.data, "evaluation");
    if (hash.size() == 64) digest.evaluation = hash;
  }
  if (event.kind == journal_event::kFinished) {
    digest.status = parse_attempt_status(text_of(event.data, "status"));
  }
}

Digest read_digest(JournalReader& reader) {
  const auto header = reader.header();
  if (!header) fail(ExitCode::kData, "{}: the journal has not begun", reader.path().string());
  Digest digest;
  digest.header = *header;
  reader.poll([&](const JournalRecord& record) {
    if (const auto* event = std::get_if<JournalEvent>(&record)) note_event(*event, digest);
    if (std::holds_alternative<JournalPoint>(record) && !digest.evaluates) digest.trains = true;
  });
  reader.seek(0);
  return digest;
}

std::int64_t modified_ms(const std::filesystem::path& path) {
  using namespace std::chrono;
  const auto time = file_clock::to_sys(std::filesystem::last_write_time(path));
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

std::optional<std::int64_t> find_trial(Database& db, const std::string& key) {
  auto select = db.prepare("SELECT id FROM trial WHERE training_hash = ?");
  select.with(key);
  return select.step() ? std::optional(select.integer(0)) : std::nullopt;
}

// By its hash; a journal that names none belongs to the trial's last registered evaluation.
std::optional<std::int64_t> find_evaluation(Database& db, std::int64_t trial,
                                            const std::string& hash) {
  auto select = db.prepare(
      "SELECT id FROM evaluation WHERE trial = ?1 AND (?2 = '' OR evaluation_hash = ?2) "
      "ORDER BY id DESC LIMIT 1");
  select.with(trial, hash);
  return select.step() ? std::optional(select.integer(0)) : std::nullopt;
}

struct Known {
  std::int64_t attempt = 0;
  bool complete = false;  // read to the file's end and settled, or still ours to run
};

std::optional<Known> find_attempt(Database& db, const JournalHeader& header,
                                  const std::filesystem::path& path) {
  auto select = db.prepare(
      "SELECT id, journal_offset, status = 'running', ended_ms FROM attempt WHERE uuid = ?");
  select.bind_blob(1, header.uuid.data(), header.uuid.size());
  if (!select.step()) return std::nullopt;
  const bool whole =
      select.integer(1) >= static_cast<std::int64_t>(std::filesystem::file_size(path));
  return Known{select.integer(0), (whole && !select.is_null(3)) || select.integer(2) == 1};
}

std::int64_t insert_attempt(Database& db, std::int64_t trial, const Digest& digest,
                            const std::filesystem::path& path) {
  const auto evaluation = find_evaluation(db, trial, digest.evaluation);
  auto insert = db.prepare(
      "INSERT INTO attempt(trial, evaluation, n, journal_n, uuid, trains, evaluates, status, "
      "started_ms, journal) VALUES(?1, ?2, CASE WHEN EXISTS(SELECT 1 FROM attempt "
      "WHERE trial = ?1 AND n = ?3) THEN (SELECT max(n) + 1 FROM attempt WHERE trial = ?1) ELSE ?3 "
      "END, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  insert.bind(1, trial).bind(2, evaluation);
  insert.bind(3, static_cast<std::int64_t>(digest.header.attempt));
  insert.bind_blob(4, digest.header.uuid.data(), digest.header.uuid.size());
  insert.bind(5, digest.trains).bind(6, digest.evaluates).bind(7, to_string(digest.status));
  insert.bind(8, modified_ms(path)).bind(9, path.string());
  insert.run();
  return db.last_insert_id();
}

// What a whole journal tells and its first half did not.
void complete_attempt(Database& db, std::int64_t attempt, std::int64_t trial,
                      const Digest& digest) {
  db.prepare("UPDATE attempt SET evaluation = ?, trains = ?, evaluates = ? WHERE id = ?")
      .with(find_evaluation(db, trial, digest.evaluation), digest.trains, digest.evaluates, attempt)
      .run();
}

// Settles the trial by this attempt unless it stands better already.
void settle_merged(Database& db, std::int64_t trial, std::int64_t attempt, AttemptStatus status) {
  auto select = db.prepare(
      "SELECT t.status, coalesce(e.status, 'queued') FROM attempt a JOIN trial t ON t.id = a.trial "
      "LEFT JOIN evaluation e ON e.id = a.evaluation WHERE a.id = ?");
  select.with(attempt);
  select.step();
  const bool trained = select.text(0) == "done", evaluated = select.text(1) == "done";
  const bool running = select.text(0) == "running" || select.text(1) == "running";
  select.reset();
  if (running || (trained && (evaluated || status != AttemptStatus::kDone))) return;
  settle(db, attempt, status, status == AttemptStatus::kKilled);
  count_nans(db, trial);
}

std::vector<std::filesystem::path> journals_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".journal") {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

MergeReport Store::merge_journals(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    fail(ExitCode::kUsage, "{}: is no folder of journals", folder.string());
  }
  MergeReport report;
  for (const auto& path : journals_below(folder)) {
    try {
      JournalReader reader = JournalReader::open(path);
      const Digest digest = read_digest(reader);
      const auto trial = find_trial(impl_->db, digest.header.trial_key);
      if (!trial) {
        report.unknown.push_back(path.string());
        continue;
      }
      const auto known = find_attempt(impl_->db, digest.header, path);
      if (known && known->complete) {
        ++report.known_attempts;
        continue;
      }
      const std::int64_t attempt =
          known ? known->attempt : insert_attempt(impl_->db, *trial, digest, path);
      if (known) complete_attempt(impl_->db, attempt, *trial, digest);
      report.points += ingest(attempt, reader).points;
      Transaction transaction(impl_->db, Transaction::Sync::kFull);
      impl_->statement("UPDATE attempt SET status = ?, ended_ms = ? WHERE id = ?")
          .with(to_string(digest.status), modified_ms(path), attempt)
          .run();
      settle_merged(impl_->db, *trial, attempt, digest.status);
      transaction.commit();
      impl_->ingesting.erase(attempt);
      report.attempts += known ? 0 : 1;
    } catch (const Error& error) {
      if (error.code() != ExitCode::kData) throw;
      report.damaged.push_back(path.string() + ": " + error.what());
    }
  }
  return report;
}

}  // namespace synface::store
