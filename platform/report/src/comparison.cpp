#include "synface/report/comparison.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "baselines.h"
#include "comparison_data.h"
#include "floor_differences.h"
#include "floors.h"
#include "people_interval.h"
#include "synface/base/error.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

std::vector<std::string> metric_names(const ComparisonData& data,
                                      const ComparisonOptions& options) {
  std::vector<std::string> known;
  for (const auto& [name, info] : data.metrics) known.push_back(name);
  if (!options.metrics.empty()) {
    for (const std::string& name : options.metrics) {
      if (!known.empty() && !data.metrics.contains(name)) {
        fail(ExitCode::kUsage, "experiment '{}' has no final '{}'{} (it has: {})",
             options.experiment, name, hint(name, known), join(known, ", "));
      }
    }
    return options.metrics;
  }
  std::vector<std::string> names;
  if (data.primary) names.push_back(data.primary->metric);
  const std::string benchmark =
      data.primary ? data.primary->metric.substr(0, data.primary->metric.rfind('.') + 1) : "";
  for (const auto& [name, info] : data.metrics) {
    const bool measure =
        name.starts_with(benchmark) && name.find('.', benchmark.size()) == std::string::npos;
    const bool wanted = data.primary ? measure : std::count(name.begin(), name.end(), '.') == 1;
    if (wanted && info.goal != "none" && (!data.primary || name != data.primary->metric)) {
      names.push_back(name);
    }
  }
  // As their benchmarks declare them, which is a better order than that of the alphabet.
  std::stable_sort(names.begin() + (data.primary ? 1 : 0), names.end(),
                   [&](const std::string& a, const std::string& b) {
                     return data.metrics.at(a).place < data.metrics.at(b).place;
                   });
  return names;
}

// Places among the cells, by their axes as text: a grid has thousands.
using Places = std::unordered_map<std::string, std::size_t>;

void add_trial(const TrialRow& trial, Places& places, Comparison& result) {
  const auto [place, fresh] = places.try_emplace(key_of(trial.axes), result.cells.size());
  if (fresh) result.cells.emplace_back().axes = trial.axes;
  Cell* cell = &result.cells[place->second];
  const bool done = trial.status == "done";
  cell->done += done ? 1 : 0;
  if (done) cell->trials[trial.seeds] = {trial.hash, trial.evaluation_hash};
  cell->failed += trial.status == "failed" ? 1 : 0;
  cell->diverged += trial.status == "diverged" ? 1 : 0;
  cell->pruned += trial.status == "pruned" ? 1 : 0;
  cell->unfinished += trial.status == "queued" || trial.status == "running" ? 1 : 0;
  for (const MetricInfo& metric : result.metrics) {
    MetricCell& values = cell->metrics[metric.name];
    const auto final = trial.finals.find(metric.name);
    if (!done || final == trial.finals.end()) continue;
    values.nan_points += final->second.nan_points;
    const double value = final->second.value;
    if (std::isnan(value)) {
      ++values.nan;
    } else if (std::isinf(value)) {
      ++values.infinite;
    } else {
      values.values[trial.seeds] = value;
    }
  }
}

using Values = std::map<std::string, double>;  // by combination of seeds

std::vector<double> units_of(const Values& values, const SeedDesign& design) {
  std::vector<double> result;
  for (const auto& [unit, value] : by_unit(design, values)) result.push_back(value);
  return result;
}

// Only combinations that both sides have enter, before any averaging.
void keep_common(Values& a, Values& b) {
  std::erase_if(a, [&](const auto& entry) { return !b.contains(entry.first); });
  std::erase_if(b, [&](const auto& entry) { return !a.contains(entry.first); });
}

PairedDifference pair_up(Values a, Values b, const SeedDesign& design, double level) {
  keep_common(a, b);
  return paired_difference(units_of(a, design), units_of(b, design), level);
}

