#include "floor_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "floor_differences.h"
#include "numbers.h"
#include "row_names.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

constexpr std::size_t kReasonsShown = 3;
constexpr std::size_t kRowsInWords = 2;  // the sides of a contrast; more is for the table

// As many decimals as the intervals need, the same in all rows of a metric.
Style style_of_differences(const Comparison& comparison, const std::string& metric) {
  Style style = style_of(comparison, metric);
  std::vector<double> spreads;
  for (const FloorDifference& entry : comparison.floor_differences) {
    const Interval& interval = entry.people.interval;
    // About four standard errors wide.
    if (entry.metric == metric) spreads.push_back((interval.hi - interval.lo) / 4);
  }
  return with_spread(style,
                     spreads.empty() ? 0.0 : *std::max_element(spreads.begin(), spreads.end()));
}

std::string worth(const Comparison& comparison, const FloorDifference& entry) {
  const auto info =
      std::find_if(comparison.metrics.begin(), comparison.metrics.end(),
                   [&](const MetricInfo& metric) { return metric.name == entry.metric; });
  if (entry.people.interval.contains(0)) return "which these people cannot tell from nothing";
  const bool higher = entry.difference > 0;
  const std::string words = higher ? "higher" : "lower";
  if (info == comparison.metrics.end() || info->goal == "none") return words;
  return words + ((info->goal == "max") == higher ? ", which is better" : ", which is worse");
}

std::vector<const FloorDifference*> shown(const Comparison& comparison, bool sides_only) {
  const auto sides = primary_sides(comparison);
  std::vector<const FloorDifference*> result;
  for (const FloorDifference& entry : comparison.floor_differences) {
    const bool side = std::binary_search(sides.begin(), sides.end(), entry.cell);
    if (side || !sides_only || sides.empty()) result.push_back(&entry);
  }
  return result;
}

std::string difference_text(const FloorDifference& entry, const Style& style) {
  return signed_number(entry.difference, style) + " " + interval_text(entry.people.interval, style);
}

std::string unit_of_difference(const Style& style) {
  return style.unit == "%" ? " points" : style.unit.empty() ? "" : " " + style.unit;
}

}  // namespace

std::string floor_label(const Cell& floor) {
  std::vector<std::string> axes, words;
  for (const auto& [name, value] : floor.axes.items()) {
    if (name != "floor") axes.push_back(name);
  }
  const auto names = short_names(axes);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    words.push_back(names[i] + " " + plain(floor.axes.at(axes[i])));
  }
  const std::string name = plain(floor.axes.at("floor"));
  return words.empty() ? name : name + " (" + join(words, ", ") + ")";
}

Table floor_table(const Comparison& comparison, bool sides_only) {
  Table table;
  const auto entries = shown(comparison, sides_only);
  if (entries.empty()) return table;
  std::vector<std::string> metrics;
  std::vector<Style> styles;
  table.columns = {{"row", false}, {"against", false, 0, true}};
  table.keys = 2;
  for (const FloorDifference* entry : entries) {
    if (std::find(metrics.begin(), metrics.end(), entry->metric) != metrics.end()) continue;
    metrics.push_back(entry->metric);
    styles.push_back(style_of_differences(comparison, entry->metric));
    const std::string unit = unit_of_difference(styles.back());
    table.columns.push_back(
        {entry->metric + (unit.empty() ? "" : " (" + unit.substr(1) + ")"), true});
  }
  const RowNames names(comparison);
  for (std::size_t i = 0; i < entries.size(); i += metrics.size()) {
    auto& row = table.rows.emplace_back();
    row = {names(comparison.cells[entries[i]->cell].axes),
           floor_label(comparison.cells[entries[i]->floor])};
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      row.push_back(difference_text(*entries[i + m], styles[m]));
    }
  }
  const PeopleInterval& people = entries.front()->people;
  table.title = fmt::format("against the floors, over the test's {} people ({} pairs)",
                            people.people, people.pairs);
  table.notes = {fmt::format(
      "row minus floor, means over the seeds, whose spread is not in it; {:.0f}% intervals by "
      "drawing the people anew {} times, the same for both, each interval by itself",
      100 * comparison.level, people.resamples)};
  return table;
}

std::vector<std::string> floor_paragraphs(const Comparison& comparison) {
  std::vector<std::string> paragraphs;
  const RowNames names(comparison);
  const auto entries = shown(comparison, true);
  std::set<std::size_t> rows;
  for (const FloorDifference* entry : entries) rows.insert(entry->cell);
  if (rows.size() > kRowsInWords) {
    return {
        fmt::format("How far each of {} rows lies from each floor, with an interval over the "
                    "test's {} people, is in the table of the floors.",
                    rows.size(), entries.front()->people.people)};
  }
  for (std::size_t i = 0; i < entries.size();) {
    const std::size_t cell = entries[i]->cell;
    const PeopleInterval& people = entries[i]->people;
    std::vector<std::string> floors;
    while (i < entries.size() && entries[i]->cell == cell) {
      const std::size_t floor = entries[i]->floor;
      std::vector<std::string> words;
      for (; i < entries.size() && entries[i]->cell == cell && entries[i]->floor == floor; ++i) {
        const Style style = style_of_differences(comparison, entries[i]->metric);
        words.push_back(fmt::format(
            "{} {}{} {} ({})", entries[i]->metric, signed_number(entries[i]->difference, style),
            unit_of_difference(style), interval_text(entries[i]->people.interval, style),
            worth(comparison, *entries[i])));
      }
      floors.push_back("against " + floor_label(comparison.cells[floor]) + " " + join(words, ", "));
    }
    paragraphs.push_back(fmt::format(
        "({}) and the floors, with the test's {} people drawn anew {} times, the same for both "
        "({:.0f}% intervals): {}.",
        names(comparison.cells[cell].axes), people.people, people.resamples, 100 * comparison.level,
        join(floors, "; ")));
  }
  return paragraphs;
}

std::string floors_missing(const Comparison& comparison) {
  const auto& reasons = comparison.floor_differences_missing;
  if (reasons.empty()) return "";
  const std::size_t n = std::min(reasons.size(), kReasonsShown);
  std::string text = "not set against the floors: " +
                     join(std::vector<std::string>(
                              reasons.begin(), reasons.begin() + static_cast<std::ptrdiff_t>(n)),
                          "; ");
  if (reasons.size() > n) text += fmt::format("; and {} more", reasons.size() - n);
  return text;
}

}  // namespace synface::report
