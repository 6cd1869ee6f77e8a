// A comparison for machines: CSV and JSON, at full precision.
#include <fmt/core.h>

#include "numbers.h"
#include "synface/report/export.h"
#include "synface/report/render.h"

namespace synface::report {
namespace {

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json{interval->lo, interval->hi} : Json();
}

Json summary_json(const Summary& summary) {
  return {{"n", summary.n},
          {"mean", optional_json(summary.mean)},
          {"sd", optional_json(summary.sd)},
          {"interval", interval_json(summary.interval)}};
}

Json difference_json(const PairedDifference& difference) {
  return {{"n", difference.n},
          {"no_spread", difference.no_spread},
          {"mean", optional_json(difference.mean)},
          {"sd", optional_json(difference.sd)},
          {"interval", interval_json(difference.interval)},
          {"p", optional_json(difference.p)},
          {"p_wilcoxon", optional_json(difference.p_wilcoxon)}};
}

Json cell_json(const Cell& cell) {
  Json metrics = Json::object();
  for (const auto& [name, metric] : cell.metrics) {
    Json entry = summary_json(metric.summary);
    entry["nan"] = metric.nan;
    entry["infinite"] = metric.infinite;
    entry["nan_points"] = metric.nan_points;
    entry["baseline"] = metric.is_baseline;
    entry["difference"] = difference_json(metric.difference);
    entry["p_holm"] = optional_json(metric.p_holm);
    entry["verdict"] = to_string(metric.verdict);
    entry["values"] = metric.values;
    metrics[name] = std::move(entry);
  }
  return {{"axes", cell.axes},
          {"baseline", cell.baseline ? Json(*cell.baseline) : Json()},
          {"done", cell.done},
          {"failed", cell.failed},
          {"diverged", cell.diverged},
          {"pruned", cell.pruned},
          {"unfinished", cell.unfinished},
          {"metrics", std::move(metrics)}};
}

Json people_json(const PeopleInterval& people) {
  return {{"interval", {people.interval.lo, people.interval.hi}},
          {"people", people.people},
          {"pairs", people.pairs},
          {"resamples", people.resamples}};
}

Json people_json(const PrimaryResult& primary) {
  if (primary.people) return people_json(*primary.people);
  return primary.people_missing.empty() ? Json() : Json{{"missing", primary.people_missing}};
}

Json floor_difference_json(const Comparison& comparison, const FloorDifference& entry) {
  Json result = people_json(entry.people);
  result["cell"] = entry.cell;
  result["axes"] = comparison.cells[entry.cell].axes;
  result["floor"] = comparison.cells[entry.floor].axes;
  result["metric"] = entry.metric;
  result["difference"] = entry.difference;
  return result;
}

Json primary_json(const Comparison& comparison) {
  if (!comparison.primary) return nullptr;
  const PrimaryResult& primary = *comparison.primary;
  return {{"metric", primary.primary.metric},
          {"contrast", primary.primary.contrast_text},
          {"stated", primary.stated},
          {"known_before", primary.known_before},
          {"tied_axes", primary.tied_axes},
          {"dropped", primary.dropped},
          {"treatment", summary_json(primary.treatment)},
          {"baseline", summary_json(primary.baseline)},
          {"difference", difference_json(primary.difference)},
          {"verdict", to_string(primary.verdict)},
          {"test_people", people_json(primary)},
          {"words", primary_in_words(comparison)}};
}

}  // namespace

std::string comparison_csv(const Comparison& comparison) {
  std::string text;
  for (const std::string& axis : comparison.axes) text += csv_field(axis) + ",";
  text +=
      "metric,n,mean,sd,lo,hi,nan,infinite,nan_points,done,failed,diverged,pruned,unfinished,"
      "difference_n,difference,difference_lo,difference_hi,p,p_wilcoxon,p_holm,verdict\n";
  const auto real = [](const std::optional<double>& value) {
    return value ? format_double(*value) : std::string();
  };
  for (const Cell& cell : comparison.cells) {
    for (const MetricInfo& info : comparison.metrics) {
      const MetricCell& metric = cell.metrics.at(info.name);
      for (const std::string& axis : comparison.axes) {
        text += (cell.axes.contains(axis) ? csv_field(plain(cell.axes.at(axis))) : "") + ",";
      }
      const auto bounds = [&](const std::optional<Interval>& interval) {
        return interval ? format_double(interval->lo) + "," + format_double(interval->hi) : ",";
      };
      text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                          csv_field(info.name), metric.summary.n, real(metric.summary.mean),
                          real(metric.summary.sd), bounds(metric.summary.interval), metric.nan,
                          metric.infinite, metric.nan_points, cell.done, cell.failed, cell.diverged,
                          cell.pruned, cell.unfinished, metric.difference.n,
                          real(metric.difference.mean), bounds(metric.difference.interval),
                          real(metric.difference.p), real(metric.difference.p_wilcoxon),
                          real(metric.p_holm), to_string(metric.verdict));
    }
  }
  return text;
}

nlohmann::json comparison_json(const Comparison& comparison) {
  Json cells = Json::array(), metrics = Json::array(), floors = Json::array();
  for (const Cell& cell : comparison.cells) cells.push_back(cell_json(cell));
  for (const MetricInfo& metric : comparison.metrics) {
    metrics.push_back({{"name", metric.name}, {"goal", metric.goal}, {"unit", metric.unit}});
  }
  for (const Floor& floor : comparison.floors) {
    Json entry = summary_json(floor.summary);
    entry["label"] = floor.label;
    entry["metric"] = floor.metric;
    floors.push_back(std::move(entry));
  }
  Json against = Json::array();
  for (const FloorDifference& entry : comparison.floor_differences) {
    against.push_back(floor_difference_json(comparison, entry));
  }
  return {{"experiment", comparison.experiment},
          {"question", comparison.question},
          {"level", comparison.level},
          {"axes", comparison.axes},
          {"seeds", comparison.seed_design.varying},
          {"unit", comparison.seed_design.unit ? Json(*comparison.seed_design.unit) : Json()},
          {"variance", describe_variance(comparison)},
          {"metrics", std::move(metrics)},
          {"cells", std::move(cells)},
          {"floors", std::move(floors)},
          {"primary", primary_json(comparison)},
          {"floor_differences", std::move(against)},
          {"floor_differences_missing", comparison.floor_differences_missing},
          {"mixed", comparison.mixed},
          {"cautions", comparison.cautions}};
}

}  // namespace synface::report
