#include "plain_words.h"

#include <fmt/core.h>

#include <algorithm>

#include "baselines.h"
#include "floor_words.h"
#include "numbers.h"
#include "row_names.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

std::string goal_of(const Comparison& comparison, const std::string& metric) {
  for (const MetricInfo& info : comparison.metrics) {
    if (info.name == metric) return info.goal;
  }
  return "none";
}

// ", which is better" where the metric has a direction.
std::string worth(const std::string& goal, bool higher) {
  if (goal == "none") return "";
  return (goal == "max") == higher ? ", which is better" : ", which is worse";
}

std::string verdict_sentence(const Comparison& comparison, const PrimaryResult& result) {
  const std::string& metric = result.primary.metric;
  const PairedDifference& difference = result.difference;
  const Style style = finer(style_of(comparison, metric), difference);
  const std::string pairs = pairs_text(comparison.seed_design, result.units);
  switch (result.verdict) {
    case Verdict::kHigher:
    case Verdict::kLower: {
      const bool higher = result.verdict == Verdict::kHigher;
      return fmt::format(
          "The difference is real by the test stated: over {} its {:.0f}% interval, {}, leaves out "
          "0. The left side is {}{}.",
          pairs, 100 * comparison.level, interval_text(*difference.interval, style),
          to_string(result.verdict), worth(goal_of(comparison, metric), higher));
    }
    case Verdict::kNotShown:
      if (!difference.interval) {
        return fmt::format("No difference is shown: both sides are equal in all of {}.", pairs);
      }
      return fmt::format(
          "No difference is shown: over {} the {:.0f}% interval, {}, contains 0. That does not "
          "show "
          "that the two are equal: any difference within the interval remains possible.",
          pairs, 100 * comparison.level, interval_text(*difference.interval, style));
    case Verdict::kNoSpread:
      return fmt::format(
          "There is no verdict: the difference is the same in all of {}, and has no "
          "spread to be tested against.",
          pairs);
    case Verdict::kNotAfterHolm:
    case Verdict::kNone:
      break;
  }
  return "That is a single pair of seeds, from which no difference can be shown.";
}

std::string primary_paragraph(const Comparison& comparison) {
  if (!comparison.primary) {
    return "No primary contrast was stated, or its metric is not in this table: nothing here "
           "answers a question that was asked before the run.";
  }
  const PrimaryResult& result = *comparison.primary;
  const Contrast& contrast = result.primary.contrast;
  if (!result.difference.mean) {
    return "The primary contrast cannot be answered yet: no equal seeds are complete on both "
           "sides.";
  }
  const Style style = finer(style_of(comparison, result.primary.metric), result.difference);
  std::string text = fmt::format(
      "With {} the mean of {} is {}, with {} it is {}: a difference of {}{}. ",
      to_string(contrast.treatment), result.primary.metric,
      with_unit(*result.treatment.mean, style), to_string(contrast.baseline),
      with_unit(*result.baseline.mean, style), signed_number(*result.difference.mean, style),
      style.unit == "%" ? " points" : "");
  for (const std::string& tied : result.tied_axes) text += "With it goes " + tied + ". ";
  text += verdict_sentence(comparison, result);
  if (result.known_before > 0) {
    text += fmt::format(" It was stated when {} {} had ended already, so that it is no prediction.",
                        result.known_before, result.known_before == 1 ? "trial" : "trials");
  }
  return text;
}

std::string rows_paragraph(const Comparison& comparison, const std::string& metric) {
  const RowNames names(comparison);
  const auto row_name = [&](const Cell& cell) { return "(" + names(cell.axes) + ")"; };
  std::vector<std::string> higher, lower;
  int family = 0;
  for (const Cell& cell : comparison.cells) {
    const MetricCell& values = cell.metrics.at(metric);
    family += values.p_holm.has_value() ? 1 : 0;
    if (values.verdict == Verdict::kHigher) higher.push_back(row_name(cell));
    if (values.verdict == Verdict::kLower) lower.push_back(row_name(cell));
  }
  if (family == 0) return "";
  if (higher.empty() && lower.empty()) {
    return family == 1 ? ""
                       : fmt::format(
                             "Of the {} rows that have a baseline none differs from it "
                             "after correction for looking at all of them.",
                             family);
  }
  std::string text =
      fmt::format("Of the {} {} of the table, corrected for looking at all of them, ", family,
                  family == 1 ? "difference" : "differences");
  if (!higher.empty()) text += fmt::format("higher than the baseline: {}", join(higher, ", "));
  if (!lower.empty()) {
    text +=
        fmt::format("{}lower than the baseline: {}", higher.empty() ? "" : "; ", join(lower, ", "));
  }
  const auto silent = family - static_cast<int>(higher.size() + lower.size());
  return text + (silent > 0 ? fmt::format("; no difference is shown for the other {}.", silent)
                            : std::string("."));
}