Verdict judge(const PairedDifference& difference, const std::optional<double>& adjusted,
              double level) {
  if (difference.no_spread) {
    return *difference.mean == 0 ? Verdict::kNotShown : Verdict::kNoSpread;
  }
  if (!difference.interval) return Verdict::kNone;
  if (difference.interval->contains(0)) return Verdict::kNotShown;
  if (adjusted && *adjusted > 1 - level) return Verdict::kNotAfterHolm;
  return *difference.mean > 0 ? Verdict::kHigher : Verdict::kLower;
}

void compare_cells(Comparison& comparison) {
  for (const MetricInfo& metric : comparison.metrics) {
    std::vector<double> p;
    std::vector<MetricCell*> tested;
    for (std::size_t i = 0; i < comparison.cells.size(); ++i) {
      MetricCell& cell = comparison.cells[i].metrics[metric.name];
      const SeedDesign design = design_of(comparison, comparison.cells[i]);
      cell.summary = summarize(units_of(cell.values, design), comparison.level);
      const auto& baseline = comparison.cells[i].baseline;
      cell.is_baseline = baseline == i;
      if (!baseline || cell.is_baseline) continue;
      const MetricCell& other = comparison.cells[*baseline].metrics.at(metric.name);
      cell.difference = pair_up(cell.values, other.values, design, comparison.level);
      cell.verdict = judge(cell.difference, std::nullopt, comparison.level);
      if (!cell.difference.p) continue;
      p.push_back(*cell.difference.p);
      tested.push_back(&cell);
    }
    const auto adjusted = holm(p);
    for (std::size_t i = 0; i < tested.size(); ++i) {
      tested[i]->p_holm = adjusted[i];
      tested[i]->verdict = judge(tested[i]->difference, adjusted[i], comparison.level);
    }
  }
}

// One value for each combination of seeds: the mean over the matched cells of one side, where all
// of them have it.
Values over_cells(const std::vector<const Cell*>& cells, const std::string& metric,
                  std::set<std::string>& seen) {
  std::map<std::string, std::vector<double>> by_seed;
  for (const Cell* cell : cells) {
    for (const auto& [seeds, value] : cell->metrics.at(metric).values) {
      by_seed[seeds].push_back(value);
      seen.insert(seeds);
    }
  }
  Values result;
  for (const auto& [seeds, values] : by_seed) {
    if (values.size() == cells.size()) result[seeds] = *summarize(values).mean;
  }
  return result;
}

PrimaryResult test_primary(const Comparison& comparison, const ComparisonData& data) {
  PrimaryResult result;
  result.primary = *data.primary;
  result.stated = data.stated;
  result.known_before = data.known_before;
  const Contrast& contrast = result.primary.contrast;
  std::vector<const Cell*> treatment, baseline, both;
  for (const Cell& cell : comparison.cells) {
    if (is_floor(cell)) continue;
    if (holds(contrast.treatment, cell.axes)) treatment.push_back(&cell);
    if (holds(contrast.baseline, cell.axes)) baseline.push_back(&cell);
  }
  both = treatment;
  both.insert(both.end(), baseline.begin(), baseline.end());
  std::vector<std::string> named;
  for (const Condition& condition : contrast.treatment) named.push_back(condition.axis);
  const auto tied = tied_axes(both, comparison.axes, named);
  std::set<std::string> free(named.begin(), named.end());
  free.insert(tied.begin(), tied.end());
  std::vector<const Cell*> left, right;
  std::unordered_map<std::string, std::vector<const Cell*>> by_rest;
  for (const Cell* b : baseline) by_rest[rest_of(*b, comparison.axes, free)].push_back(b);
  for (const Cell* a : treatment) {
    const auto matching = by_rest.find(rest_of(*a, comparison.axes, free));
    if (matching == by_rest.end()) continue;
    for (const Cell* b : matching->second) {
      left.push_back(a);
      right.push_back(b);
      result.cells.emplace_back(a - comparison.cells.data(), b - comparison.cells.data());
    }
  }
  if (left.empty()) return result;
  for (const std::string& axis : tied) {
    result.tied_axes.push_back(fmt::format(
        "{} ({} against {})", axis, left[0]->axes.at(axis).dump(), right[0]->axes.at(axis).dump()));
  }
  std::set<std::string> seen;
  const SeedDesign& design = comparison.seed_design;
  Values a = over_cells(left, result.primary.metric, seen);
  Values b = over_cells(right, result.primary.metric, seen);
  result.treatment = summarize(units_of(a, design), comparison.level);
  result.baseline = summarize(units_of(b, design), comparison.level);
  keep_common(a, b);
  result.difference = pair_up(a, b, design, comparison.level);
  result.units = result.difference.n;
  result.dropped = static_cast<int>(seen.size() - a.size());
  result.verdict = judge(result.difference, std::nullopt, comparison.level);
  return result;
}

