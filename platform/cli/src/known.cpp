// What the database knows about trials: states, binaries, speeds, earlier versions of a cell.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "long_work.h"
#include "session.h"
#include "synface/base/hash.h"
#include "synface/base/text.h"
#include "synface/store/store.h"

namespace synface::cli {
namespace {

using experiment::Experiment;
using experiment::Known;
using Json = nlohmann::json;

Known::State state_of(const store::Registered& row) {
  if (row.new_trial) return Known::State::kNew;
  switch (row.trial_status) {
    case store::TrialStatus::kQueued:
      return Known::State::kQueued;
    case store::TrialStatus::kRunning:
      return Known::State::kRunning;
    case store::TrialStatus::kFailed:
      return Known::State::kFailed;
    case store::TrialStatus::kDiverged:
      return Known::State::kDiverged;
    case store::TrialStatus::kPruned:
      return Known::State::kPruned;
    case store::TrialStatus::kDone:
      break;
  }
  if (row.new_evaluation) return Known::State::kEvaluate;
  switch (row.evaluation_status) {
    case store::EvaluationStatus::kDone:
      return Known::State::kDone;
    case store::EvaluationStatus::kFailed:
      return Known::State::kFailed;
    case store::EvaluationStatus::kQueued:
    case store::EvaluationStatus::kRunning:
      break;
  }
  return Known::State::kEvaluate;
}

// Names of the trial's recorded binaries that are others today.
std::vector<std::string> other_binaries(store::Statement& find, std::int64_t trial,
                                        const std::map<std::string, std::string>& today) {
  std::vector<std::string> names;
  find.with(trial);
  while (find.step()) {
    const auto now = today.find(std::string(find.text(0)));
    if (now == today.end() || now->second == find.text(1)) continue;
    if (std::find(names.begin(), names.end(), now->first) == names.end()) {
      names.push_back(now->first);
    }
  }
  return names;
}

std::map<std::string, std::string> binaries_of_today(const Experiment& experiment) {
  std::map<std::string, std::string> today;
  for (const auto& info : experiment.plugins) today[info.name()] = info.sha256;
  std::error_code error;
  const auto worker = worker_path();
  if (std::filesystem::exists(worker, error)) today["synface-worker"] = sha256_file(worker);
  return today;
}

// Keys whose values differ, with dotted names.
void compare(const Json& now, const Json& before, const std::string& name,
             std::vector<std::string>& out) {
  if (now.is_object() && before.is_object()) {
    for (const auto& [key, value] : now.items()) {
      const auto inner = name.empty() ? key : name + "." + key;
      compare(value, before.value(key, Json()), inner, out);
    }
    return;
  }
  if (now == before) return;
  if (before.is_null()) {
    out.push_back(fmt::format("{}: {}, was not there", name, now.dump()));
  } else {
    out.push_back(fmt::format("{}: {}, was {}", name, now.dump(), before.dump()));
  }
}

// The member that has a cell's axes, as the key of its row. Configs are read when they are needed:
// those of ten thousand cells take longer than all else.
struct Earlier {
  std::int64_t experiment = 0, trial = 0, evaluation = 0;
};

std::map<std::string, Earlier> earlier_cells(store::Database& db, const std::string& experiment) {
  std::map<std::string, Earlier> cells;
  auto rows = db.prepare(
      "SELECT m.axes, m.experiment, m.trial, m.evaluation FROM member m "
      "JOIN experiment x ON x.id = m.experiment WHERE x.name = ? ORDER BY m.added_ms");
  rows.with(experiment);
  while (rows.step()) {
    cells[std::string(rows.text(0))] = {rows.integer(1), rows.integer(2), rows.integer(3)};
  }
  return cells;
}

std::string changes(store::Statement& find, const Earlier& earlier,
                    const experiment::Trial& trial) {
  find.with(earlier.experiment, earlier.trial, earlier.evaluation);
  find.step();
  const auto config = Json::parse(find.text(0));
  const auto spec = find.is_null(1) ? Json::object() : Json::parse(find.text(1));
  find.reset();
  std::vector<std::string> words;
  compare(trial.config, config, {}, words);
  for (const auto* part : {"revisions", "digests"}) {
    compare(trial.spec.value(part, Json::object()), spec.value(part, Json::object()), part, words);
  }
  return join(words, "; ");
}

}  // namespace

std::vector<Known> known_trials(const Globals& globals, const Experiment& experiment) {
  std::vector<Known> known(experiment.trials.size());
  auto db = store::open_reader_if_any(globals.database);
  if (!db) return known;
  const auto total = static_cast<std::int64_t>(experiment.trials.size());
  LongWork work(globals.json);
  std::vector<store::Registered> rows;
  rows.reserve(experiment.trials.size());
  constexpr std::size_t kAtOnce = 1024;
  std::vector<store::NewTrial> some;
  for (const auto& trial : experiment.trials) {
    some.push_back({{}, trial.training_hash, trial.evaluation_hash, {}, {}});
    if (some.size() < kAtOnce && rows.size() + some.size() < experiment.trials.size()) continue;
    for (auto& row : store::look_up(*db, some)) rows.push_back(row);
    some.clear();
    work.show("looking up", "trials", static_cast<std::int64_t>(rows.size()), total);
  }
  const bool any = std::any_of(rows.begin(), rows.end(),
                               [](const store::Registered& row) { return !row.new_trial; });
  if (!any) return known;
  const auto today = binaries_of_today(experiment);
  auto find = db->prepare(
      "SELECT b.name, b.sha256 FROM attempt a JOIN attempt_binary ab ON ab.attempt = a.id "
      "JOIN binary b ON b.id = ab.binary WHERE a.trial = ?");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    known[i].state = state_of(rows[i]);
    if (!rows[i].new_trial) known[i].other_binaries = other_binaries(find, rows[i].trial, today);
  }
  return known;
}

