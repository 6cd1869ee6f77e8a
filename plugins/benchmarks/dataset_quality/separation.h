// Distances of images of one person and of two.
#pragma once

#include "faces.h"

namespace dataset_quality {

// Euclidean distances of all pairs, each list in ascending order.
struct Distances {
  std::vector<float> genuine, impostor;
};

// Error INVALID where no person has two images or there is one person only.
Distances all_distances(const Faces& faces, const linear::Products& products);

struct Spread {
  double mean = 0.0, sd = 0.0;  // population's
};
Spread spread_of(const std::vector<float>& values);

// d' = |difference of the means| / root of the mean variance.
double d_prime(const Spread& genuine, const Spread& impostor);

// Share of a sorted list below a value.
double share_below(const std::vector<float>& sorted, double value);

// The distance at which as many genuine pairs lie above as impostor pairs below, by share.
double equal_error_distance(const Distances& distances);

// Density over `bins` equal bins of 0 .. top: the integral over all of them is the share of the
// list that lies there.
struct Density {
  std::vector<double> x, y;  // centres, densities
};
Density density(const std::vector<float>& sorted, double top, std::size_t bins);

}  // namespace dataset_quality
