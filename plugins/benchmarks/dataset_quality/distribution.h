// How two clouds of images lie in each other.
#pragma once

#include "intervals.h"

namespace dataset_quality {

// Squared Fréchet distance of the normal distributions with the means and covariances of the rows
// (Dowson and Landau 1982; Heusel et al., NeurIPS 2017): |m - n|^2 + tr(C + D - 2 (C D)^(1/2)).
// Grows with fewer rows: compare equal numbers only.
double frechet_distance(const linear::Matrix& a, const linear::Matrix& b,
                        const linear::Products& products);

// Share of the rows of `of` that lie in the ball of a row of `within` whose radius is the distance
// to that row's k-th neighbour in `within`. precision = share_within(set, real), recall =
// share_within(real, set) of Kynkäänniemi et al., NeurIPS 2019.
// A term a row of `of`.
PerPerson share_within(const linear::Matrix& of, const linear::Matrix& within, std::size_t k,
                       const linear::Products& products);

}  // namespace dataset_quality
