#include "realism.h"

#include <algorithm>
#include <cmath>

#include "linear/discriminant.h"

namespace dataset_quality {
namespace {

constexpr std::size_t kAxes = 128;
constexpr uint32_t kFolds = 5;
constexpr double kRidge = 0.01;

linear::Matrix stacked(const std::vector<const linear::Matrix*>& sets) {
  linear::Matrix all;
  for (const linear::Matrix* set : sets) {
    all.columns = set->columns;
    all.rows += set->rows;
    all.values.insert(all.values.end(), set->values.begin(), set->values.end());
  }
  return all;
}

}  // namespace

std::vector<linear::Matrix> reduced(const std::vector<const linear::Matrix*>& sets, std::size_t k,
                                    const linear::Products& products) {
  std::vector<linear::Matrix> out;
  if (sets.front()->columns <= k) {
    for (const linear::Matrix* set : sets) out.push_back(*set);
    return out;
  }
  const linear::Axes axes = linear::principal_axes(stacked(sets), k, products);
  for (const linear::Matrix* set : sets) out.push_back(axes.project(*set, products));
  return out;
}

double auc_of(std::vector<double> high, std::vector<double> low) {
  std::sort(low.begin(), low.end());
  double wins = 0.0;
  for (const double value : high) {
    const auto [first, last] = std::equal_range(low.begin(), low.end(), value);
    wins += static_cast<double>(first - low.begin()) + 0.5 * static_cast<double>(last - first);
  }
  return wins / (static_cast<double>(high.size()) * static_cast<double>(low.size()));
}

double linear_auc(const linear::Matrix& a, const std::vector<uint32_t>& person_a,
                  const linear::Matrix& b, const std::vector<uint32_t>& person_b,
                  const linear::Products& products) {
  const std::vector<linear::Matrix> small = reduced({&a, &b}, kAxes, products);
  const linear::Matrix all = stacked({&small[0], &small[1]});
  const auto fold_of = [&](std::size_t i) {
    return (i < a.rows ? person_a[i] : person_b[i - a.rows]) % kFolds;
  };
  double sum = 0.0, folds = 0.0;
  for (uint32_t fold = 0; fold < kFolds; ++fold) {
    std::vector<std::size_t> fitted, tested;
    std::vector<bool> is_b;
    for (std::size_t i = 0; i < all.rows; ++i) {
      (fold_of(i) == fold ? tested : fitted).push_back(i);
      if (fold_of(i) != fold) is_b.push_back(i >= a.rows);
    }
    // With few people a fold may hold one side only, or all of one side.
    const auto of_both = [&](const std::vector<std::size_t>& rows) {
      return !rows.empty() && rows.front() < a.rows && rows.back() >= a.rows;
    };
    if (!of_both(fitted) || !of_both(tested)) continue;
    const std::vector<double> direction =
        linear::two_class_direction(linear::rows_of(all, fitted), is_b, kRidge, products);
    std::vector<double> high, low;
    for (const std::size_t i : tested) {
      (i < a.rows ? low : high).push_back(linear::dot(all.row(i), direction.data(), all.columns));
    }
    sum += auc_of(std::move(high), std::move(low));
    folds += 1.0;
  }
  return folds > 0.0 ? sum / folds : std::nan("");
}

}  // namespace dataset_quality
