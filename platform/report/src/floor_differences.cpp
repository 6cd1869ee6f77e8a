#include "floor_differences.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "baselines.h"
#include "floor_words.h"
#include "people_draws.h"
#include "row_names.h"

namespace synface::report {
namespace {

// More trials than these are read for the sides of the primary contrast alone.
constexpr std::size_t kMostTrials = 256;

// A row or a floor: its trials' scores, and how much each counts in the mean of each metric.
struct Side {
  std::size_t cell = 0;
  std::vector<Scores> scores;
  std::vector<std::vector<double>> shares;  // [metric][trial]
  std::vector<double> recorded;             // [metric]
  std::vector<std::vector<double>> drawn;   // [metric][resample]
};

std::vector<std::string> metrics_of(const Comparison& comparison) {
  std::vector<std::string> names;
  if (comparison.metrics.empty()) return names;
  const std::string first =
      comparison.primary ? comparison.primary->primary.metric : comparison.metrics.front().name;
  const std::string benchmark = first.substr(0, first.rfind('.') + 1);
  for (const std::string& name : {first, benchmark + "accuracy", benchmark + "auc"}) {
    const bool shown = std::any_of(comparison.metrics.begin(), comparison.metrics.end(),
                                   [&](const MetricInfo& metric) { return metric.name == name; });
    const bool fresh = std::find(names.begin(), names.end(), name) == names.end();
    if (shown && fresh && knows_measure(measure_of(name))) names.push_back(name);
  }
  return names;
}

// The rows that are set against the floors; says which others there are.
std::vector<std::size_t> rows_of(Comparison& comparison) {
  std::vector<std::size_t> all;
  std::size_t trials = 0;
  for (std::size_t i = 0; i < comparison.cells.size(); ++i) {
    if (is_floor(comparison.cells[i])) continue;
    all.push_back(i);
    trials += comparison.cells[i].trials.size();
  }
  if (trials <= kMostTrials) return all;
  const auto sides = primary_sides(comparison);
  if (sides.size() < all.size()) {
    comparison.floor_differences_missing.push_back(fmt::format(
        "{} of the {} rows: of more than {} trials (here {}) only those of the primary contrast's "
        "sides are read",
        all.size() - sides.size(), all.size(), kMostTrials, trials));
  }
  return sides;
}

std::string name_of(const Comparison& comparison, const Cell& cell) {
  return is_floor(cell) ? "floor " + floor_label(cell)
                        : "(" + RowNames(comparison)(cell.axes) + ")";
}

// Reads the scores of a cell's trials; the reason where they do not serve.
std::string read_side(store::Database& db, const Comparison& comparison,
                      const std::vector<std::string>& metrics, const Scores* reference,
                      Side& side) {
  const Cell& cell = comparison.cells[side.cell];
  const SeedDesign design = design_of(comparison, cell);
  if (cell.trials.empty()) return "none of its trials is done";
  std::vector<std::string> seeds;
  std::vector<TrialKey> trials;
  for (const auto& [combination, trial] : cell.trials) {
    seeds.push_back(combination);
    trials.push_back(trial);
  }
  KeptScores kept = kept_scores(db, trials, metrics.front(), reference);
  if (kept.other_pairs) return "it was tested on other pairs";
  if (kept.missing > 0) return missing_words(kept, metrics.front());
  side.scores = std::move(kept.scores);
  for (const std::string& name : metrics) {
    const MetricCell& metric = cell.metrics.at(name);
    std::map<std::string, int> members;
    for (const auto& [combination, value] : metric.values) ++members[unit_of(design, combination)];
    auto& shares = side.shares.emplace_back();
    double mean = 0;
    for (std::size_t t = 0; t < seeds.size(); ++t) {
      const bool counts = metric.values.contains(seeds[t]);
      const double n = static_cast<double>(members.size()) * members[unit_of(design, seeds[t])];
      shares.push_back(counts ? 1.0 / n : 0.0);
      const std::vector<double> once(side.scores[t].score.size(), 1.0);
      mean += shares[t] * weighted_figure(side.scores[t], measure_of(name), once).value_or(NAN);
    }
    side.recorded.push_back(metric.summary.mean.value_or(NAN));
    // NaN too: a class without pairs, or no finite final.
    if (!(std::abs(mean - side.recorded.back()) <= kScoresAgreement)) {
      return "the kept scores do not give the recorded figures";
    }
  }
  side.drawn.resize(metrics.size());
  return "";
}

// The side's figure of each metric for these weights; false where a class has none.
bool add_draw(Side& side, const std::vector<std::string>& metrics,
              const std::vector<double>& weights) {
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    double mean = 0;
    for (std::size_t t = 0; t < side.scores.size(); ++t) {
      if (side.shares[m][t] == 0) continue;
      const auto figure = weighted_figure(side.scores[t], measure_of(metrics[m]), weights);
      if (!figure) return false;
      mean += side.shares[m][t] * *figure;
    }
    side.drawn[m].push_back(mean);
  }
  return true;
}

std::vector<Side> read_sides(store::Database& db, const std::vector<std::string>& metrics,
                             Comparison& comparison) {
  std::vector<Side> sides;
  std::vector<std::size_t> cells = rows_of(comparison);
  for (std::size_t i = 0; i < comparison.cells.size(); ++i) {
    if (is_floor(comparison.cells[i])) cells.push_back(i);
  }
  for (const std::size_t cell : cells) {
    Side side;
    side.cell = cell;
    const Scores* reference = sides.empty() ? nullptr : &sides.front().scores.front();
    const std::string reason =
        unless_refused([&] { return read_side(db, comparison, metrics, reference, side); });
    if (reason.empty()) {
      sides.push_back(std::move(side));
    } else {
      comparison.floor_differences_missing.push_back(name_of(comparison, comparison.cells[cell]) +
                                                     ": " + reason);
    }
  }
  return sides;
}

// Whether a floor is a yardstick for a row: equal on the axes that both have.
bool serves(const Cell& floor, const Cell& row) {
  return std::all_of(floor.axes.items().begin(), floor.axes.items().end(), [&](const auto& axis) {
    return !row.axes.contains(axis.key()) || row.axes.at(axis.key()) == axis.value();
  });
}

FloorDifference difference_of(const Side& row, const Side& floor, std::size_t m,
                              const std::string& metric, double level) {
  FloorDifference result;
  result.cell = row.cell;
  result.floor = floor.cell;
  result.metric = metric;
  result.difference = row.recorded[m] - floor.recorded[m];
  std::vector<double> values;
  for (std::size_t b = 0; b < row.drawn[m].size(); ++b) {
    values.push_back(row.drawn[m][b] - floor.drawn[m][b]);
  }
  const Scores& pairs = row.scores.front();
  result.people = {central_interval(std::move(values), level), pairs.people,
                   static_cast<int>(pairs.score.size()), static_cast<int>(row.drawn[m].size())};
  return result;
}

// All sides through the same draws; a draw that leaves a class without pairs does so for all.
void draw_people(const ComparisonOptions& options, const std::vector<std::string>& metrics,
                 std::vector<Side>& sides) {
  PeopleDraws people(sides.front().scores.front());
  for (int b = 0; b < options.people_resamples; ++b) {
    if (options.progress) {
      options.progress("drawing the test's people anew", b, options.people_resamples);
    }
    const std::vector<double>& weights = people.draw(b);
    for (Side& side : sides) {
      if (!add_draw(side, metrics, weights)) break;
    }
  }
}

}  // namespace

