// Principal components.
#pragma once

#include "matrix.h"

namespace linear {

struct Axes {
  std::vector<double> mean;       // [D]
  Matrix axes;                    // [k, D], orthonormal rows, the widest first
  std::vector<double> variances;  // [k], of the rows along each axis (divided by n)

  // [n, D] to [n, k]: coordinates of the rows, the mean taken off.
  Matrix project(Matrix x, const Products& products) const;
};

// The k widest axes of the rows of x [n, D]; fewer where n - 1 or D is smaller, and none with a
// variance below 1e-12 of the first. Exact up to 768 rows or columns; above that by 10 rounds of
// randomised subspace iteration with a quarter more axes than asked for (Halko, Martinsson and
// Tropp, SIAM Review 2011), from a fixed start.
Axes principal_axes(const Matrix& x, std::size_t k, const Products& products);

}  // namespace linear
