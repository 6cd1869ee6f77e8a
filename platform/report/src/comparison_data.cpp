#include "comparison_data.h"

#include <fmt/ranges.h>

#include "overlap_words.h"
#include "synface/base/error.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

constexpr std::array<const char*, 4> kSeeds = {"data", "train", "real", "test"};

void read_statement(store::Database& db, const std::string& experiment, ComparisonData& data) {
  auto select = db.prepare(
      "SELECT s.question, s.primary_json, strftime('%Y-%m-%dT%H:%M:%SZ', s.stated_ms / 1000, "
      "'unixepoch'), (SELECT count(DISTINCT m.trial) FROM member m JOIN attempt a ON "
      "a.trial = m.trial WHERE m.experiment = x.id AND m.current = 1 AND a.status IN('done', "
      "'diverged') AND a.ended_ms < s.stated_ms) FROM experiment x JOIN statement s "
      "ON s.experiment = x.id WHERE x.name = ? ORDER BY s.stated_ms DESC LIMIT 1");
  select.with(experiment);
  if (!select.step()) {
    std::vector<std::string> names;
    auto all = db.prepare("SELECT name FROM experiment ORDER BY name");
    while (all.step()) names.emplace_back(all.text(0));
    fail(ExitCode::kUsage, "no experiment '{}' in {}{}{}", experiment, db.path().string(),
         hint(experiment, names),
         names.empty() ? "; it is empty" : fmt::format(" (it holds: {})", join(names, ", ")));
  }
  data.question = select.text(0);
  if (!select.is_null(1)) data.primary = parse_primary(Json::parse(select.text(1)));
  data.stated = select.text(2);
  data.known_before = static_cast<int>(select.integer(3));
}

// Takes the seeds out of the axes and puts them, with the config's four, into one text.
void split_seeds(const store::Statement& row, TrialRow& trial) {
  std::map<std::string, std::string> seeds;
  for (std::size_t i = 0; i < kSeeds.size(); ++i) {
    const int column = 4 + static_cast<int>(i);
    if (!row.is_null(column)) seeds[kSeeds[i]] = std::to_string(row.integer(column));
  }
  Json cell = Json::object();
  for (const auto& [name, value] : trial.axes.items()) {
    if (name.starts_with("seed.")) {
      seeds[name.substr(5)] = value.dump();
    } else {
      cell[name] = value;
    }
  }
  for (const auto& [name, value] : seeds) {
    trial.seeds += fmt::format("{}{}={}", trial.seeds.empty() ? "" : " ", name, value);
  }
  trial.axes = std::move(cell);
}

using Index = std::unordered_map<std::string, std::size_t>;  // by both hashes, joined

void say(const ComparisonOptions& options, const char* what, std::size_t done,
         std::int64_t total = 0) {
  if (options.progress) options.progress(what, static_cast<std::int64_t>(done), total);
}

Index read_trials(store::Database& db, const ComparisonOptions& options, ComparisonData& data) {
  const auto& only = options.only;
  auto select = db.prepare(
      "SELECT hash, evaluation_hash, status, axes, seed_data, seed_train, seed_real, seed_test, "
      "(1" +
      tag_condition(options.tags, "trial") +
      ") AS fits FROM trials WHERE experiment = ? ORDER BY trial, evaluation_hash");
  select.with(options.experiment);
  Index index;
  std::size_t left_out = 0;
  while (select.step()) {
    const std::string hash(select.text(0));
    if (!only.empty() && !only.contains(hash)) continue;
    say(options, "reading trials", data.trials.size());
    if (select.integer(8) == 0) {
      ++left_out;
      continue;
    }
    TrialRow& trial = data.trials.emplace_back();
    trial.hash = hash;
    trial.evaluation_hash = select.text(1);
    trial.status = select.text(2);
    trial.axes = Json::parse(select.text(3));
    split_seeds(select, trial);
    index[hash + std::string(select.text(1))] = data.trials.size() - 1;
  }
  if (!options.tags.empty()) {
    data.cautions.push_back(fmt::format("{} of {} trials are left out by their tags ({})", left_out,
                                        left_out + data.trials.size(), to_string(options.tags)));
  }
  return index;
}

void read_finals(store::Database& db, const ComparisonOptions& options, const Index& index,
                 ComparisonData& data) {
  std::map<std::string, std::int64_t, std::less<>> places;
  auto metrics = db.prepare("SELECT name, id FROM metric");
  while (metrics.step()) places[std::string(metrics.text(0))] = metrics.integer(1);
  auto select = db.prepare(
      "SELECT hash, evaluation_hash, metric, value, n_nan, goal, unit FROM finals "
      "WHERE experiment = ? AND class = 'metric'");
  select.with(options.experiment);
  std::size_t rows = 0;
  while (select.step()) {
    say(options, "reading finals", ++rows);
    const auto found = index.find(std::string(select.text(0)) + std::string(select.text(1)));
    if (found == index.end()) continue;
    const std::string metric(select.text(2));
    data.trials[found->second].finals[metric] = {select.real(3), select.integer(4)};
    data.metrics.try_emplace(metric, MetricInfo{metric, std::string(select.text(5)),
                                                std::string(select.text(6)), places[metric]});
  }
}

// Numerics that differ between the trials of one table.
void read_mixed(store::Database& db, const std::string& experiment, ComparisonData& data) {
  for (const char* column : {"isa", "device"}) {
    auto select = db.prepare(
        fmt::format("SELECT DISTINCT {0} FROM trials WHERE experiment = ? AND status = 'done' "
                    "AND {0} IS NOT NULL AND {0} != '' ORDER BY 1",
                    column));
    select.with(experiment);
    std::vector<std::string> values;
    while (select.step()) values.emplace_back(select.text(0));
    if (values.size() > 1) data.mixed.push_back(fmt::format("{}: {}", column, join(values, ", ")));
  }
  auto select = db.prepare(
      "SELECT b.name, count(DISTINCT b.sha256) FROM experiment x JOIN member m ON "
      "m.experiment = x.id AND m.current = 1 JOIN attempt a ON a.trial = m.trial AND "
      "a.status = 'done' JOIN attempt_binary ab ON ab.attempt = a.id JOIN binary b ON "
      "b.id = ab.binary WHERE x.name = ? GROUP BY b.name HAVING count(DISTINCT b.sha256) > 1 "
      "ORDER BY b.name");
  select.with(experiment);
  while (select.step()) {
    data.mixed.push_back(
        fmt::format("{}: {} different binaries", select.text(0), select.integer(1)));
  }
}

}  // namespace

ComparisonData read_comparison(store::Database& db, const ComparisonOptions& options) {
  ComparisonData data;
  read_statement(db, options.experiment, data);
  const Index index = read_trials(db, options, data);
  read_finals(db, options, index, data);
  read_mixed(db, options.experiment, data);
  for (auto& words : overlap_words(db, options.experiment, options.only)) {
    data.cautions.push_back(std::move(words));
  }
  return data;
}

}  // namespace synface::report
