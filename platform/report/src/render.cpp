#include "synface/report/render.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "synface/base/text.h"

namespace synface::report {
namespace {

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Decimals at which the smallest spread of a column still has two digits.
int decimals(const Comparison& comparison, const std::string& metric) {
  double smallest = INFINITY;
  for (const Cell& cell : comparison.cells) {
    const auto& sd = cell.metrics.at(metric).summary.sd;
    if (sd && *sd > 0) smallest = std::min(smallest, *sd);
  }
  if (!std::isfinite(smallest)) return 4;
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(smallest))), 1, 6);
}

std::string number(double value, int digits) {
  return fmt::format("{:.{}f}", value, digits);
}

// With its sign, and a true minus.
std::string signed_number(double value, int digits) {
  const std::string text = number(std::abs(value), digits);
  return (value < 0 ? "−" : "+") + text;
}

std::string mean_sd(const Summary& summary, int digits) {
  if (!summary.mean) return "none";
  if (!summary.sd) return number(*summary.mean, digits);
  return number(*summary.mean, digits) + " ± " + number(*summary.sd, digits);
}

std::string interval_text(const Interval& interval, int digits) {
  return fmt::format("[{}, {}]", signed_number(interval.lo, digits),
                     signed_number(interval.hi, digits));
}

std::string difference_text(const MetricCell& cell, int digits) {
  if (cell.is_baseline) return "baseline";
  if (!cell.difference.mean) return "no pairs";
  const std::string mean = signed_number(*cell.difference.mean, digits);
  if (!cell.difference.interval) return mean + " (1 pair)";
  return mean + " " + interval_text(*cell.difference.interval, digits);
}

std::string p_text(double p) {
  return p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p);
}

std::string p_equation(double p) {
  return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", p);
}

// Axis names without their table where that leaves them different: "identities".
std::vector<std::string> short_names(const std::vector<std::string>& axes) {
  std::vector<std::string> names;
  std::set<std::string> distinct;
  for (const std::string& axis : axes) {
    names.push_back(axis.substr(axis.rfind('.') + 1));
    distinct.insert(names.back());
  }
  return distinct.size() == axes.size() ? names : axes;
}

std::string trouble(const Cell& cell) {
  std::vector<std::string> words;
  const auto count = [&](int n, const char* what) {
    if (n > 0) words.push_back(fmt::format("{} {}", n, what));
  };
  count(cell.failed, "failed");
  count(cell.diverged, "diverged");
  count(cell.pruned, "pruned");
  count(cell.unfinished, "unfinished");
  int nan = 0, infinite = 0;
  std::int64_t points = 0;
  for (const auto& [name, metric] : cell.metrics) {
    nan = std::max(nan, metric.nan);
    infinite = std::max(infinite, metric.infinite);
    points += metric.nan_points;
  }
  count(nan, "NaN");
  count(infinite, "infinite");
  if (points > 0) words.push_back(fmt::format("{} NaN points", points));
  return join(words, ", ");
}

// Columns of one metric; only the first has p and verdict. On a narrow terminal the later metrics
// go first, then p.
void add_columns(const MetricInfo& metric, std::size_t place, Table& table) {
  const bool first = place == 0;
  const int optional = first ? 0 : 2 + static_cast<int>(place);
  const std::string unit = metric.unit.empty() ? "" : " (" + metric.unit + ")";
  table.columns.push_back({metric.name + unit, true, optional});
  table.columns.push_back({"n", true, optional});
  table.columns.push_back({"difference", true, optional});
  if (first) {
    table.columns.push_back({"p (Holm)", true, 1});
    table.columns.push_back({"verdict", false, 0, true});
  }
}

void add_metric_cells(const MetricCell& cell, bool first, int digits,
                      std::vector<std::string>& row) {
  row.push_back(mean_sd(cell.summary, digits));
  row.push_back(std::to_string(cell.summary.n));
  row.push_back(difference_text(cell, digits));
  if (first) {
    row.push_back(cell.p_holm ? p_text(*cell.p_holm) : "");
    row.push_back(to_string(cell.verdict));
  }
}

