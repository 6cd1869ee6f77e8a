#include "floors.h"

#include <cmath>

#include "synface/report/seeds.h"

namespace synface::report {
namespace {

// A final's mean over the trials of each combination of seeds, then over its units.
Summary floor_summary(const std::vector<TrialRow>& trials, const std::string& metric,
                      double level) {
  std::map<std::string, std::vector<double>> by_seed;
  for (const TrialRow& trial : trials) {
    const auto found = trial.finals.find(metric);
    if (trial.status != "done" || found == trial.finals.end()) continue;
    if (std::isfinite(found->second.value)) by_seed[trial.seeds].push_back(found->second.value);
  }
  std::map<std::string, double> means;
  std::set<std::string> combinations;
  for (const auto& [seeds, values] : by_seed) {
    means[seeds] = *summarize(values).mean;
    combinations.insert(seeds);
  }
  std::vector<double> units;
  for (const auto& [unit, mean] : by_unit(seed_design(combinations), means)) units.push_back(mean);
  return summarize(units, level);
}

std::vector<TrialRow> trials_of(store::Database& db, const std::string& experiment) {
  ComparisonOptions options;
  options.experiment = experiment;
  return read_comparison(db, options).trials;
}

}  // namespace

void add_named_floors(const ComparisonData& data, Comparison& comparison) {
  for (const MetricInfo& metric : comparison.metrics) {
    const auto dot = metric.name.rfind('.');
    if (dot == std::string::npos) continue;
    const std::string benchmark = metric.name.substr(0, dot + 1), measure = metric.name.substr(dot);
    for (const auto& [name, info] : data.metrics) {
      if (!name.starts_with(benchmark) || !name.ends_with(measure)) continue;
      if (name.size() < benchmark.size() + measure.size() + 1) continue;
      const std::string label =
          name.substr(benchmark.size(), name.size() - benchmark.size() - measure.size());
      if (label.find('.') != std::string::npos) continue;
      comparison.floors.push_back(
          {label, metric.name, floor_summary(data.trials, name, comparison.level)});
    }
    if (measure == ".accuracy" || measure == ".auc" || measure == ".eer") {
      Floor chance{"chance", metric.name, {}};
      chance.summary.mean = metric.unit == "%" ? 50.0 : 0.5;
      comparison.floors.push_back(chance);
    }
  }
}

void add_requested_floors(store::Database& db, const ComparisonOptions& options,
                          const ComparisonData& data, Comparison& comparison) {
  for (const FloorRequest& floor : options.floors) {
    const bool elsewhere = !floor.experiment.empty() && floor.experiment != options.experiment;
    const auto& trials = elsewhere ? trials_of(db, floor.experiment) : data.trials;
    comparison.floors.push_back(
        {floor.label, floor.metric, floor_summary(trials, floor.metric, comparison.level)});
  }
}

}  // namespace synface::report
