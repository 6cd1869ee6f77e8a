// Derivatives by central differences, for the tests of backward passes.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "drive.h"
#include "random.h"
#include "verdict.h"

namespace synface::plugin::check {

// A derivative by finite differences beside the plugin's.
struct Pair {
  double plugin = 0, numeric = 0;
  double size = 1;  // of the function, to which rounding is relative
  double gap() const {
    const double floor = 1e-3 * std::max(size, 1.0);
    return std::abs(plugin - numeric) / std::max({std::abs(plugin), std::abs(numeric), floor});
  }
};

inline std::vector<double> direction(Random& random, std::size_t n) {
  std::vector<double> v(n);
  for (double& x : v) x = random.uniform(-1, 1);
  return v;
}

inline double dot(const Lent& a, const Lent& b) {
  double sum = 0;
  for (std::int64_t i = 0; i < a.count(); ++i) sum += a.get(i) * b.get(i);
  return sum;
}
inline double dot(const Lent& a, const std::vector<double>& v) {
  double sum = 0;
  for (std::size_t i = 0; i < v.size(); ++i) sum += a.get(static_cast<std::int64_t>(i)) * v[i];
  return sum;
}

// float64 where the plugin takes it, else float32 with a coarser step.
struct Precision {
  synface_dtype dtype;
  std::vector<double> steps;  // the derivative has to come out with one of them
  double tolerance;
};
inline const Precision kFine{kF64, {1e-5, 1e-6}, 1e-4};
inline const Precision kCoarse{kF32, {1e-1, 3e-2, 1e-2, 3e-3, 1e-3}, 2e-2};

[[noreturn]] inline void wrong(const std::string& what, const Pair& best,
                               const Precision& precision) {
  failed(fmt::format("the derivative of {} by central differences in float{}: {:.6g}", what,
                     precision.dtype.bits, best.numeric),
         fmt::format("{:.6g}", best.plugin));
}

// The pair of the step that fits best: a kink or rounding spoils some of them.
template <typename Evaluate>
void agree(const std::string& what, const Precision& precision, double plugin, Evaluate&& at) {
  Pair best{plugin, std::nan("")};
  for (const double h : precision.steps) {
    const double up = at(h), down = at(-h);
    const Pair pair{plugin, (up - down) / (2 * h), std::abs(up)};
    if (pair.gap() <= precision.tolerance) return;
    if (!(best.gap() <= pair.gap())) best = pair;
  }
  wrong(what, best, precision);
}

// tests_gradient_loss.cpp: the forms that have a backward call of their own, along directions.
void logits_gradient(Scene& scene, const Precision& precision);
void embedding_gradient(Scene& scene, const Precision& precision);

}  // namespace synface::plugin::check
