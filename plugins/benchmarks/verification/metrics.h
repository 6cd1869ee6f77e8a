// Figures of a verification test from the similarity scores of its pairs.
#pragma once

#include <cstdint>
#include <vector>

namespace verification {

// One pair: similarity of its two images (higher is more alike), whether they show one person, and
// who they are (indices of people, for the bootstrap).
struct Scored {
  double score = 0.0;
  bool same = false;
  uint32_t first = 0;
  uint32_t second = 0;
};

// The figures below take a weight for each pair (its multiplicity in a bootstrap resample); an
// empty vector stands for ones. They are NaN where one of the two classes has no weight.

// Points of the receiver operating characteristic: accepting scores >= t for each distinct score t,
// from the highest down; far and tar in [0, 1], preceded by (0, 0).
struct Roc {
  std::vector<double> threshold, far, tar;
};
class RankedPairs {
 public:
  explicit RankedPairs(std::vector<Scored> pairs);

  const std::vector<Scored>& pairs() const { return pairs_; }  // by falling score
  const std::vector<uint32_t>& original() const { return original_; }

  Roc roc() const;
  // Area under the ROC: probability that a genuine score exceeds an impostor one, ties counting
  // half (Mann-Whitney).
  double auc(const std::vector<double>& weights = {}) const;
  // Equal error rate: where FAR and 1 - TAR cross, linear between neighbouring thresholds.
  double eer(const std::vector<double>& weights = {}) const;
  // The largest TAR over the thresholds whose FAR is at most `far`.
  double tar_at_far(double far, const std::vector<double>& weights = {}) const;

 private:
  // Weight of each class.
  struct Totals {
    double genuine = 0.0, impostor = 0.0;
  };
  Totals totals(const std::vector<double>& weights) const;
  template <typename Visit>
  void walk(const std::vector<double>& weights, Visit&& visit) const;

  std::vector<Scored> pairs_;
  std::vector<uint32_t> original_;  // index in the constructor's vector
};

// d' = |mean genuine - mean impostor| / sqrt((var genuine + var impostor) / 2), population
// variances.
struct Separation {
  double genuine_mean, impostor_mean, d_prime;
};
Separation separation(const std::vector<Scored>& pairs);

}  // namespace verification
