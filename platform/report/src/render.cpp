#include "synface/report/render.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "baselines.h"
#include "floor_words.h"
#include "numbers.h"
#include "row_names.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

std::string difference_text(const Cell& cell, const MetricCell& metric, const Style& values) {
  if (metric.is_baseline) return "baseline";
  if (is_floor(cell)) return "floor";
  if (!cell.baseline) return "no baseline";
  if (!metric.difference.mean) return "no pairs";
  const Style style = finer(values, metric.difference);
  const std::string mean = signed_number(*metric.difference.mean, style);
  if (metric.difference.no_spread) return fmt::format("{} ({} equal)", mean, metric.difference.n);
  if (!metric.difference.interval) return mean + " (1 pair)";
  return mean + " " + interval_text(*metric.difference.interval, style);
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

// Whether the metrics of each cell have the same number of seeds, so that one column n will do.
bool one_n(const Comparison& comparison) {
  if (comparison.metrics.empty()) return false;
  return std::all_of(comparison.cells.begin(), comparison.cells.end(), [](const Cell& cell) {
    return std::all_of(cell.metrics.begin(), cell.metrics.end(), [&](const auto& metric) {
      return metric.second.summary.n == cell.metrics.begin()->second.summary.n;
    });
  });
}

// Columns of one metric; only the first has the difference. On a narrow terminal the later metrics
// go first, then p.
void add_columns(const MetricInfo& metric, const Style& style, std::size_t place, bool with_n,
                 Table& table) {
  const bool first = place == 0;
  const int optional = first ? 0 : 2 + static_cast<int>(place);
  const std::string unit = style.unit.empty() ? "" : " (" + style.unit + ")";
  table.columns.push_back({metric.name + unit, true, optional});
  if (with_n) table.columns.push_back({"n", true, optional});
  if (first) {
    table.columns.push_back({"difference", true, optional});
    table.columns.push_back({"p (Holm)", true, 1});
    table.columns.push_back({"verdict", false, 0, true});
  }
}

void add_metric_cells(const Cell& cell, const MetricCell& metric, bool first, bool with_n,
                      const Style& style, std::vector<std::string>& row) {
  row.push_back(mean_sd(metric.summary, style));
  if (with_n) row.push_back(std::to_string(metric.summary.n));
  if (first) {
    row.push_back(difference_text(cell, metric, style));
    row.push_back(metric.p_holm ? p_text(*metric.p_holm) : "");
    row.push_back(to_string(metric.verdict));
  }
}

// Floors that are constants (chance), one note for all metrics of one value; then those with a
// spread.
void add_floor_notes(const Comparison& comparison, Table& table) {
  std::map<std::string, std::vector<std::string>> constants;
  for (const Floor& floor : comparison.floors) {
    const Style style = style_of(comparison, floor.metric);
    if (floor.summary.n == 0 && floor.summary.mean) {
      constants[fmt::format("{} is {:g}{}", floor.label, style.factor * *floor.summary.mean,
                            style.unit.empty() ? "" : " " + style.unit)]
          .push_back(floor.metric);
    } else {
      table.notes.push_back(fmt::format("floor {} for {}: {} (n = {})", floor.label, floor.metric,
                                        mean_sd(floor.summary, style), floor.summary.n));
    }
  }
  for (const auto& [text, metrics] : constants) {
    table.notes.push_back(text + " for " + join(metrics, ", "));
  }
}

void add_notes(const Comparison& comparison, Table& table) {
  add_floor_notes(comparison, table);
  if (comparison.primary) table.notes.push_back("primary: " + primary_in_words(comparison));
  if (!comparison.metrics.empty()) {
    table.notes.push_back(fmt::format(
        "mean ± sd over n {}; the difference is {}'s, to the baseline over equal seeds, with "
        "its {:.0f}% t interval; {}",
        unit_name(comparison.seed_design), comparison.metrics.front().name, 100 * comparison.level,
        describe_variance(comparison)));
  }
  for (const std::string& words : {describe_baselines(comparison), floors_missing(comparison)}) {
    if (!words.empty()) table.notes.push_back(words);
  }
  for (const std::string& mixed : comparison.mixed) {
    table.notes.push_back("mixed numerics: " + mixed);
  }
  for (const std::string& caution : comparison.cautions) table.notes.push_back(caution);
}

}  // namespace

