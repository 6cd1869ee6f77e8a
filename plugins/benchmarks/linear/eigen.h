// Eigenvalues and eigenvectors of symmetric matrices.
#pragma once

#include "matrix.h"

namespace linear {

struct Eigen {
  std::vector<double> values;  // descending
  Matrix vectors;              // row k, of length 1, belongs to values[k]
};

// Householder's reduction to a tridiagonal matrix, then the implicit QL algorithm with Wilkinson's
// shift (Golub and Van Loan, Matrix Computations, 4th ed., 8.3). The lower triangle of `a` counts;
// what is above it has to be finite all the same. About 6 n^3 operations. Each vector points so
// that the component of greatest magnitude is positive. Error NUMERIC for what is not finite,
// CANCELLED soon after the host wants to stop (`products` says so).
Eigen symmetric_eigen(Matrix a, const Products& products);

// f(a) of a symmetric matrix by its eigenvalues, V^T f(L) V.
template <typename F>
Matrix function_of(const Eigen& eigen, const Products& products, F f) {
  Matrix scaled = eigen.vectors;
  for (std::size_t k = 0; k < scaled.rows; ++k) {
    const double factor = f(eigen.values[k]);
    for (std::size_t j = 0; j < scaled.columns; ++j) scaled.at(k, j) *= factor;
  }
  return products.transposed_by(eigen.vectors, scaled);
}

}  // namespace linear
