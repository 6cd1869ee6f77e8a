// Listing and showing trials; running a user's SQL; what changed between two trials.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "synface/report/table.h"
#include "synface/report/tags.h"
#include "synface/store/sqlite.h"

namespace synface::report {

using Json = nlohmann::json;

enum class Format { kTable, kMarkdown, kLatex, kCsv, kJson };
Format parse_format(const std::string& name);  // throws kUsage

struct Output {
  Format format = Format::kTable;
  int width = 0;  // of the terminal; 0: unlimited
};

// `synface ls`: all experiments with counts, or one experiment's trials (status: only those).
// With their tags and the last note. Returns how many rows there were.
int list_experiments(store::Database& db, const TagFilter& tags, const Output& output,
                     std::ostream& out);
int list_trials(store::Database& db, const std::string& experiment,
                const std::optional<std::string>& status, const TagFilter& tags, int limit,
                const Output& output, std::ostream& out);

// The full training hash for a prefix of at least 6 digits, or for a trial's number. Throws kUsage
// where none or several match.
std::string find_trial(store::Database& db, const std::string& hash_or_number);

// `synface show`: config, status, tags, notes, attempts with errors and logs, finals, curves'
// names, artifacts, binaries, datasets, environment.
Json show_json(store::Database& db, const std::string& hash);
void show(store::Database& db, const std::string& hash, const Output& output, std::ostream& out);
// `synface show --toml`: an experiment file that runs this trial again.
std::string show_toml(store::Database& db, const std::string& hash);
// Any JSON object as TOML. Throws kInternal for null or an array that mixes tables and values.
std::string to_toml(const Json& object);

// `synface query`: runs one read-only statement. Returns the number of rows.
int run_query(store::Database& db, const std::string& sql, const Output& output, std::ostream& out);

// What changed from one trial to the other: config keys, binaries, environment, numerics.
struct Change {
  std::string kind, name, before, after;  // kind: config | binary | environment | device ...
};
std::vector<Change> what_changed(store::Database& db, const std::string& from,
                                 const std::string& to);
Table changes_table(const std::vector<Change>& changes);

}  // namespace synface::report