Table comparison_table(const Comparison& comparison, bool wide) {
  Table table;
  table.title =
      comparison.experiment + (comparison.question.empty() ? "" : ": " + comparison.question);
  if (comparison.cells.empty()) {
    table.notes.emplace_back("no trials yet");
    return table;
  }
  const auto axes = wide ? comparison.axes : shown_axes(comparison);
  for (const std::string& name : short_names(axes)) table.columns.push_back({name, true});
  table.keys = axes.size();
  const bool n_once = one_n(comparison);
  if (n_once) table.columns.push_back({"n", true});
  std::vector<Style> styles;
  for (std::size_t i = 0; i < comparison.metrics.size(); ++i) {
    styles.push_back(style_of(comparison, comparison.metrics[i].name));
    add_columns(comparison.metrics[i], styles[i], i, !n_once, table);
  }
  const bool any_trouble = std::any_of(comparison.cells.begin(), comparison.cells.end(),
                                       [](const Cell& cell) { return !trouble(cell).empty(); });
  if (any_trouble) table.columns.push_back({"not counted", false, 2, false, true});
  for (const Cell& cell : comparison.cells) {
    auto& row = table.rows.emplace_back();
    for (const std::string& axis : axes) {
      row.push_back(cell.axes.contains(axis) ? plain(cell.axes.at(axis)) : "");
    }
    if (n_once) row.push_back(std::to_string(cell.metrics.begin()->second.summary.n));
    for (std::size_t i = 0; i < comparison.metrics.size(); ++i) {
      add_metric_cells(cell, cell.metrics.at(comparison.metrics[i].name), i == 0, !n_once,
                       styles[i], row);
    }
    if (any_trouble) row.push_back(trouble(cell));
  }
  if (!wide && !axes_left_out(comparison).empty()) table.notes.push_back(axes_left_out(comparison));
  add_notes(comparison, table);
  return table;
}

std::vector<Table> comparison_tables(const Comparison& comparison, bool wide) {
  std::vector<Table> tables = {comparison_table(comparison, wide)};
  Table floors = floor_table(comparison, true);
  if (!floors.rows.empty()) tables.push_back(std::move(floors));
  return tables;
}

namespace {

// "; resampling the test's 342 people (1200 pairs): 95% interval [...]", or why there is none.
std::string people_text(const Comparison& comparison, const PrimaryResult& result) {
  if (!result.people) {
    if (result.people_missing.empty()) return "";
    return "; no interval over the test's people: " + result.people_missing;
  }
  const Style style = finer(style_of(comparison, result.primary.metric), result.difference);
  return fmt::format("; resampling the test's {} people ({} pairs): {:.0f}% interval {}",
                     result.people->people, result.people->pairs, 100 * comparison.level,
                     interval_text(result.people->interval, style));
}

}  // namespace

std::string primary_in_words(const Comparison& comparison) {
  if (!comparison.primary) return "no primary contrast was stated";
  const PrimaryResult& result = *comparison.primary;
  const std::string what =
      fmt::format("{}, {}", result.primary.metric, result.primary.contrast_text);
  if (!result.difference.mean) return what + ": no equal seeds are complete on both sides yet";
  const Style style = finer(style_of(comparison, result.primary.metric), result.difference);
  std::string text = fmt::format("{}: {}{}", what, signed_number(*result.difference.mean, style),
                                 style.unit == "%" ? " points" : "");
  const std::string pairs = pairs_text(comparison.seed_design, result.units);
  if (result.difference.interval) {
    text += fmt::format(", {:.0f}% interval {}, {}, over {}: {}", 100 * comparison.level,
                        interval_text(*result.difference.interval, style),
                        p_equation(*result.difference.p), pairs, to_string(result.verdict));
  } else if (result.difference.no_spread) {
    text += fmt::format(" in each of {}: {}", pairs,
                        result.verdict == Verdict::kNotShown
                            ? to_string(result.verdict)
                            : "equal differences have no spread to test them against, no verdict");
  } else {
    text += " from a single pair of seeds: nothing can be said";
  }
  text += people_text(comparison, result);
  for (const std::string& tied : result.tied_axes) text += "; with it goes " + tied;
  if (result.dropped > 0) {
    text += fmt::format("; {} {} left out, incomplete on one side", result.dropped,
                        result.dropped == 1 ? "seed is" : "seeds are");
  }
  return text;
}

}  // namespace synface::report
