#include "numbers.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "synface/base/text.h"

namespace synface::report {
namespace {

// Decimals that show two digits of a spread.
int digits_of(double spread) {
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(spread))), 1, 6);
}

}  // namespace

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Style style_of(const Comparison& comparison, const std::string& metric) {
  Style style;
  for (const MetricInfo& info : comparison.metrics) {
    if (info.name == metric) style.unit = info.unit;
  }
  if (style.unit == "fraction") {
    style.factor = 100.0;
    style.unit = "%";
  }
  std::vector<double> spreads;
  for (const Cell& cell : comparison.cells) {
    const auto found = cell.metrics.find(metric);
    if (found == cell.metrics.end()) continue;
    const auto& sd = found->second.summary.sd;
    if (sd && *sd > 0) spreads.push_back(style.factor * *sd);
  }
  if (spreads.empty()) {
    style.digits = style.unit == "%" ? 2 : 4;
    return style;
  }
  const auto middle = spreads.begin() + static_cast<std::ptrdiff_t>(spreads.size() / 2);
  std::nth_element(spreads.begin(), middle, spreads.end());
  style.digits = digits_of(*middle);
  return style;
}

Style finer(Style style, const PairedDifference& difference) {
  if (difference.sd && *difference.sd > 0) {
    style.digits = std::max(style.digits, digits_of(style.factor * *difference.sd));
  }
  return style;
}

Style with_spread(Style style, double spread) {
  if (spread > 0) style.digits = digits_of(style.factor * spread);
  return style;
}

std::string number(double value, const Style& style) {
  return fmt::format("{:.{}f}", style.factor * value, style.digits);
}

std::string with_unit(double value, const Style& style) {
  if (style.unit == "%") return number(value, style) + "%";
  return number(value, style) + (style.unit.empty() ? "" : " " + style.unit);
}

std::string signed_number(double value, const Style& style) {
  return (value < 0 ? "−" : "+") + number(std::abs(value), style);
}

std::string mean_sd(const Summary& summary, const Style& style) {
  if (!summary.mean) return "none";
  if (!summary.sd) return number(*summary.mean, style);
  return number(*summary.mean, style) + " ± " + number(*summary.sd, style);
}

std::string interval_text(const Interval& interval, const Style& style) {
  return fmt::format("[{}, {}]", signed_number(interval.lo, style),
                     signed_number(interval.hi, style));
}

std::string p_text(double p) {
  return p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p);
}

std::string p_equation(double p) {
  return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", p);
}

std::string pairs_text(const SeedDesign& design, int n) {
  const std::string averaging = describe_averaging(design);
  return fmt::format("{} pairs of {}{}", n, unit_name(design),
                     averaging.empty() ? "" : " (" + averaging + ")");
}

}  // namespace synface::report
