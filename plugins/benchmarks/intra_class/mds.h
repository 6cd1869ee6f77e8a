// Classical multidimensional scaling (Torgerson 1952): points in the plane whose distances are as
// near as possible to given ones.
#pragma once

#include <cstddef>
#include <vector>

namespace intra_class {

struct Plane {
  std::vector<double> x, y;
};

// distances: n x n, symmetric, zero diagonal. The axes are the two leading eigenvectors of the
// doubly centred matrix -D^2 / 2, scaled by the roots of their eigenvalues (0 where one is
// negative); each axis points so that its largest coordinate is positive.
Plane classical_mds(const std::vector<double>& distances, std::size_t n);

}  // namespace intra_class
