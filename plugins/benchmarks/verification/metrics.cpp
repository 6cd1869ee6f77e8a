#include "metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace verification {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double weight_of(const std::vector<double>& weights, std::size_t i) {
  return weights.empty() ? 1.0 : weights[i];
}

}  // namespace

RankedPairs::RankedPairs(std::vector<Scored> pairs) : original_(pairs.size()) {
  std::iota(original_.begin(), original_.end(), 0U);
  std::stable_sort(original_.begin(), original_.end(),
                   [&](uint32_t a, uint32_t b) { return pairs[a].score > pairs[b].score; });
  pairs_.reserve(pairs.size());
  for (const uint32_t i : original_) pairs_.push_back(pairs[i]);
}

// Calls visit(threshold, genuine weight accepted, impostor weight accepted) for each distinct
// score.
template <typename Visit>
void RankedPairs::walk(const std::vector<double>& weights, Visit&& visit) const {
  double genuine = 0.0;
  double impostor = 0.0;
  for (std::size_t i = 0; i < pairs_.size();) {
    const double threshold = pairs_[i].score;
    for (; i < pairs_.size() && pairs_[i].score == threshold; ++i) {
      (pairs_[i].same ? genuine : impostor) += weight_of(weights, i);
    }
    visit(threshold, genuine, impostor);
  }
}

RankedPairs::Totals RankedPairs::totals(const std::vector<double>& weights) const {
  Totals all;
  walk(weights, [&](double, double genuine, double impostor) { all = {genuine, impostor}; });
  return all;
}

Roc RankedPairs::roc() const {
  Roc roc;
  const double infinity = std::numeric_limits<double>::infinity();
  roc.threshold.push_back(infinity);
  roc.far.push_back(0.0);
  roc.tar.push_back(0.0);
  const Totals all = totals({});
  walk({}, [&](double threshold, double genuine, double impostor) {
    roc.threshold.push_back(threshold);
    roc.tar.push_back(all.genuine > 0.0 ? genuine / all.genuine : kNaN);
    roc.far.push_back(all.impostor > 0.0 ? impostor / all.impostor : kNaN);
  });
  return roc;
}

double RankedPairs::auc(const std::vector<double>& weights) const {
  double area = 0.0;
  double genuine_before = 0.0;
  double impostor_before = 0.0;
  walk(weights, [&](double, double genuine, double impostor) {
    area += (impostor - impostor_before) * 0.5 * (genuine + genuine_before);
    genuine_before = genuine;
    impostor_before = impostor;
  });
  const double total = genuine_before * impostor_before;
  return total > 0.0 ? area / total : kNaN;
}

double RankedPairs::eer(const std::vector<double>& weights) const {
  const auto [genuine_all, impostor_all] = totals(weights);
  if (genuine_all <= 0.0 || impostor_all <= 0.0) return kNaN;
  double far_before = 0.0;
  double frr_before = 1.0;
  double result = kNaN;
  walk(weights, [&](double, double genuine, double impostor) {
    const double far = impostor / impostor_all;
    const double frr = 1.0 - genuine / genuine_all;
    if (std::isnan(result) && far >= frr) {
      // far - frr goes from negative to non-negative between the two thresholds.
      const double before = frr_before - far_before;
      const double after = far - frr;
      const double share = before + after > 0.0 ? before / (before + after) : 1.0;
      result = far_before + share * (far - far_before);
    }
    far_before = far;
    frr_before = frr;
  });
  return result;
}

double RankedPairs::tar_at_far(double far, const std::vector<double>& weights) const {
  const auto [genuine_all, impostor_all] = totals(weights);
  if (genuine_all <= 0.0 || impostor_all <= 0.0) return kNaN;
  double best = 0.0;
  walk(weights, [&](double, double genuine, double impostor) {
    if (impostor <= far * impostor_all) best = genuine / genuine_all;
  });
  return best;
}

Separation separation(const std::vector<Scored>& pairs) {
  double sum[2] = {0.0, 0.0};
  double n[2] = {0.0, 0.0};
  for (const Scored& pair : pairs) {
    sum[pair.same ? 1 : 0] += pair.score;
    n[pair.same ? 1 : 0] += 1.0;
  }
  const double mean[2] = {n[0] > 0.0 ? sum[0] / n[0] : kNaN, n[1] > 0.0 ? sum[1] / n[1] : kNaN};
  double squares[2] = {0.0, 0.0};
  for (const Scored& pair : pairs) {
    const int c = pair.same ? 1 : 0;
    squares[c] += (pair.score - mean[c]) * (pair.score - mean[c]);
  }
  const double variance = 0.5 * (squares[0] / n[0] + squares[1] / n[1]);
  return {mean[1], mean[0], std::abs(mean[1] - mean[0]) / std::sqrt(variance)};
}

}  // namespace verification
