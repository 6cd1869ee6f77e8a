// How far a figure depends on which people were looked at: people are drawn anew with replacement,
// whole people, because the images of one are not independent.
#pragma once

#include <optional>
#include <vector>

#include "faces.h"

namespace dataset_quality {

// A figure that is a mean with one term a person: sum over people / sum of weights. A person who
// gives no term has weight 0.
struct PerPerson {
  std::vector<double> sum, weight;

  void add(double term, double of = 1.0) {
    sum.push_back(term);
    weight.push_back(of);
  }
  double mean() const;  // NaN where nobody has a term
};
// Each with weight 1, NaN with none.
PerPerson terms_of(const std::vector<double>& values);

struct Interval {
  double low = 0.0, high = 0.0;
};

// Draws of people and figures of each draw; a draw in which a figure has no value is NaN for it.
// All draws are functions of their number and of the number of people.
class PeopleDraws {
 public:
  PeopleDraws(std::size_t people, std::size_t draws);

  std::size_t people() const { return times_.columns; }
  std::size_t draws() const { return times_.rows; }

  // One value a draw.
  std::vector<double> means(const PerPerson& figure) const;
  // Standard deviation over people, and the value below which `share` of them lie; NaN values are
  // left out.
  std::vector<double> deviations(const std::vector<double>& values) const;
  std::vector<double> quantiles(const std::vector<double>& values, double share) const;

  // How often each person is in each draw, [draws, people].
  const linear::Matrix& times() const { return times_; }

 private:
  linear::Matrix times_;
};

// The central 95% of the values that are numbers; none where fewer than half of them are.
std::optional<Interval> central(std::vector<double> values);

// Figures of the distances of all pairs, one a draw. A pair of one person counts as often as the
// person was drawn, a pair of two as often as both together (Poh, Martin, Bengio, TPAMI 2007).
struct PairDraws {
  std::vector<double> genuine_mean, genuine_sd, impostor_mean, impostor_sd, d_prime;
  std::vector<double> genuine_under, impostors_under;  // shares below `threshold`
  std::vector<double> impostors_under_other;           // and below `other`
};
PairDraws pair_draws(const Faces& faces, double threshold, double other, const PeopleDraws& draws,
                     const linear::Products& products);

// Bytes that these figures take at most besides the faces, for people with so many images each: two
// sets of draws, the sums of a band of people, and a block of distances. Grows with people times
// draws, and as far as a block goes with people times people.
double bytes_of_pairs(const std::vector<uint32_t>& images, std::size_t draws);

}  // namespace dataset_quality
