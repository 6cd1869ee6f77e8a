// Statistics over repeats: what may be said from n seeds, and what may not.
//
// NaN and infinite values never enter; the caller counts and names them. Quantiles of Student's t
// are Boost.Math's.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace synface::report {

constexpr double kLevel = 0.95;

struct Interval {
  double lo = 0, hi = 0;
  bool contains(double value) const { return lo <= value && value <= hi; }
};

// n values: mean; from n = 2 on the standard deviation (n - 1) and, where they are not all one
// number, the t interval of the mean. n = 0 gives no mean.
struct Summary {
  int n = 0;
  std::optional<double> mean, sd;
  std::optional<Interval> interval;
};

// Two-pass mean and standard deviation: no cancellation. Values that are not finite throw
// kInternal.
Summary summarize(std::span<const double> values, double level = kLevel);

// The paired difference a - b over equal seeds: t interval and two-sided p of the paired t test
// (Student, The probable error of a mean, 1908). From n = 2 on. Differences that are all one number
// (but for rounding: within 8 ulp of the largest value) have no spread to test that number against:
// no interval, and no p unless it is 0, where p = 1. Two equal differences prove nothing; they are
// what a coarse measure (an accuracy over few pairs) often gives. Wilcoxon's signed-rank p beside
// it.
struct PairedDifference {
  int n = 0;
  bool no_spread = false;
  std::optional<double> mean, sd, p, p_wilcoxon;
  std::optional<Interval> interval;
};

// Throws kInternal where the lengths differ.
PairedDifference paired_difference(std::span<const double> a, std::span<const double> b,
                                   double level = kLevel);

// Two-sided p of the signed-rank test (Wilcoxon 1945): zeros are dropped, ties share their mean
// rank; the exact distribution up to 25 differences, the normal approximation with tie correction
// above. Nothing where no difference is left.
std::optional<double> wilcoxon_signed_rank(std::span<const double> differences);

// Holm's step-down adjustment (Holm 1979): p values adjusted for all of them being looked at, in
// the order given.
std::vector<double> holm(std::span<const double> p);

}  // namespace synface::report