void name_axes(const ComparisonData& data, Comparison& comparison) {
  std::map<std::string, std::set<std::string>> values;
  for (const TrialRow& trial : data.trials) {
    for (const auto& [name, value] : trial.axes.items()) values[name].insert(value.dump());
  }
  for (const auto& [name, distinct] : values) {
    // A floor has to be told apart, were it the only one.
    if (distinct.size() > 1 || name == "floor") comparison.axes.push_back(name);
  }
  std::set<std::string> combinations;
  for (const TrialRow& trial : data.trials) {
    // The seeds of floors are others, and belong to no contrast.
    if (!trial.axes.contains("floor")) combinations.insert(trial.seeds);
  }
  comparison.seed_design = seed_design(combinations);
}

// The baseline that was asked for, else the primary contrast's, else the first cell that is no
// floor.
BaselineRule baseline_rule(const Comparison& comparison, const ComparisonOptions& options,
                           const std::optional<Primary>& primary) {
  if (options.baseline.empty() && primary) return rule_of(primary->contrast);
  Conditions baseline = options.baseline;
  if (baseline.empty()) {
    const auto first = std::find_if_not(comparison.cells.begin(), comparison.cells.end(), is_floor);
    if (first == comparison.cells.end()) return {};
    for (const auto& [name, value] : first->axes.items()) baseline.push_back({name, value});
  }
  const bool found = std::any_of(comparison.cells.begin(), comparison.cells.end(),
                                 [&](const Cell& cell) { return holds(baseline, cell.axes); });
  if (!found) {
    fail(ExitCode::kUsage, "no cell of '{}' has {}: name one as in the table", options.experiment,
         to_string(baseline));
  }
  return rule_of(baseline, primary);
}

}  // namespace

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNotShown:
      return "no difference shown";
    case Verdict::kNotAfterHolm:
      return "no difference shown after correction";
    case Verdict::kHigher:
      return "higher";
    case Verdict::kLower:
      return "lower";
    case Verdict::kNoSpread:
      return "no verdict: equal differences";
    case Verdict::kNone:
      break;
  }
  return "";
}

Comparison compare(store::Database& db, const ComparisonOptions& options) {
  const ComparisonData data = read_comparison(db, options);
  Comparison result;
  result.experiment = options.experiment;
  result.question = data.question;
  result.level = options.level;
  result.mixed = data.mixed;
  result.cautions = data.cautions;
  name_axes(data, result);
  for (const std::string& name : metric_names(data, options)) {
    const auto known = data.metrics.find(name);
    result.metrics.push_back(known == data.metrics.end() ? MetricInfo{name, "none", ""}
                                                         : known->second);
  }
  Places places;
  for (const TrialRow& trial : data.trials) add_trial(trial, places, result);
  if (result.cells.empty()) return result;

  find_baselines(result, baseline_rule(result, options, data.primary));
  compare_cells(result);
  const bool shown = data.primary && std::any_of(result.metrics.begin(), result.metrics.end(),
                                                 [&](const MetricInfo& metric) {
                                                   return metric.name == data.primary->metric;
                                                 });
  if (shown) result.primary = test_primary(result, data);
  if (options.people_resamples > 0) {
    add_people_interval(db, options, result);
    add_floor_differences(db, options, result);
  }
  add_named_floors(data, result);
  add_requested_floors(db, options, data, result);
  return result;
}

std::string describe_variance(const Comparison& comparison) {
  return describe_spread(comparison.seed_design);
}

}  // namespace synface::report
