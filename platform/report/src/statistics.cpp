#include "synface/report/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "synface/base/error.h"

namespace synface::report {
namespace {

constexpr std::size_t kExactWilcoxon = 25;

void require_finite(std::span<const double> values) {
  for (const double value : values) {
    if (!std::isfinite(value)) {
      fail(ExitCode::kInternal, "a value that is no finite number reached a statistic");
    }
  }
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sd_of(std::span<const double> values, double mean) {
  double squares = 0, sum = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
    sum += value - mean;
  }
  const auto n = static_cast<double>(values.size());
  return std::sqrt(std::max(0.0, squares - sum * sum / n) / (n - 1));
}

Interval t_interval(double mean, double sd, std::size_t n, double level) {
  const boost::math::students_t distribution(static_cast<double>(n - 1));
  const double t = boost::math::quantile(boost::math::complement(distribution, (1 - level) / 2));
  const double half = t * sd / std::sqrt(static_cast<double>(n));
  return {mean - half, mean + half};
}

// What two equal differences of such values may differ by.
double rounding_of(std::span<const double> a, std::span<const double> b) {
  double largest = 0;
  for (const double value : a) largest = std::max(largest, std::abs(value));
  for (const double value : b) largest = std::max(largest, std::abs(value));
  return 8 * std::numeric_limits<double>::epsilon() * largest;
}

struct Ranks {
  std::vector<double> rank;  // of |difference|, ties share their mean rank
  double ties = 0;           // sum of t^3 - t over groups of ties
};

Ranks rank_by_size(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(values[a]) < std::abs(values[b]);
  });
  Ranks result;
  result.rank.resize(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && std::abs(values[order[end]]) == std::abs(values[order[begin]])) {
      ++end;
    }
    const double shared = 0.5 * static_cast<double>(begin + 1 + end);
    for (std::size_t i = begin; i < end; ++i) result.rank[order[i]] = shared;
    const auto t = static_cast<double>(end - begin);
    result.ties += t * t * t - t;
    begin = end;
  }
  return result;
}

// The share of the 2^n signings whose sum of positive ranks is at most / at least `sum`, by
// counting sums of doubled ranks (whole numbers even with ties).
double exact_two_sided(const std::vector<double>& ranks, double sum) {
  std::vector<std::size_t> doubled;
  std::size_t total = 0;
  for (const double rank : ranks) {
    doubled.push_back(static_cast<std::size_t>(std::lround(2 * rank)));
    total += doubled.back();
  }
  std::vector<double> ways(total + 1, 0.0);
  ways[0] = 1;
  for (const std::size_t rank : doubled) {
    for (std::size_t s = total + 1; s-- > rank;) ways[s] += ways[s - rank];
  }
  const auto observed = static_cast<std::size_t>(std::lround(2 * sum));
  const double all = std::ldexp(1.0, static_cast<int>(ranks.size()));
  const double below =
      std::accumulate(ways.begin(), ways.begin() + static_cast<long>(observed) + 1, 0.0);
  const double above = std::accumulate(ways.begin() + static_cast<long>(observed), ways.end(), 0.0);
  return std::min(1.0, 2 * std::min(below, above) / all);
}

}  // namespace

Summary summarize(std::span<const double> values, double level) {
  require_finite(values);
  Summary result;
  result.n = static_cast<int>(values.size());
  if (values.empty()) return result;
  result.mean = mean_of(values);
  if (values.size() < 2) return result;
  result.sd = sd_of(values, *result.mean);
  if (*result.sd > 0) result.interval = t_interval(*result.mean, *result.sd, values.size(), level);
  return result;
}

PairedDifference paired_difference(std::span<const double> a, std::span<const double> b,
                                   double level) {
  if (a.size() != b.size()) fail(ExitCode::kInternal, "a paired difference of unequal lengths");
  std::vector<double> differences(a.size());
  std::transform(a.begin(), a.end(), b.begin(), differences.begin(), std::minus<>());
  const Summary summary = summarize(differences, level);
  PairedDifference result;
  result.n = summary.n;
  result.mean = summary.mean;
  if (summary.n < 2) return result;
  const double rounding = rounding_of(a, b);
  const auto [least, most] = std::minmax_element(differences.begin(), differences.end());
  result.no_spread = *most - *least <= rounding;
  if (result.no_spread) {
    result.sd = 0.0;
    if (std::abs(*result.mean) <= rounding) result.mean = 0.0;
    if (*result.mean == 0) {
      result.p = 1.0;
    } else {
      const std::vector<double> equal(differences.size(), *result.mean);
      result.p_wilcoxon = wilcoxon_signed_rank(equal);
    }
    return result;
  }
  result.sd = summary.sd;
  result.interval = summary.interval;
  const boost::math::students_t distribution(static_cast<double>(summary.n - 1));
  const double t = *summary.mean / (*summary.sd / std::sqrt(static_cast<double>(summary.n)));
  result.p = 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
  result.p_wilcoxon = wilcoxon_signed_rank(differences);
  return result;
}

std::optional<double> wilcoxon_signed_rank(std::span<const double> differences) {
  require_finite(differences);
  std::vector<double> kept;
  std::copy_if(differences.begin(), differences.end(), std::back_inserter(kept),
               [](double value) { return value != 0; });
  if (kept.empty()) return std::nullopt;
  const Ranks ranks = rank_by_size(kept);
  double positive = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] > 0) positive += ranks.rank[i];
  }
  if (kept.size() <= kExactWilcoxon) return exact_two_sided(ranks.rank, positive);
  const auto n = static_cast<double>(kept.size());
  const double mean = n * (n + 1) / 4;
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.ties / 48;
  const double z = (std::abs(positive - mean) - 0.5) / std::sqrt(variance);
  return std::min(1.0, std::erfc(std::max(0.0, z) / std::sqrt(2.0)));
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double running = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double scaled = static_cast<double>(p.size() - i) * p[order[i]];
    running = std::max(running, std::min(1.0, scaled));
    adjusted[order[i]] = running;
  }
  return adjusted;
}

}  // namespace synface::report
