// Schema version 1. Never edited after a release: a change is a new migration.
#pragma once

#include <string_view>

namespace synface::store {

inline constexpr std::string_view kMigration001Tables = R"sql(
-- Times are Unix milliseconds. Evaluation 0 in final, interval and curve means: of the training.
CREATE TABLE meta(
  key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE experiment(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
  created_ms INTEGER NOT NULL) STRICT;

-- What the experiment said it would ask, and when: a changed question is a new row.
CREATE TABLE statement(
  experiment INTEGER NOT NULL REFERENCES experiment(id), stated_ms INTEGER NOT NULL,
  question TEXT NOT NULL, primary_json TEXT CHECK(primary_json IS NULL OR json_valid(primary_json)),
  PRIMARY KEY(experiment, stated_ms)) STRICT, WITHOUT ROWID;

CREATE TABLE trial(
  id INTEGER PRIMARY KEY, training_hash TEXT NOT NULL UNIQUE CHECK(length(training_hash) = 64),
  config TEXT NOT NULL CHECK(json_valid(config)),
  seed_data INTEGER, seed_train INTEGER, seed_real INTEGER, seed_test INTEGER,
  status TEXT NOT NULL CHECK(status IN('queued','running','done','failed','diverged','pruned')),
  weights TEXT, weights_sha256 TEXT,
  retried_after INTEGER NOT NULL DEFAULT 0, -- attempts up to this number no longer count as failures
  created_ms INTEGER NOT NULL) STRICT;
CREATE INDEX trial_queue ON trial(id) WHERE status = 'queued';

CREATE TABLE evaluation(
  id INTEGER PRIMARY KEY, trial INTEGER NOT NULL REFERENCES trial(id),
  evaluation_hash TEXT NOT NULL CHECK(length(evaluation_hash) = 64),
  config TEXT CHECK(config IS NULL OR json_valid(config)), -- NULL: that of the trial
  status TEXT NOT NULL CHECK(status IN('queued','running','done','failed')),
  created_ms INTEGER NOT NULL, UNIQUE(trial, evaluation_hash)) STRICT;
CREATE INDEX evaluation_queue ON evaluation(trial) WHERE status = 'queued';

-- Which trials an experiment asks for. current = 0: the file has since asked for something else.
CREATE TABLE member(
  experiment INTEGER NOT NULL REFERENCES experiment(id),
  trial INTEGER NOT NULL REFERENCES trial(id),
  evaluation INTEGER NOT NULL REFERENCES evaluation(id),
  axes TEXT NOT NULL CHECK(json_valid(axes)), spec TEXT CHECK(spec IS NULL OR json_valid(spec)),
  current INTEGER NOT NULL CHECK(current IN(0, 1)), added_ms INTEGER NOT NULL,
  PRIMARY KEY(experiment, trial, evaluation)) STRICT, WITHOUT ROWID;
CREATE INDEX member_trial ON member(trial);
CREATE INDEX member_axes ON member(experiment, axes) WHERE current = 1;

CREATE TABLE axis(
  experiment INTEGER NOT NULL, trial INTEGER NOT NULL, evaluation INTEGER NOT NULL,
  name TEXT NOT NULL, value ANY NOT NULL,
  PRIMARY KEY(experiment, trial, evaluation, name),
  FOREIGN KEY(experiment, trial, evaluation) REFERENCES member) STRICT, WITHOUT ROWID;
CREATE INDEX axis_value ON axis(name, value);

CREATE TABLE attempt(
  id INTEGER PRIMARY KEY, trial INTEGER NOT NULL REFERENCES trial(id),
  evaluation INTEGER REFERENCES evaluation(id), n INTEGER NOT NULL CHECK(n > 0),
  uuid BLOB NOT NULL UNIQUE CHECK(length(uuid) = 16),
  journal_n INTEGER NOT NULL, -- the number in its journal; n may differ after a merge
  trains INTEGER NOT NULL CHECK(trains IN(0, 1)), evaluates INTEGER NOT NULL CHECK(evaluates IN(0, 1)),
  status TEXT NOT NULL
    CHECK(status IN('running','done','failed','diverged','pruned','interrupted','killed')),
  host TEXT, isa TEXT, device TEXT, pid INTEGER, threads INTEGER,
  environment TEXT CHECK(environment IS NULL OR json_valid(environment)),
  started_ms INTEGER NOT NULL, ended_ms INTEGER, exit_code INTEGER, signal INTEGER,
  error TEXT, error_plugin TEXT, error_call TEXT, error_step INTEGER,
  journal TEXT NOT NULL, journal_offset INTEGER NOT NULL DEFAULT 0, phase TEXT NOT NULL DEFAULT '',
  has_points INTEGER NOT NULL DEFAULT 0,
  resumed_attempt INTEGER REFERENCES attempt(id), resumed_step INTEGER,
  keep_to INTEGER, -- points after this step were done again by a later attempt; NULL: all count
  UNIQUE(trial, n)) STRICT;
CREATE INDEX attempt_running ON attempt(id) WHERE status = 'running';

CREATE TABLE metric(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  class TEXT NOT NULL CHECK(class IN('metric','timing')),
  goal TEXT NOT NULL CHECK(goal IN('min','max','none')), unit TEXT NOT NULL) STRICT;

-- No foreign keys here: two look-ups a row would halve the rate of ingestion.
CREATE TABLE point(
  attempt INTEGER NOT NULL, metric INTEGER NOT NULL, step INTEGER NOT NULL,
  value REAL, -- NULL is NaN
  PRIMARY KEY(attempt, metric, step)) STRICT, WITHOUT ROWID;

CREATE TABLE final(
  metric INTEGER NOT NULL REFERENCES metric(id), trial INTEGER NOT NULL REFERENCES trial(id),
  evaluation INTEGER NOT NULL, value REAL, -- NULL is NaN
  n_nan INTEGER NOT NULL, attempt INTEGER NOT NULL REFERENCES attempt(id),
  PRIMARY KEY(metric, trial, evaluation)) STRICT, WITHOUT ROWID;
CREATE INDEX final_trial ON final(trial);

CREATE TABLE interval(
  metric INTEGER NOT NULL REFERENCES metric(id), trial INTEGER NOT NULL REFERENCES trial(id),
  evaluation INTEGER NOT NULL, lo REAL, hi REAL, level REAL NOT NULL,
  attempt INTEGER NOT NULL REFERENCES attempt(id),
  PRIMARY KEY(metric, trial, evaluation)) STRICT, WITHOUT ROWID;

CREATE TABLE curve(
  trial INTEGER NOT NULL REFERENCES trial(id), evaluation INTEGER NOT NULL, name TEXT NOT NULL,
  x TEXT NOT NULL CHECK(json_valid(x)), y TEXT NOT NULL CHECK(json_valid(y)),
  x_label TEXT NOT NULL, y_label TEXT NOT NULL, attempt INTEGER NOT NULL REFERENCES attempt(id),
  PRIMARY KEY(trial, evaluation, name)) STRICT, WITHOUT ROWID;

CREATE TABLE artifact(
  attempt INTEGER NOT NULL REFERENCES attempt(id), name TEXT NOT NULL, path TEXT NOT NULL,
  mime TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY(attempt, name)) STRICT, WITHOUT ROWID;

CREATE TABLE event(
  attempt INTEGER NOT NULL REFERENCES attempt(id), seq INTEGER NOT NULL, kind TEXT NOT NULL,
  body TEXT NOT NULL CHECK(json_valid(body)), PRIMARY KEY(attempt, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE log(
  attempt INTEGER NOT NULL REFERENCES attempt(id), seq INTEGER NOT NULL, level INTEGER NOT NULL,
  text TEXT NOT NULL, PRIMARY KEY(attempt, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE dataset(
  attempt INTEGER NOT NULL REFERENCES attempt(id), name TEXT NOT NULL, digest TEXT NOT NULL,
  body TEXT NOT NULL CHECK(json_valid(body)), PRIMARY KEY(attempt, name)) STRICT, WITHOUT ROWID;

CREATE TABLE binary(
  id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER,
  body TEXT NOT NULL CHECK(json_valid(body)), UNIQUE(sha256, name)) STRICT;

CREATE TABLE attempt_binary(
  attempt INTEGER NOT NULL REFERENCES attempt(id), binary INTEGER NOT NULL REFERENCES binary(id),
  PRIMARY KEY(attempt, binary)) STRICT, WITHOUT ROWID;
)sql";

// The public query interface: results/schema.md describes each view.
inline constexpr std::string_view kMigration001Views = R"sql(
CREATE VIEW experiments AS
SELECT x.name AS experiment, s.question, s.primary_json ->> '$.metric' AS primary_metric,
  s.primary_json ->> '$.contrast' AS primary_contrast,
  strftime('%Y-%m-%dT%H:%M:%SZ', s.stated_ms / 1000, 'unixepoch') AS stated,
  (SELECT count(*) FROM member m WHERE m.experiment = x.id AND m.current) AS trials,
  strftime('%Y-%m-%dT%H:%M:%SZ', x.created_ms / 1000, 'unixepoch') AS created
FROM experiment x
JOIN statement s ON s.experiment = x.id
  AND s.stated_ms = (SELECT max(stated_ms) FROM statement WHERE experiment = x.id);

CREATE VIEW trials AS
SELECT x.name AS experiment, t.id AS trial, t.training_hash AS hash, e.evaluation_hash,
  CASE WHEN t.status = 'done' THEN e.status ELSE t.status END AS status, m.axes,
  t.seed_data, t.seed_train, t.seed_real, t.seed_test,
  coalesce(a.n, 0) AS attempts, a.host, a.device, a.isa,
  strftime('%Y-%m-%dT%H:%M:%SZ', a.started_ms / 1000, 'unixepoch') AS started,
  (a.ended_ms - a.started_ms) / 1000.0 AS seconds, a.error, t.weights,
  coalesce(e.config, t.config) AS config
FROM member m
JOIN experiment x ON x.id = m.experiment
JOIN trial t ON t.id = m.trial
JOIN evaluation e ON e.id = m.evaluation
LEFT JOIN attempt a ON a.trial = t.id AND a.n = (SELECT max(n) FROM attempt WHERE trial = t.id)
WHERE m.current;

CREATE VIEW axes AS
SELECT x.name AS experiment, a.trial, a.name AS axis, a.value
FROM axis a
JOIN experiment x ON x.id = a.experiment
JOIN member m ON m.experiment = a.experiment AND m.trial = a.trial AND m.evaluation = a.evaluation
WHERE m.current;

CREATE VIEW finals AS
SELECT x.name AS experiment, f.trial, t.training_hash AS hash, e.evaluation_hash,
  CASE WHEN t.status = 'done' THEN e.status ELSE t.status END AS status, m.axes,
  t.seed_data, t.seed_train, t.seed_real, t.seed_test,
  k.name AS metric, k.class, k.goal, k.unit, f.value, f.n_nan, i.lo, i.hi, i.level
FROM final f
JOIN metric k ON k.id = f.metric
JOIN trial t ON t.id = f.trial
JOIN member m ON m.trial = f.trial AND (f.evaluation = 0 OR f.evaluation = m.evaluation)
JOIN evaluation e ON e.id = m.evaluation
JOIN experiment x ON x.id = m.experiment
LEFT JOIN interval i ON i.metric = f.metric AND i.trial = f.trial AND i.evaluation = f.evaluation
WHERE m.current;

CREATE VIEW points AS
SELECT a.trial, t.training_hash AS hash, k.name AS metric, k.class, p.step, p.value, a.n AS attempt
FROM attempt a
JOIN trial t ON t.id = a.trial
JOIN point p ON p.attempt = a.id
JOIN metric k ON k.id = p.metric
WHERE a.keep_to IS NULL OR p.step <= a.keep_to;

CREATE VIEW all_points AS
SELECT a.trial, t.training_hash AS hash, a.n AS attempt, k.name AS metric, k.class, p.step, p.value,
  a.keep_to IS NULL OR p.step <= a.keep_to AS counted
FROM attempt a
JOIN trial t ON t.id = a.trial
JOIN point p ON p.attempt = a.id
JOIN metric k ON k.id = p.metric;

CREATE VIEW curves AS
SELECT c.trial, t.training_hash AS hash, e.evaluation_hash, c.name AS curve, c.x_label, c.y_label,
  c.x, c.y
FROM curve c
JOIN trial t ON t.id = c.trial
LEFT JOIN evaluation e ON e.id = c.evaluation;

CREATE VIEW curve_points AS
SELECT c.trial, t.training_hash AS hash, c.name AS curve, x.key AS i, x.value AS x, y.value AS y
FROM curve c
JOIN trial t ON t.id = c.trial
JOIN json_each(c.x) x
JOIN json_each(c.y) y ON y.key = x.key;

CREATE VIEW attempts AS
SELECT a.id AS attempt_id, a.trial, t.training_hash AS hash, a.n AS attempt, a.status, a.trains,
  a.evaluates, a.host, a.device, a.isa, a.pid, a.threads,
  strftime('%Y-%m-%dT%H:%M:%SZ', a.started_ms / 1000, 'unixepoch') AS started,
  strftime('%Y-%m-%dT%H:%M:%SZ', a.ended_ms / 1000, 'unixepoch') AS ended,
  (a.ended_ms - a.started_ms) / 1000.0 AS seconds,
  a.exit_code, a.signal, a.error, a.error_plugin, a.error_call, a.error_step,
  r.n AS resumed_from, a.resumed_step, a.journal, a.environment, lower(hex(a.uuid)) AS uuid
FROM attempt a
JOIN trial t ON t.id = a.trial
LEFT JOIN attempt r ON r.id = a.resumed_attempt;

CREATE VIEW failures AS
SELECT x.name AS experiment, a.trial, t.training_hash AS hash, m.axes, a.n AS attempt, a.status,
  a.exit_code, a.signal, a.error, a.error_plugin, a.error_call, a.error_step, a.host,
  strftime('%Y-%m-%dT%H:%M:%SZ', a.ended_ms / 1000, 'unixepoch') AS ended
FROM attempt a
JOIN trial t ON t.id = a.trial
JOIN member m ON m.trial = a.trial AND (a.evaluation IS NULL OR m.evaluation = a.evaluation)
JOIN experiment x ON x.id = m.experiment
WHERE a.status IN('failed', 'diverged', 'killed') AND m.current;

CREATE VIEW metrics AS
SELECT name AS metric, class, goal, unit FROM metric;

CREATE VIEW artifacts AS
SELECT a.trial, t.training_hash AS hash, a.n AS attempt, f.name AS artifact, f.path, f.mime, f.sha256
FROM artifact f
JOIN attempt a ON a.id = f.attempt
JOIN trial t ON t.id = a.trial;

CREATE VIEW events AS
SELECT a.trial, t.training_hash AS hash, a.n AS attempt, v.seq, v.kind, v.body
FROM event v
JOIN attempt a ON a.id = v.attempt
JOIN trial t ON t.id = a.trial;

CREATE VIEW logs AS
SELECT a.trial, t.training_hash AS hash, a.n AS attempt, l.seq, l.level, l.text
FROM log l
JOIN attempt a ON a.id = l.attempt
JOIN trial t ON t.id = a.trial;

CREATE VIEW datasets AS
SELECT a.trial, t.training_hash AS hash, a.n AS attempt, d.name AS dataset, d.digest, d.body
FROM dataset d
JOIN attempt a ON a.id = d.attempt
JOIN trial t ON t.id = a.trial;

CREATE VIEW binaries AS
SELECT a.trial, t.training_hash AS hash, a.n AS attempt, b.name AS binary, b.revision, b.sha256, b.body
FROM attempt_binary ab
JOIN binary b ON b.id = ab.binary
JOIN attempt a ON a.id = ab.attempt
JOIN trial t ON t.id = a.trial;
)sql";

}  // namespace synface::store