experiment::Rates measured_rates(const Globals& globals) {
  experiment::Rates rates;
  auto db = store::open_reader_if_any(globals.database);
  if (!db) return rates;
  std::map<std::string, std::vector<double>> train;
  // The last 200 trainings; their mean speed each, without the first point, which has the start in
  // it.
  auto rows = db->prepare(
      "SELECT t.config, (SELECT avg(p.value) FROM point p JOIN metric k ON k.id = p.metric "
      "  WHERE p.attempt = a.id AND k.name = 'train.images_per_s' AND p.value > 0 "
      "  AND p.step > (SELECT min(step) FROM point WHERE attempt = a.id AND metric = k.id)) AS "
      "rate "
      "FROM attempt a JOIN trial t ON t.id = a.trial WHERE a.status = 'done' AND a.trains "
      "AND rate IS NOT NULL ORDER BY a.id DESC LIMIT 200");
  while (rows.step()) {
    const auto config = Json::parse(rows.text(0));
    train[experiment::train_cell(config)].push_back(rows.real(1));
  }
  for (auto& [cell, values] : train) {
    std::nth_element(values.begin(),
                     values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    rates.train[cell] = values[values.size() / 2];
  }
  return rates;
}

std::vector<std::string> differences(const Globals& globals, const Experiment& experiment,
                                     const std::vector<Known>& known) {
  std::vector<std::string> out(experiment.trials.size());
  const bool any = std::any_of(known.begin(), known.end(),
                               [](const Known& one) { return one.state == Known::State::kNew; });
  auto db = any ? store::open_reader_if_any(globals.database) : std::nullopt;
  if (!db) return out;
  const auto cells = earlier_cells(*db, experiment.name);
  if (cells.empty()) return out;
  auto find = db->prepare(
      "SELECT t.config, m.spec FROM member m JOIN trial t ON t.id = m.trial "
      "WHERE m.experiment = ? AND m.trial = ? AND m.evaluation = ?");
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (known[i].state != Known::State::kNew) continue;
    const auto& trial = experiment.trials[i];
    const auto cell = cells.find(trial.axes.dump());
    if (cell != cells.end()) out[i] = changes(find, cell->second, trial);
  }
  return out;
}

}  // namespace synface::cli
