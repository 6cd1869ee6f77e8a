// The queue: what is to be done, what is being done, how it ended.
#include "store_impl.h"
#include "synface/base/error.h"

namespace synface::store {
namespace {

constexpr std::string_view kWorkColumns =
    "SELECT m.experiment, t.id, e.id, x.name, t.training_hash, e.evaluation_hash, m.spec, "
    "t.status, t.weights, coalesce(e.config, t.config), "
    "(SELECT coalesce(max(n), 0) FROM attempt WHERE trial = t.id), "
    "(SELECT count(*) FROM attempt WHERE trial = t.id AND n > t.retried_after AND status = "
    "'failed'), "
    "(SELECT count(*) FROM attempt WHERE trial = t.id AND n > t.retried_after AND status = "
    "'killed') ";
constexpr std::string_view kFrom =
    "FROM member m JOIN experiment x ON x.id = m.experiment JOIN trial t ON t.id = m.trial "
    "JOIN evaluation e ON e.id = m.evaluation ";

Work read_work(const Statement& row, const std::filesystem::path& folder) {
  Work work;
  work.experiment = row.integer(0);
  work.trial = row.integer(1);
  work.evaluation = row.integer(2);
  work.experiment_name = row.text(3);
  work.training_hash = row.text(4);
  work.evaluation_hash = row.text(5);
  if (!row.is_null(6)) {
    work.spec = Json::parse(row.text(6));
    if (!work.spec.contains("config")) work.spec["config"] = Json::parse(row.text(9));
  }
  work.train = row.text(7) != "done";
  if (!row.is_null(8)) work.weights = folder / row.text(8);  // an absolute path stays as it is
  work.attempts = static_cast<int>(row.integer(10));
  work.failures = static_cast<int>(row.integer(11));
  work.kills = static_cast<int>(row.integer(12));
  return work;
}

}  // namespace

std::vector<Queued> Store::queued(const std::optional<std::string>& experiment) {
  // Two small indices name the queued trials, so that a long finished grid costs nothing.
  auto select = impl_->db.prepare(
      "SELECT m.experiment, t.id, e.id, x.name, t.training_hash, e.evaluation_hash, t.status " +
      std::string(kFrom) +
      "WHERE m.current = 1 AND m.trial IN (SELECT id FROM trial WHERE status = 'queued' "
      "UNION SELECT trial FROM evaluation WHERE status = 'queued') "
      "AND (t.status = 'queued' OR (t.status = 'done' AND e.status = 'queued')) "
      "AND (?1 IS NULL OR x.name = ?1) ORDER BY t.id, e.id, x.id");
  select.bind(1, experiment);
  std::vector<Queued> result;
  while (select.step()) {
    Queued row;
    row.experiment = select.integer(0);
    row.trial = select.integer(1);
    row.evaluation = select.integer(2);
    row.experiment_name = select.text(3);
    row.training_hash = select.text(4);
    row.evaluation_hash = select.text(5);
    row.train = select.text(6) != "done";
    if (!result.empty() && result.back().trial == row.trial) {
      // Asked for by two experiments, or a second evaluation of a training that is still to come.
      const Queued& last = result.back();
      if (last.train || last.evaluation == row.evaluation) continue;
    }
    result.push_back(std::move(row));
  }
  return result;
}

Work Store::work(const Queued& row) {
  auto select = impl_->db.prepare(std::string(kWorkColumns) + std::string(kFrom) +
                                  "WHERE m.experiment = ? AND m.trial = ? AND m.evaluation = ?");
  select.with(row.experiment, row.trial, row.evaluation);
  if (!select.step()) fail(ExitCode::kInternal, "trial {} left the queue", row.training_hash);
  return read_work(select, folder());
}

std::vector<Work> Store::queue(const std::optional<std::string>& experiment) {
  std::vector<Work> result;
  for (const Queued& row : queued(experiment)) result.push_back(work(row));
  return result;
}

std::optional<Work> Store::work_of(const std::string& training_hash,
                                   const std::string& experiment) {
  if (training_hash.size() < 6 ||
      training_hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
    fail(ExitCode::kUsage, "'{}' is not a trial: give at least 6 digits of its hash (`synface ls`)",
         training_hash);
  }
  auto select = impl_->db.prepare(std::string(kWorkColumns) + std::string(kFrom) +
                                  "WHERE m.current = 1 AND x.name = ?1 AND t.training_hash >= ?2 "
                                  "AND t.training_hash < ?2 || 'g' ORDER BY t.id, e.id");
  select.with(experiment, training_hash);
  std::optional<Work> result;
  while (select.step()) {
    Work work = read_work(select, folder());
    if (result && result->trial != work.trial) {
      fail(ExitCode::kUsage, "'{}' names more than one trial ({} and {}): give more digits",
           training_hash, result->training_hash, work.training_hash);
    }
    if (!result) result = std::move(work);
  }
  return result;
}

BegunAttempt Store::begin_attempt(const NewAttempt& attempt) {
  // Not synced: a power cut that loses this row leaves the trial queued, which is what it then is.
  Transaction transaction(impl_->db);
  auto& state = impl_->statement(
      "SELECT t.status, e.status FROM trial t LEFT JOIN evaluation e ON e.id = ?2 WHERE t.id = ?1");
  state.with(attempt.trial, attempt.evaluation);
  if (!state.step()) fail(ExitCode::kInternal, "trial {} is not in the database", attempt.trial);
  const bool running = state.text(0) == "running" || state.text(1) == "running";
  const bool trained = state.text(0) == "done";
  state.reset();
  if (running) {
    fail(ExitCode::kDatabase, "trial {} is marked running already: is another process on {}?",
         attempt.trial, impl_->db.path().string());
  }
  auto& last = impl_->statement("SELECT coalesce(max(n), 0) FROM attempt WHERE trial = ?");
  last.with(attempt.trial);
  last.step();
  const int number = static_cast<int>(last.integer(0)) + 1;
  last.reset();
  auto& insert = impl_->statement(
      "INSERT INTO attempt(trial, evaluation, n, journal_n, uuid, trains, evaluates, status, host, "
      "isa, device, started_ms, journal) VALUES(?, nullif(?, 0), ?, ?, ?, ?, ?, 'running', ?, ?, "
      "?, "
      "?, ?)");
  insert.bind(1, attempt.trial).bind(2, attempt.evaluation).bind(3, number).bind(4, number);
  insert.bind_blob(5, attempt.uuid.data(), attempt.uuid.size());
  insert.bind(6, attempt.train).bind(7, attempt.evaluate).bind(8, attempt.host);
  insert.bind(9, attempt.isa).bind(10, attempt.device).bind(11, now_ms()).bind(12, attempt.journal);
  insert.run();
  const BegunAttempt result{impl_->db.last_insert_id(), number};
  if (attempt.train && !trained) {
    impl_->statement("UPDATE trial SET status = 'running' WHERE id = ?").with(attempt.trial).run();
  } else {
    impl_->statement("UPDATE evaluation SET status = 'running' WHERE id = ?")
        .with(attempt.evaluation)
        .run();
  }
  transaction.commit();
  return result;
}

void settle(Database& db, std::int64_t attempt, AttemptStatus status, bool requeue) {
  auto select = db.prepare(
      "SELECT trial, coalesce(evaluation, 0), trains, evaluates, EXISTS(SELECT 1 FROM event "
      "WHERE attempt = a.id AND kind = 'trained'), EXISTS(SELECT 1 FROM event v JOIN attempt b "
      "ON b.id = v.attempt WHERE b.trial = a.trial AND b.n < a.n AND v.kind = 'trained') "
      "FROM attempt a WHERE id = ?");
  select.with(attempt);
  select.step();
  const std::int64_t trial = select.integer(0), evaluation = select.integer(1);
  const bool trains = select.integer(2) == 1, evaluates = select.integer(3) == 1;
  // A trial that is trained again for its lost weights stays done, whatever becomes of that.
  const bool before = select.integer(5) == 1;
  const bool trained = !trains || before || select.integer(4) == 1;
  select.reset();

  const bool again = requeue || status == AttemptStatus::kInterrupted;
  std::string_view training = again ? "queued" : "failed";
  std::string_view evaluated = again ? "queued" : "failed";
  if (status == AttemptStatus::kDone || trained) training = "done";
  if (status == AttemptStatus::kDone) evaluated = evaluates ? "done" : "queued";
  if (trains && !before &&
      (status == AttemptStatus::kDiverged || status == AttemptStatus::kPruned)) {
    training = to_string(status);
  }
  db.prepare("UPDATE trial SET status = ? WHERE id = ?").with(training, trial).run();
  if (training == "done" && evaluation != 0) {
    db.prepare("UPDATE evaluation SET status = ? WHERE id = ?").with(evaluated, evaluation).run();
  }
}

void Store::finish_attempt(std::int64_t attempt, const AttemptEnd& end) {
  if (end.status == AttemptStatus::kRunning) {
    fail(ExitCode::kInternal, "attempt {} cannot end as running", attempt);
  }
  Transaction transaction(impl_->db, Transaction::Sync::kFull);
  impl_
      ->statement(
          "UPDATE attempt SET status = ?2, ended_ms = ?3, exit_code = ?4, signal = ?5, "
          "error = coalesce(nullif(?6, ''), error), "
          "error_plugin = coalesce(nullif(?7, ''), error_plugin), "
          "error_call = coalesce(nullif(?8, ''), error_call), "
          "error_step = coalesce(?9, error_step) WHERE id = ?1 AND status = 'running'")
      .with(attempt, to_string(end.status), now_ms(), end.exit_code, end.signal, end.error,
            end.plugin, end.call, end.step)
      .run();
  if (impl_->db.changes() != 1) {
    fail(ExitCode::kInternal, "attempt {} is not running and cannot be finished", attempt);
  }
  settle(impl_->db, attempt, end.status, end.requeue);
  auto& trial = impl_->statement("SELECT trial FROM attempt WHERE id = ?");
  trial.with(attempt);
  trial.step();
  const std::int64_t id = trial.integer(0);
  trial.reset();
  count_nans(impl_->db, id);
  transaction.commit();
  impl_->ingesting.erase(attempt);
}

std::vector<RunningAttempt> Store::running_attempts() {
  auto select = impl_->db.prepare(
      "SELECT a.id, a.trial, coalesce(a.evaluation, 0), t.training_hash, a.journal, a.pid, a.host "
      "FROM attempt a JOIN trial t ON t.id = a.trial WHERE a.status = 'running' ORDER BY a.id");
  std::vector<RunningAttempt> result;
  while (select.step()) {
    RunningAttempt& row = result.emplace_back();
    row.id = select.integer(0);
    row.trial = select.integer(1);
    row.evaluation = select.integer(2);
    row.training_hash = select.text(3);
    row.journal = select.text(4);
    row.pid = select.optional_integer(5);
    row.host = select.text(6);
  }
  return result;
}

int Store::reset_orphans(const std::string& reason) {
  const auto orphans = running_attempts();
  for (const RunningAttempt& orphan : orphans) {
    AttemptEnd end;
    end.status = AttemptStatus::kKilled;
    end.requeue = true;
    end.error = reason;
    finish_attempt(orphan.id, end);
  }
  return static_cast<int>(orphans.size());
}

int Store::retry_failed(const std::optional<std::string>& experiment, bool diverged_too) {
  Transaction transaction(impl_->db, Transaction::Sync::kFull);
  // Failures up to now no longer count against the number of retries.
  const char* of_experiment =
      "(?1 IS NULL OR EXISTS(SELECT 1 FROM member m JOIN experiment x ON x.id = m.experiment "
      "WHERE m.trial = t.id AND m.current = 1 AND x.name = ?1))";
  auto trials = impl_->db.prepare(fmt::format(
      "UPDATE trial AS t SET status = CASE WHEN status = 'done' THEN 'done' ELSE 'queued' END, "
      "retried_after = (SELECT coalesce(max(n), 0) FROM attempt WHERE trial = t.id) "
      "WHERE (status = 'failed' OR (?2 AND status = 'diverged') OR (status = 'done' AND "
      "EXISTS(SELECT 1 FROM evaluation WHERE trial = t.id AND status = 'failed'))) AND {}",
      of_experiment));
  trials.with(experiment, diverged_too).run();
  const auto changed = impl_->db.changes();
  auto evaluations = impl_->db.prepare(
      fmt::format("UPDATE evaluation SET status = 'queued' WHERE status = 'failed' AND trial IN "
                  "(SELECT t.id FROM trial t WHERE {})",
                  of_experiment));
  evaluations.with(experiment).run();
  transaction.commit();
  return static_cast<int>(changed);
}

void Store::set_trial_status(std::int64_t trial, TrialStatus status) {
  Transaction transaction(impl_->db, Transaction::Sync::kFull);
  impl_->statement("UPDATE trial SET status = ? WHERE id = ?").with(to_string(status), trial).run();
  if (impl_->db.changes() != 1) fail(ExitCode::kInternal, "trial {} is not in the database", trial);
  transaction.commit();
}

}  // namespace synface::store
