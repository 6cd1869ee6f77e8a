#include "protocol.h"

#include <cmath>
#include <iterator>
#include <set>

namespace verification {
namespace {

constexpr int kThresholds = 400;

// How many thresholds of the grid a pair passes, i.e. says "same" for: thresholds are ordered from
// the strictest, so that passing is monotone and one histogram a fold suffices.
struct Grid {
  Protocol protocol;

  double threshold(int i) const {
    return protocol == Protocol::kInsightface ? 0.01 * i : -1.0 + 0.005 * i;
  }
  bool same(double cosine, int i) const {
    // |a - b|^2 = 2 - 2 cos for vectors of length 1.
    return protocol == Protocol::kInsightface ? 2.0 - 2.0 * cosine < threshold(i)
                                              : cosine > threshold(i);
  }
};

// correct[i]: how many pairs threshold i decides rightly.
using Counts = std::vector<int64_t>;

int best_threshold(const Counts& correct, Protocol protocol) {
  int best = 0;
  for (int i = 1; i < kThresholds; ++i) {
    const bool better =
        protocol == Protocol::kInsightface
            ? correct[static_cast<std::size_t>(i)] > correct[static_cast<std::size_t>(best)]
            : correct[static_cast<std::size_t>(i)] >= correct[static_cast<std::size_t>(best)];
    if (better) best = i;
  }
  return best;
}

}  // namespace

Accuracy k_fold_accuracy(const std::vector<Scored>& pairs, const std::vector<uint32_t>& fold,
                         uint32_t n_folds, Protocol protocol) {
  const Grid grid{protocol};
  std::vector<Counts> by_fold(n_folds, Counts(kThresholds, 0));
  std::vector<int64_t> size(n_folds, 0);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    ++size[fold[p]];
    for (int i = 0; i < kThresholds; ++i) {
      by_fold[fold[p]][static_cast<std::size_t>(i)] +=
          grid.same(pairs[p].score, i) == pairs[p].same ? 1 : 0;
    }
  }
  Counts all(kThresholds, 0);
  for (const Counts& counts : by_fold) {
    for (std::size_t i = 0; i < counts.size(); ++i) all[i] += counts[i];
  }

  Accuracy result;
  std::vector<int> chosen(n_folds);
  for (uint32_t f = 0; f < n_folds; ++f) {
    Counts others = all;
    for (std::size_t i = 0; i < others.size(); ++i) others[i] -= by_fold[f][i];
    chosen[f] = best_threshold(others, protocol);
    result.by_fold.push_back(static_cast<double>(by_fold[f][static_cast<std::size_t>(chosen[f])]) /
                             static_cast<double>(size[f]));
    result.mean += result.by_fold.back() / n_folds;
    result.threshold += grid.threshold(chosen[f]) / n_folds;
  }
  double squares = 0.0;
  for (const double a : result.by_fold) squares += (a - result.mean) * (a - result.mean);
  result.sd = std::sqrt(squares / n_folds);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    result.correct.push_back(grid.same(pairs[p].score, chosen[fold[p]]) == pairs[p].same);
  }
  return result;
}

std::vector<uint32_t> stratified_folds(const std::vector<Scored>& pairs, uint32_t n_folds) {
  uint64_t total[2] = {0, 0};
  for (const Scored& pair : pairs) ++total[pair.same ? 1 : 0];
  uint64_t seen[2] = {0, 0};
  std::vector<uint32_t> fold;
  fold.reserve(pairs.size());
  for (const Scored& pair : pairs) {
    const int c = pair.same ? 1 : 0;
    fold.push_back(static_cast<uint32_t>(seen[c] * n_folds / total[c]));
    ++seen[c];
  }
  return fold;
}

std::vector<uint32_t> ten_folds(const std::vector<Scored>& pairs,
                                const std::vector<int64_t>& named) {
  constexpr uint32_t kFolds = 10;
  const std::set<int64_t> names(named.begin(), named.end());
  if (names.size() != kFolds || *names.begin() < 0) return stratified_folds(pairs, kFolds);
  std::vector<uint32_t> fold;
  for (const int64_t name : named) {
    fold.push_back(static_cast<uint32_t>(std::distance(names.begin(), names.find(name))));
  }
  return fold;
}

}  // namespace verification
