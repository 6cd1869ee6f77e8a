// `synface show` and "what changed between two trials".
#include <fmt/core.h>

#include <map>
#include <sstream>

#include "emit.h"
#include "overlap_words.h"
#include "synface/base/error.h"
#include "synface/report/export.h"
#include "synface/report/trials.h"

namespace synface::report {
namespace {

constexpr int kLogLines = 20;  // of the last attempt, in the printed form

// All rows of a statement as objects; columns that hold JSON are parsed.
Json rows_json(store::Statement select, const std::vector<std::string>& json_columns = {}) {
  Json rows = Json::array();
  while (select.step()) {
    Json& row = rows.emplace_back(Json::object());
    for (int i = 0; i < select.columns(); ++i) {
      const std::string name(select.name(i));
      if (select.is_null(i)) {
        row[name] = nullptr;
      } else if (std::find(json_columns.begin(), json_columns.end(), name) != json_columns.end()) {
        row[name] = Json::parse(select.text(i));
      } else if (select.type(i) == 1 /* SQLITE_INTEGER */) {
        row[name] = select.integer(i);
      } else if (select.type(i) == 2 /* SQLITE_FLOAT */) {
        row[name] = select.real(i);
      } else {
        row[name] = std::string(select.text(i));
      }
    }
  }
  return rows;
}

Json of_trial(store::Database& db, const std::string& sql, const std::string& hash,
              const std::vector<std::string>& json_columns = {}) {
  auto select = db.prepare(sql);
  select.with(hash);
  return rows_json(std::move(select), json_columns);
}

// {"a.b.0": value} for every leaf.
void flatten(const Json& value, const std::string& path,
             std::map<std::string, std::string>& leaves) {
  if (value.is_structured() && !value.empty()) {
    for (const auto& [key, element] : value.items()) {
      flatten(element, path.empty() ? key : path + "." + key, leaves);
    }
  } else {
    leaves[path] = value.is_string() ? value.get<std::string>() : value.dump();
  }
}

using Leaves = std::map<std::string, std::string>;

void add_changes(const std::string& kind, const Leaves& from, const Leaves& to,
                 std::vector<Change>& changes) {
  Leaves names = from;
  names.insert(to.begin(), to.end());
  for (const auto& [name, ignored] : names) {
    const auto a = from.find(name), b = to.find(name);
    const std::string before = a == from.end() ? "" : a->second;
    const std::string after = b == to.end() ? "" : b->second;
    if (before != after) changes.push_back({kind, name, before, after});
  }
}

Leaves config_of(store::Database& db, const std::string& hash) {
  auto select = db.prepare("SELECT config FROM trial WHERE training_hash = ?");
  select.with(hash);
  if (!select.step()) fail(ExitCode::kUsage, "no trial {}", hash);
  Leaves leaves;
  flatten(Json::parse(select.text(0)), "", leaves);
  return leaves;
}

// Of the trial's last attempt that ended well, or else its last.
std::optional<std::int64_t> telling_attempt(store::Database& db, const std::string& hash) {
  auto select = db.prepare(
      "SELECT a.id FROM attempt a JOIN trial t ON t.id = a.trial WHERE t.training_hash = ? "
      "ORDER BY a.status = 'done' DESC, a.n DESC LIMIT 1");
  select.with(hash);
  return select.step() ? std::optional(select.integer(0)) : std::nullopt;
}

Leaves pairs(store::Database& db, const std::string& sql, std::optional<std::int64_t> attempt) {
  Leaves leaves;
  if (!attempt) return leaves;
  auto select = db.prepare(sql);
  select.with(*attempt);
  while (select.step()) leaves[std::string(select.text(0))] = select.text(1);
  return leaves;
}

Leaves environment_of(store::Database& db, std::optional<std::int64_t> attempt) {
  Leaves leaves;
  if (!attempt) return leaves;
  auto select = db.prepare("SELECT host, isa, device, environment FROM attempt WHERE id = ?");
  select.with(*attempt);
  select.step();
  leaves["host"] = select.text(0);
  leaves["isa"] = select.text(1);
  leaves["device"] = select.text(2);
  if (!select.is_null(3)) flatten(Json::parse(select.text(3)), "", leaves);
  return leaves;
}

void print_section(const std::string& title, store::Statement select, const Output& output,
                   std::ostream& out) {
  out << "\n" << title << "\n";
  if (emit_rows(select, output, out) == 0) out << "none\n";
}

void print_if_any(const std::string& title, store::Statement select, const Output& output,
                  std::ostream& out) {
  std::ostringstream text;
  if (emit_rows(select, output, text) > 0) out << "\n" << title << "\n" << text.str();
}

store::Statement bound(store::Database& db, const std::string& sql, const std::string& hash) {
  auto select = db.prepare(sql);
  select.with(hash);
  return select;
}

constexpr const char* kAttempts =
    "SELECT attempt, status, host, device, isa, started, round(seconds, 1) AS seconds, exit_code, "
    "signal, error, error_plugin, error_call, error_step, resumed_from, resumed_step, journal "
    "FROM attempts WHERE hash = ? ORDER BY attempt";
// The views `trials` and `finals` hold what experiments ask for now; what they asked for once is
// shown as well. `evaluation`: which one a final is of; NULL: of the training.
constexpr const char* kFinals =
    "SELECT DISTINCT k.name AS metric, f.value, i.lo, i.hi, f.n_nan, k.class, k.goal, k.unit, "
    "substr(e.evaluation_hash, 1, 12) AS evaluation FROM trial t JOIN final f ON f.trial = t.id "
    "JOIN metric k ON k.id = f.metric LEFT JOIN evaluation e ON e.id = f.evaluation "
    "LEFT JOIN interval i ON i.metric = f.metric AND i.trial = f.trial AND i.evaluation = "
    "f.evaluation WHERE t.training_hash = ? ORDER BY k.class, k.name, e.id";
constexpr const char* kTags = "SELECT tag, added FROM tags WHERE hash = ? ORDER BY tag";
constexpr const char* kNotes =
    "SELECT number, written, text FROM notes WHERE hash = ? ORDER BY number";
constexpr const char* kTrials =
    "SELECT x.name AS experiment, t.id AS trial, t.training_hash AS hash, e.evaluation_hash, "
    "CASE WHEN t.status = 'done' THEN coalesce(e.status, t.status) ELSE t.status END AS status, "
    "m.axes, t.seed_data, t.seed_train, coalesce(m.seed_real, t.seed_real) AS seed_real, "
    "coalesce(m.seed_test, t.seed_test) AS seed_test, coalesce(a.n, 0) AS attempts, "
    "a.host, a.device, a.isa, strftime('%Y-%m-%dT%H:%M:%SZ', a.started_ms / 1000, 'unixepoch') "
    "AS started, (a.ended_ms - a.started_ms) / 1000.0 AS seconds, a.error, t.weights, "
    "coalesce(e.config, t.config) AS config, m.current FROM trial t "
    "LEFT JOIN member m ON m.trial = t.id LEFT JOIN experiment x ON x.id = m.experiment "
    "LEFT JOIN evaluation e ON e.id = m.evaluation LEFT JOIN attempt a ON a.trial = t.id "
    "AND a.n = (SELECT max(n) FROM attempt WHERE trial = t.id) WHERE t.training_hash = ? "
    "ORDER BY m.current DESC, x.name, e.id DESC";

}  // namespace

Json show_json(store::Database& db, const std::string& hash) {
  Json trials = of_trial(db, kTrials, hash, {"axes", "config"});
  if (trials.empty()) fail(ExitCode::kUsage, "no trial {}", hash);
  Json result = trials[0];
  Json experiments = Json::array();
  for (const Json& trial : trials) {
    if (trial["experiment"].is_null()) continue;  // of none
    experiments.push_back({{"experiment", trial["experiment"]},
                           {"axes", trial["axes"]},
                           {"status", trial["status"]},
                           {"current", trial["current"] == 1}});
  }
  result.erase("experiment");
  result.erase("current");
  result["experiments"] = std::move(experiments);
  result["tags"] = of_trial(db, kTags, hash);
  result["notes"] = of_trial(db, kNotes, hash);
  result["overlap"] = overlap_words(db, hash);
  result["attempts"] =
      of_trial(db, "SELECT * FROM attempts WHERE hash = ? ORDER BY attempt", hash, {"environment"});
  result["finals"] = of_trial(db, kFinals, hash);
  result["curves"] =
      of_trial(db, "SELECT curve, x_label, y_label, x, y FROM curves WHERE hash = ? ORDER BY curve",
               hash, {"x", "y"});
  result["artifacts"] = of_trial(
      db,
      "SELECT attempt, artifact, path, mime, sha256 FROM artifacts WHERE hash = ? ORDER BY 1, 2",
      hash);
  result["datasets"] = of_trial(
      db, "SELECT attempt, dataset, digest, body FROM datasets WHERE hash = ? ORDER BY 1, 2", hash,
      {"body"});
  result["binaries"] = of_trial(
      db, "SELECT attempt, binary, revision, sha256 FROM binaries WHERE hash = ? ORDER BY 1, 2",
      hash);
  result["log"] = of_trial(
      db, "SELECT attempt, level, text FROM logs WHERE hash = ? ORDER BY attempt, seq", hash);
  return result;
}

void show(store::Database& db, const std::string& hash, const Output& output, std::ostream& out) {
  if (output.format == Format::kJson) {
    out << show_json(db, hash).dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
    return;
  }
  auto trial = bound(db,
                     fmt::format("SELECT experiment, status, axes, weights, config, current FROM "
                                 "({})",
                                 kTrials),
                     hash);
  if (!trial.step()) fail(ExitCode::kUsage, "no trial {}", hash);
  out << "trial " << hash << "\n"
      << to_toml(Json::parse(trial.text(4))) << "\nweights "
      << (trial.is_null(3) ? "none kept" : trial.text(3)) << "\n";
  do {
    if (trial.is_null(0)) continue;  // of no experiment
    out << "experiment " << trial.text(0) << ": " << trial.text(1) << ", axes " << trial.text(2)
        << (trial.integer(5) == 1 ? "" : " (asked for by an earlier version of it)") << "\n";
  } while (trial.step());
  for (const std::string& words : overlap_words(db, hash)) out << words << "\n";
  print_if_any("tags", bound(db, kTags, hash), output, out);
  print_if_any("notes", bound(db, kNotes, hash), output, out);
  print_section("attempts", bound(db, kAttempts, hash), output, out);
  print_section("finals", bound(db, kFinals, hash), output, out);
  print_section("curves",
                bound(db,
                      "SELECT curve, x_label, y_label, json_array_length(x) AS points "
                      "FROM curves WHERE hash = ? ORDER BY curve",
                      hash),
                output, out);
  print_section("artifacts",
                bound(db,
                      "SELECT attempt, artifact, path, mime FROM artifacts "
                      "WHERE hash = ? ORDER BY 1, 2",
                      hash),
                output, out);
  print_section("binaries",
                bound(db,
                      "SELECT attempt, binary, revision, substr(sha256, 1, 12) AS "
                      "sha256 FROM binaries WHERE hash = ? ORDER BY 1, 2",
                      hash),
                output, out);
  print_section(fmt::format("log (last {} lines)", kLogLines),
                bound(db,
                      fmt::format("SELECT attempt, level, text FROM (SELECT * FROM logs WHERE "
                                  "hash = ? ORDER BY attempt DESC, seq DESC LIMIT {}) "
                                  "ORDER BY attempt, seq",
                                  kLogLines),
                      hash),
                output, out);
}

std::vector<Change> what_changed(store::Database& db, const std::string& from,
                                 const std::string& to) {
  std::vector<Change> changes;
  add_changes("config", config_of(db, from), config_of(db, to), changes);
  const auto a = telling_attempt(db, from), b = telling_attempt(db, to);
  const std::string binaries =
      "SELECT b.name, 'revision ' || coalesce(b.revision, '?') || ', sha256 ' || "
      "substr(b.sha256, 1, 12) FROM attempt_binary ab JOIN binary b ON b.id = ab.binary "
      "WHERE ab.attempt = ?";
  add_changes("binary", pairs(db, binaries, a), pairs(db, binaries, b), changes);
  const std::string datasets = "SELECT name, digest FROM dataset WHERE attempt = ?";
  add_changes("dataset", pairs(db, datasets, a), pairs(db, datasets, b), changes);
  add_changes("environment", environment_of(db, a), environment_of(db, b), changes);
  return changes;
}

Table changes_table(const std::vector<Change>& changes) {
  Table table;
  table.columns = {{"what"}, {"name"}, {"before"}, {"after"}};
  for (const Change& change : changes) {
    table.rows.push_back({change.kind, change.name, change.before.empty() ? "none" : change.before,
                          change.after.empty() ? "none" : change.after});
  }
  if (changes.empty())
    table.notes.emplace_back("nothing differs: config, binaries, data, environment");
  return table;
}

}  // namespace synface::report
