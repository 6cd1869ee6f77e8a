// Merging another database: ids are mapped by natural keys (hashes, names, attempt uuids), so that
// a second merge finds everything here already.
#include <map>
#include <set>

#include "store_impl.h"
#include "synface/base/error.h"

namespace synface::store {
namespace {

// Trials, evaluations, experiments and members that are new here. A trial that runs over there is
// only queued here: its attempt is not ours.
constexpr std::string_view kCopyTrials = R"sql(
INSERT INTO trial(training_hash, config, seed_data, seed_train, seed_real, seed_test, status, weights,
  weights_sha256, created_ms)
SELECT training_hash, config, seed_data, seed_train, seed_real, seed_test, 'queued', NULL, NULL,
  created_ms
FROM o.trial WHERE training_hash NOT IN (SELECT training_hash FROM main.trial) ORDER BY id)sql";

constexpr std::string_view kCopyEvaluations = R"sql(
INSERT INTO evaluation(trial, evaluation_hash, config, status, created_ms)
SELECT t.id, oe.evaluation_hash, oe.config, 'queued', oe.created_ms
FROM o.evaluation oe JOIN o.trial ot ON ot.id = oe.trial
JOIN main.trial t ON t.training_hash = ot.training_hash
WHERE NOT EXISTS(SELECT 1 FROM main.evaluation e
  WHERE e.trial = t.id AND e.evaluation_hash = oe.evaluation_hash) ORDER BY oe.id)sql";