std::string floor_text(const Floor& floor, int digits) {
  if (floor.summary.n == 0 && floor.summary.mean) {
    return fmt::format("floor {} for {}: {}", floor.label, floor.metric, *floor.summary.mean);
  }
  return fmt::format("floor {} for {}: {} (n = {})", floor.label, floor.metric,
                     mean_sd(floor.summary, digits), floor.summary.n);
}

void add_notes(const Comparison& comparison, Table& table) {
  for (const Floor& floor : comparison.floors) {
    const bool shown =
        !comparison.cells.empty() && comparison.cells[0].metrics.contains(floor.metric);
    table.notes.push_back(floor_text(floor, shown ? decimals(comparison, floor.metric) : 4));
  }
  if (comparison.primary) table.notes.push_back("primary: " + primary_in_words(comparison));
  table.notes.push_back(
      fmt::format("mean ± sd over seeds; difference to the baseline over equal seeds, with its "
                  "{:.0f}% t interval; "
                  "{}",
                  100 * comparison.level, describe_variance(comparison)));
  for (const std::string& mixed : comparison.mixed) {
    table.notes.push_back("mixed numerics: " + mixed);
  }
}

}  // namespace

Table comparison_table(const Comparison& comparison) {
  Table table;
  table.title =
      comparison.experiment + (comparison.question.empty() ? "" : ": " + comparison.question);
  if (comparison.cells.empty()) {
    table.notes.emplace_back("no trials yet");
    return table;
  }
  for (const std::string& name : short_names(comparison.axes))
    table.columns.push_back({name, true});
  table.keys = comparison.axes.size();
  for (std::size_t i = 0; i < comparison.metrics.size(); ++i) {
    add_columns(comparison.metrics[i], i, table);
  }
  const bool any_trouble = std::any_of(comparison.cells.begin(), comparison.cells.end(),
                                       [](const Cell& cell) { return !trouble(cell).empty(); });
  if (any_trouble) table.columns.push_back({"not counted", false, 2, false, true});
  for (const Cell& cell : comparison.cells) {
    auto& row = table.rows.emplace_back();
    for (const std::string& axis : comparison.axes) {
      row.push_back(cell.axes.contains(axis) ? plain(cell.axes.at(axis)) : "");
    }
    for (std::size_t i = 0; i < comparison.metrics.size(); ++i) {
      const std::string& name = comparison.metrics[i].name;
      add_metric_cells(cell.metrics.at(name), i == 0, decimals(comparison, name), row);
    }
    if (any_trouble) row.push_back(trouble(cell));
  }
  add_notes(comparison, table);
  return table;
}

std::string primary_in_words(const Comparison& comparison) {
  if (!comparison.primary) return "no primary contrast was stated";
  const PrimaryResult& result = *comparison.primary;
  const std::string what =
      fmt::format("{}, {}", result.primary.metric, result.primary.contrast_text);
  if (!result.difference.mean) return what + ": no equal seeds are complete on both sides yet";
  const int digits = decimals(comparison, result.primary.metric);
  std::string text = fmt::format("{}: {}", what, signed_number(*result.difference.mean, digits));
  if (result.difference.interval) {
    text += fmt::format(", {:.0f}% interval {}, {}, over {} pairs of seeds", 100 * comparison.level,
                        interval_text(*result.difference.interval, digits),
                        p_equation(*result.difference.p), result.units);
    text += ": " + to_string(result.verdict);
  } else {
    text += " from a single pair of seeds: nothing can be said";
  }
  for (const std::string& tied : result.tied_axes) text += "; with it goes " + tied;
  if (result.dropped > 0) {
    text += fmt::format("; {} {} left out, incomplete on one side", result.dropped,
                        result.dropped == 1 ? "seed is" : "seeds are");
  }
  return text;
}

}  // namespace synface::report