struct Yardstick {
  std::string name;
  double value = 0;
};

std::vector<Yardstick> yardsticks(const Comparison& comparison, const std::string& metric) {
  std::vector<Yardstick> result;
  for (const Cell& cell : comparison.cells) {
    const auto& mean = cell.metrics.at(metric).summary.mean;
    if (is_floor(cell) && mean) result.push_back({plain(cell.axes.at("floor")), *mean});
  }
  for (const Floor& floor : comparison.floors) {
    if (floor.metric == metric && floor.summary.mean) {
      result.push_back({floor.label, *floor.summary.mean});
    }
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& a, const auto& b) { return a.value < b.value; });
  return result;
}

std::string listed(const std::vector<Yardstick>& sticks, const Style& style) {
  std::vector<std::string> words;
  for (const Yardstick& stick : sticks) {
    words.push_back(stick.name + " at " + with_unit(stick.value, style));
  }
  return join(words, ", ");
}

std::string floors_paragraph(const Comparison& comparison, const std::string& metric) {
  std::vector<double> means;
  for (const Cell& cell : comparison.cells) {
    const auto& mean = cell.metrics.at(metric).summary.mean;
    if (!is_floor(cell) && mean) means.push_back(*mean);
  }
  const auto sticks = yardsticks(comparison, metric);
  if (means.empty() || sticks.empty()) return "";
  const auto [lowest, highest] = std::minmax_element(means.begin(), means.end());
  std::vector<Yardstick> below, within, above;
  for (const Yardstick& stick : sticks) {
    auto& place = stick.value < *lowest ? below : stick.value > *highest ? above : within;
    place.push_back(stick);
  }
  const Style style = style_of(comparison, metric);
  std::string text = fmt::format("In {} the cells lie between {} and {}", metric,
                                 with_unit(*lowest, style), with_unit(*highest, style));
  if (!below.empty()) text += "; below all of them: " + listed(below, style);
  if (!within.empty()) text += "; among them: " + listed(within, style);
  if (!above.empty()) text += "; above all of them: " + listed(above, style);
  text += ".";
  // The way from a floor to a yardstick, by the metric's direction.
  const bool rising = goal_of(comparison, metric) == "max";
  if (below.empty() || above.empty() || goal_of(comparison, metric) == "none") return text;
  const Yardstick& from = rising ? below.back() : above.front();
  const Yardstick& to = rising ? above.front() : below.back();
  const double best = rising ? *highest : *lowest;
  return text + fmt::format(" The best cell has come {:.0f}% of the way from {} to {}.",
                            100 * (best - from.value) / (to.value - from.value), from.name,
                            to.name);
}

// Who was tested is chance too.
std::string people_sentence(const Comparison& comparison) {
  const std::string one_draw = "The test pairs are the same for all cells and are one draw";
  if (!comparison.primary || !comparison.primary->people) {
    const bool asked = comparison.primary && !comparison.primary->people_missing.empty();
    return one_draw + (asked ? "; what that is worth cannot be said, because " +
                                   comparison.primary->people_missing + "."
                             : std::string("."));
  }
  const PrimaryResult& result = *comparison.primary;
  const Style style = finer(style_of(comparison, result.primary.metric), result.difference);
  return fmt::format(
      "{}: with its {} people drawn anew {} times, the same for both sides, the {:.0f}% interval "
      "of the primary difference is {}, which {} 0.",
      one_draw, result.people->people, result.people->resamples, 100 * comparison.level,
      interval_text(result.people->interval, style),
      result.people->interval.contains(0) ? "contains" : "leaves out");
}

}  // namespace

std::string plain_words(const Comparison& comparison) {
  if (comparison.metrics.empty() || comparison.cells.empty()) return "There is no result yet.\n";
  const std::string metric =
      comparison.primary ? comparison.primary->primary.metric : comparison.metrics.front().name;
  std::vector<std::string> paragraphs = {primary_paragraph(comparison)};
  for (std::string paragraph :
       {rows_paragraph(comparison, metric), floors_paragraph(comparison, metric)}) {
    if (!paragraph.empty()) paragraphs.push_back(std::move(paragraph));
  }
  for (std::string& paragraph : floor_paragraphs(comparison)) {
    paragraphs.push_back(std::move(paragraph));
  }
  if (!comparison.cautions.empty()) {
    paragraphs.push_back("To be kept in mind: " + join(comparison.cautions, "; ") + ".");
  }
  paragraphs.push_back("Intervals and tests speak of the seeds alone: " +
                       describe_variance(comparison) + ". " + people_sentence(comparison));
  return join(paragraphs, "\n\n") + "\n";
}

}  // namespace synface::report