constexpr std::string_view kMaps = R"sql(
CREATE TEMP TABLE map_trial(theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
CREATE TEMP TABLE map_evaluation(theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
CREATE TEMP TABLE map_experiment(theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
CREATE TEMP TABLE map_metric(theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
INSERT INTO map_trial SELECT ot.id, t.id FROM o.trial ot
  JOIN main.trial t ON t.training_hash = ot.training_hash;
INSERT INTO map_evaluation SELECT oe.id, e.id FROM o.evaluation oe
  JOIN map_trial mt ON mt.theirs = oe.trial
  JOIN main.evaluation e ON e.trial = mt.ours AND e.evaluation_hash = oe.evaluation_hash;
INSERT INTO map_evaluation VALUES(0, 0);
INSERT INTO main.experiment(name, source, created_ms) SELECT name, source, created_ms
  FROM o.experiment WHERE name NOT IN (SELECT name FROM main.experiment) ORDER BY id;
INSERT INTO map_experiment SELECT ox.id, x.id FROM o.experiment ox
  JOIN main.experiment x ON x.name = ox.name;
INSERT OR IGNORE INTO main.statement SELECT mx.ours, os.stated_ms, os.question, os.primary_json
  FROM o.statement os JOIN map_experiment mx ON mx.theirs = os.experiment;
INSERT OR IGNORE INTO main.member(experiment, trial, evaluation, axes, spec, current, added_ms,
  seed_real, seed_test)
  SELECT mx.ours, mt.ours, me.ours, om.axes, om.spec, om.current AND NOT EXISTS(
    SELECT 1 FROM main.member m INDEXED BY member_axes WHERE m.experiment = mx.ours AND m.axes = om.axes AND m.current = 1),
    om.added_ms, om.seed_real, om.seed_test
  FROM o.member om JOIN map_experiment mx ON mx.theirs = om.experiment
  JOIN map_trial mt ON mt.theirs = om.trial JOIN map_evaluation me ON me.theirs = om.evaluation;
INSERT OR IGNORE INTO main.axis SELECT mx.ours, mt.ours, me.ours, oa.name, oa.value
  FROM o.axis oa JOIN map_experiment mx ON mx.theirs = oa.experiment
  JOIN map_trial mt ON mt.theirs = oa.trial JOIN map_evaluation me ON me.theirs = oa.evaluation;
INSERT OR IGNORE INTO main.tag(trial, name, added_ms) SELECT mt.ours, g.name, g.added_ms
  FROM o.tag g JOIN map_trial mt ON mt.theirs = g.trial;
INSERT OR IGNORE INTO main.tag(experiment, name, added_ms) SELECT mx.ours, g.name, g.added_ms
  FROM o.tag g JOIN map_experiment mx ON mx.theirs = g.experiment;
INSERT INTO main.note(trial, experiment, text, written_ms)
  SELECT mt.ours, mx.ours, n.text, n.written_ms FROM o.note n
  LEFT JOIN map_trial mt ON mt.theirs = n.trial
  LEFT JOIN map_experiment mx ON mx.theirs = n.experiment
  WHERE NOT EXISTS(SELECT 1 FROM main.note h WHERE h.trial IS mt.ours AND h.experiment IS mx.ours
    AND h.text = n.text AND h.written_ms = n.written_ms) ORDER BY n.id;
INSERT OR IGNORE INTO main.metric(name, class, goal, unit) SELECT name, class, goal, unit
  FROM o.metric ORDER BY id;
INSERT INTO map_metric SELECT om.id, m.id FROM o.metric om JOIN main.metric m ON m.name = om.name;
INSERT OR IGNORE INTO main.binary(sha256, name, revision, body) SELECT sha256, name, revision, body
  FROM o.binary ORDER BY id;
)sql";

constexpr std::string_view kDropMaps =
    "DROP TABLE IF EXISTS temp.map_trial; DROP TABLE IF EXISTS temp.map_evaluation;"
    "DROP TABLE IF EXISTS temp.map_experiment; DROP TABLE IF EXISTS temp.map_metric";

constexpr std::string_view kCopyAttempt = R"sql(
INSERT INTO attempt(trial, evaluation, n, uuid, journal_n, trains, evaluates, status, host, isa,
  device, pid, threads, environment, started_ms, ended_ms, exit_code, signal, error, error_plugin,
  error_call, error_step, journal, journal_offset, phase, has_points, resumed_attempt, resumed_step)
SELECT ?2, (SELECT ours FROM map_evaluation WHERE theirs = a.evaluation),
  CASE WHEN EXISTS(SELECT 1 FROM main.attempt WHERE trial = ?2 AND n = a.n)
    THEN (SELECT max(n) + 1 FROM main.attempt WHERE trial = ?2) ELSE a.n END,
  uuid, journal_n, trains, evaluates, status, host, isa, device, pid, threads, environment, started_ms,
  ended_ms, exit_code, signal, error, error_plugin, error_call, error_step, journal, journal_offset,
  phase, has_points,
  (SELECT r.id FROM main.attempt r JOIN o.attempt q ON q.uuid = r.uuid WHERE q.id = a.resumed_attempt),
  resumed_step
FROM o.attempt a WHERE a.id = ?1)sql";

// Rows of one attempt: ?1 their attempt, ?2 ours. A later attempt's final stands.
constexpr std::array<std::string_view, 9> kCopyRows = {
    "INSERT INTO point SELECT ?2, k.ours, p.step, p.value FROM o.point p "
    "JOIN map_metric k ON k.theirs = p.metric WHERE p.attempt = ?1 ORDER BY 2, 3",
    "INSERT INTO final SELECT k.ours, t.ours, e.ours, f.value, f.n_nan, ?2 FROM o.final f "
    "JOIN map_metric k ON k.theirs = f.metric JOIN map_trial t ON t.theirs = f.trial "
    "JOIN map_evaluation e ON e.theirs = f.evaluation WHERE f.attempt = ?1 "
    "ON CONFLICT DO UPDATE SET value = excluded.value, attempt = excluded.attempt "
    "WHERE (SELECT n FROM attempt WHERE id = excluded.attempt) >= "
    "(SELECT n FROM attempt WHERE id = final.attempt)",
    "INSERT INTO interval SELECT k.ours, t.ours, e.ours, f.lo, f.hi, f.level, ?2 FROM o.interval f "
    "JOIN map_metric k ON k.theirs = f.metric JOIN map_trial t ON t.theirs = f.trial "
    "JOIN map_evaluation e ON e.theirs = f.evaluation WHERE f.attempt = ?1 "
    "ON CONFLICT DO UPDATE SET lo = excluded.lo, hi = excluded.hi, level = excluded.level, "
    "attempt = excluded.attempt WHERE (SELECT n FROM attempt WHERE id = excluded.attempt) >= "
    "(SELECT n FROM attempt WHERE id = interval.attempt)",
    "INSERT INTO curve SELECT t.ours, e.ours, c.name, c.x, c.y, c.x_label, c.y_label, ?2 "
    "FROM o.curve c JOIN map_trial t ON t.theirs = c.trial "
    "JOIN map_evaluation e ON e.theirs = c.evaluation WHERE c.attempt = ?1 "
    "ON CONFLICT DO UPDATE SET x = excluded.x, y = excluded.y, attempt = excluded.attempt "
    "WHERE (SELECT n FROM attempt WHERE id = excluded.attempt) >= "
    "(SELECT n FROM attempt WHERE id = curve.attempt)",
    "INSERT INTO event SELECT ?2, seq, kind, body FROM o.event WHERE attempt = ?1",
    "INSERT INTO log SELECT ?2, seq, level, text FROM o.log WHERE attempt = ?1",
    "INSERT INTO dataset SELECT ?2, name, digest, body FROM o.dataset WHERE attempt = ?1",
    "INSERT INTO artifact SELECT ?2, name, ?3 || path, mime, sha256 FROM o.artifact WHERE attempt "
    "= ?1",
    "INSERT INTO attempt_binary SELECT ?2, b.id FROM o.attempt_binary ab "
    "JOIN o.binary ob ON ob.id = ab.binary "
    "JOIN main.binary b ON b.sha256 = ob.sha256 AND b.name = ob.name WHERE ab.attempt = ?1"};

// What has been reached over there counts here, unless it runs or is done here.
constexpr std::string_view kStatuses = R"sql(
UPDATE main.trial AS t SET status = ot.status,
  weights = CASE WHEN ot.weights LIKE '/%' THEN ot.weights ELSE ?1 || ot.weights END,
  weights_sha256 = ot.weights_sha256
FROM o.trial ot WHERE ot.training_hash = t.training_hash AND (
  (ot.status = 'done' AND t.status NOT IN('done', 'running')) OR
  (ot.status IN('diverged', 'pruned', 'failed') AND t.status = 'queued')))sql";
constexpr std::string_view kEvaluationStatuses = R"sql(
UPDATE main.evaluation AS e SET status = oe.status
FROM o.evaluation oe JOIN map_evaluation me ON me.theirs = oe.id WHERE me.ours = e.id AND (
  (oe.status = 'done' AND e.status NOT IN('done', 'running')) OR
  (oe.status = 'failed' AND e.status = 'queued')))sql";