std::vector<std::size_t> primary_sides(const Comparison& comparison) {
  std::vector<std::size_t> sides;
  if (!comparison.primary) return sides;
  for (const auto& [treatment, baseline] : comparison.primary->cells) {
    sides.push_back(treatment);
    sides.push_back(baseline);
  }
  std::sort(sides.begin(), sides.end());
  sides.erase(std::unique(sides.begin(), sides.end()), sides.end());
  return sides;
}

void add_floor_differences(store::Database& db, const ComparisonOptions& options,
                           Comparison& comparison) {
  const auto metrics = metrics_of(comparison);
  const bool any_floor = std::any_of(comparison.cells.begin(), comparison.cells.end(), is_floor);
  if (metrics.empty() || !any_floor) return;
  const auto& varying = comparison.seed_design.varying;
  if (std::find(varying.begin(), varying.end(), "test") != varying.end()) {
    comparison.floor_differences_missing.emplace_back(
        "seed.test varies, and with it who was tested");
    return;
  }
  auto sides = read_sides(db, metrics, comparison);
  const auto floors = std::count_if(sides.begin(), sides.end(), [&](const Side& side) {
    return is_floor(comparison.cells[side.cell]);
  });
  if (floors == 0 || floors == std::ssize(sides)) return;
  draw_people(options, metrics, sides);
  if (sides.back().drawn[0].size() < static_cast<std::size_t>(options.people_resamples) / 2) {
    comparison.floor_differences_missing.emplace_back(
        "too few people: most resamples lack genuine or impostor pairs");
    return;
  }
  for (const Side& row : sides) {
    for (const Side& floor : sides) {
      const Cell &a = comparison.cells[row.cell], &b = comparison.cells[floor.cell];
      if (is_floor(a) || !is_floor(b) || !serves(b, a)) continue;
      for (std::size_t m = 0; m < metrics.size(); ++m) {
        comparison.floor_differences.push_back(
            difference_of(row, floor, m, metrics[m], comparison.level));
      }
    }
  }
}

}  // namespace synface::report
