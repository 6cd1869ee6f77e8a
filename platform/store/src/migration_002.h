// Schema version 2: seeds as each experiment asked for them, tags and notes. Never edited after a
// release: a change is a new migration.
#pragma once

#include <string_view>

namespace synface::store {

inline constexpr std::string_view kMigration002Tables = R"sql(
-- A trial's own seeds are those of its first registration; where the training does not depend on
-- them, a later experiment (or evaluation) may have asked for others.
ALTER TABLE member ADD COLUMN seed_real INTEGER;
ALTER TABLE member ADD COLUMN seed_test INTEGER;
UPDATE member SET
  seed_real = (SELECT CASE typeof(v) WHEN 'integer' THEN v END FROM (
    SELECT coalesce(member.spec ->> '$.config.seed.real', e.config ->> '$.seed.real', t.seed_real) AS v
    FROM evaluation e JOIN trial t ON t.id = e.trial WHERE e.id = member.evaluation)),
  seed_test = (SELECT CASE typeof(v) WHEN 'integer' THEN v END FROM (
    SELECT coalesce(member.spec ->> '$.config.seed.test', e.config ->> '$.seed.test', t.seed_test) AS v
    FROM evaluation e JOIN trial t ON t.id = e.trial WHERE e.id = member.evaluation));

-- What people say of a trial or of an experiment: exactly one of the two.
CREATE TABLE tag(
  trial INTEGER REFERENCES trial(id), experiment INTEGER REFERENCES experiment(id),
  name TEXT NOT NULL, added_ms INTEGER NOT NULL, CHECK((trial IS NULL) != (experiment IS NULL))) STRICT;
CREATE UNIQUE INDEX tag_trial ON tag(trial, name) WHERE trial IS NOT NULL;
CREATE UNIQUE INDEX tag_experiment ON tag(experiment, name) WHERE experiment IS NOT NULL;
CREATE INDEX tag_name ON tag(name);
CREATE TABLE note(
  id INTEGER PRIMARY KEY, trial INTEGER REFERENCES trial(id),
  experiment INTEGER REFERENCES experiment(id), text TEXT NOT NULL, written_ms INTEGER NOT NULL,
  CHECK((trial IS NULL) != (experiment IS NULL))) STRICT;
CREATE INDEX note_trial ON note(trial) WHERE trial IS NOT NULL;
CREATE INDEX note_experiment ON note(experiment) WHERE experiment IS NOT NULL;
)sql";

inline constexpr std::string_view kMigration002Views = R"sql(
DROP VIEW experiments;
CREATE VIEW experiments AS
SELECT x.name AS experiment, s.question, s.primary_json ->> '$.metric' AS primary_metric,
  s.primary_json ->> '$.contrast' AS primary_contrast,
  strftime('%Y-%m-%dT%H:%M:%SZ', s.stated_ms / 1000, 'unixepoch') AS stated,
  (SELECT count(*) FROM member m WHERE m.experiment = x.id AND m.current) AS trials,
  strftime('%Y-%m-%dT%H:%M:%SZ', x.created_ms / 1000, 'unixepoch') AS created,
  coalesce((SELECT group_concat(name, ',') FROM tag WHERE experiment = x.id), '') AS tags
FROM experiment x
JOIN statement s ON s.experiment = x.id
  AND s.stated_ms = (SELECT max(stated_ms) FROM statement WHERE experiment = x.id);

DROP VIEW trials;
CREATE VIEW trials AS
SELECT x.name AS experiment, t.id AS trial, t.training_hash AS hash, e.evaluation_hash,
  CASE WHEN t.status = 'done' THEN e.status ELSE t.status END AS status, m.axes,
  t.seed_data, t.seed_train, coalesce(m.seed_real, t.seed_real) AS seed_real,
  coalesce(m.seed_test, t.seed_test) AS seed_test,
  coalesce(a.n, 0) AS attempts, a.host, a.device, a.isa,
  strftime('%Y-%m-%dT%H:%M:%SZ', a.started_ms / 1000, 'unixepoch') AS started,
  (a.ended_ms - a.started_ms) / 1000.0 AS seconds, a.error, t.weights,
  coalesce(e.config, t.config) AS config,
  coalesce((SELECT group_concat(name, ',') FROM tag WHERE trial = t.id), '') AS tags
FROM member m
JOIN experiment x ON x.id = m.experiment
JOIN trial t ON t.id = m.trial
JOIN evaluation e ON e.id = m.evaluation
LEFT JOIN attempt a ON a.trial = t.id AND a.n = (SELECT max(n) FROM attempt WHERE trial = t.id)
WHERE m.current;

DROP VIEW finals;
CREATE VIEW finals AS
SELECT x.name AS experiment, f.trial, t.training_hash AS hash, e.evaluation_hash,
  CASE WHEN t.status = 'done' THEN e.status ELSE t.status END AS status, m.axes,
  t.seed_data, t.seed_train, coalesce(m.seed_real, t.seed_real) AS seed_real,
  coalesce(m.seed_test, t.seed_test) AS seed_test,
  k.name AS metric, k.class, k.goal, k.unit, f.value, f.n_nan, i.lo, i.hi, i.level,
  coalesce((SELECT group_concat(name, ',') FROM tag WHERE trial = t.id), '') AS tags
FROM final f
JOIN metric k ON k.id = f.metric
JOIN trial t ON t.id = f.trial
JOIN member m ON m.trial = f.trial AND (f.evaluation = 0 OR f.evaluation = m.evaluation)
JOIN evaluation e ON e.id = m.evaluation
JOIN experiment x ON x.id = m.experiment
LEFT JOIN interval i ON i.metric = f.metric AND i.trial = f.trial AND i.evaluation = f.evaluation
WHERE m.current;

DROP VIEW artifacts;
CREATE VIEW artifacts AS
SELECT a.trial, t.training_hash AS hash, a.n AS attempt, f.name AS artifact, f.path, f.mime, f.sha256,
  e.evaluation_hash
FROM artifact f
JOIN attempt a ON a.id = f.attempt
JOIN trial t ON t.id = a.trial
LEFT JOIN evaluation e ON e.id = a.evaluation;

CREATE VIEW tags AS
SELECT g.trial, t.training_hash AS hash, g.name AS tag,
  strftime('%Y-%m-%dT%H:%M:%SZ', g.added_ms / 1000, 'unixepoch') AS added
FROM tag g
JOIN trial t ON t.id = g.trial;

CREATE VIEW notes AS
SELECT n.id AS number, x.name AS experiment, n.trial, t.training_hash AS hash, n.text,
  strftime('%Y-%m-%dT%H:%M:%SZ', n.written_ms / 1000, 'unixepoch') AS written
FROM note n
LEFT JOIN trial t ON t.id = n.trial
LEFT JOIN experiment x ON x.id = n.experiment;
)sql";

}  // namespace synface::store