// Our attempt for each new one of theirs.
std::vector<std::array<std::int64_t, 3>> new_attempts(Database& db, MergeReport& report) {
  auto select = db.prepare(
      "SELECT a.id, t.ours, EXISTS(SELECT 1 FROM main.attempt WHERE uuid = a.uuid) "
      "FROM o.attempt a JOIN map_trial t ON t.theirs = a.trial WHERE a.status != 'running' "
      "ORDER BY a.trial, a.n");
  std::vector<std::array<std::int64_t, 3>> result;
  while (select.step()) {
    if (select.integer(2) == 1) {
      ++report.known_attempts;
    } else {
      result.push_back({select.integer(0), select.integer(1), 0});
    }
  }
  return result;
}

// Keeps ATTACH and its temporary maps to the life of one merge.
class Attached {
 public:
  Attached(Database& db, const std::filesystem::path& other) : db_(db) {
    const std::string uri = "file:" + std::filesystem::absolute(other).string() + "?mode=ro";
    db_.prepare("ATTACH ? AS o").with(uri).run();
  }
  ~Attached() {
    try {
      db_.exec(kDropMaps);
      db_.exec("DETACH o");
    } catch (const Error&) {
      // The failure that brought us here is the one to report.
    }
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

 private:
  Database& db_;
};

}  // namespace

MergeReport Store::merge_database(const std::filesystem::path& other) {
  {
    const Database check = open_reader(other);  // one of ours, of this version
  }
  Database& db = impl_->db;
  if (std::filesystem::equivalent(other, db.path())) {
    fail(ExitCode::kUsage, "cannot merge {} into itself", other.string());
  }
  MergeReport report;
  const Attached attached(db, other);
  Transaction transaction(db, Transaction::Sync::kFull);
  db.exec(kCopyTrials);
  report.trials = db.changes();
  db.exec(kCopyEvaluations);
  report.evaluations = db.changes();
  db.exec(kMaps);
  auto attempts = new_attempts(db, report);
  // Files stay where they are: the paths now lead to the other database's folder.
  const std::string prefix =
      std::filesystem::relative(other.string() + ".d", folder()).string() + "/";
  std::set<std::int64_t> touched;
  auto copy = db.prepare(kCopyAttempt);
  for (auto& [theirs, trial, ours] : attempts) {
    copy.with(theirs, trial).run();
    ours = db.last_insert_id();
    touched.insert(trial);
    for (const std::string_view sql : kCopyRows) {
      auto rows = db.prepare(sql);
      rows.with(theirs, ours);
      if (sql.find("?3") != std::string_view::npos) rows.bind(3, prefix);
      rows.run();
      if (sql == kCopyRows[0]) report.points += db.changes();
    }
  }
  report.attempts = static_cast<std::int64_t>(attempts.size());
  db.prepare(kStatuses).with(prefix).run();
  db.exec(kEvaluationStatuses);
  for (const std::int64_t trial : touched) {
    restitch(db, trial);
    count_nans(db, trial);
  }
  transaction.commit();
  return report;
}

}  // namespace synface::store
