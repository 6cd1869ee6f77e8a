#include "principal.h"

#include <synface/sdk/philox.h>

#include <algorithm>
#include <cmath>

#include "eigen.h"

namespace linear {
namespace {

namespace sdk = synface::sdk;

constexpr std::size_t kExact = 768;
constexpr int kRounds = 10;
constexpr uint32_t kStartStream = 301;

Matrix centred(Matrix x, const std::vector<double>& mean) {
  subtract_row(x, mean);
  return x;
}

// The inverse of the lower triangle L of a = L L^T (Cholesky); empty where a pivot says that the
// rows behind `a` are nearly dependent.
Matrix inverse_root_of(Matrix a) {
  const std::size_t n = a.rows;
  double largest = 0.0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, a.at(i, i));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      a.at(i, j) = (a.at(i, j) - dot(a.row(i), a.row(j), j)) / a.at(j, j);
    }
    const double pivot = a.at(i, i) - dot(a.row(i), a.row(i), i);
    if (!(pivot > 1e-10 * largest)) return {};
    a.at(i, i) = std::sqrt(pivot);
  }
  Matrix inverse(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    double* row = inverse.row(i);
    for (std::size_t k = 0; k < i; ++k) {
      const double factor = a.at(i, k);
      for (std::size_t j = 0; j <= k; ++j) row[j] -= factor * inverse.at(k, j);
    }
    for (std::size_t j = 0; j < i; ++j) row[j] /= a.at(i, i);
    row[i] = 1.0 / a.at(i, i);
  }
  return inverse;
}

// V^T L^(-1/2) of an eigendecomposition, without the directions that are not there.
Matrix inverse_root_by_eigen(const Matrix& a, const Products& products) {
  const Eigen eigen = symmetric_eigen(a, products);
  std::size_t rank = 0;
  while (rank < eigen.values.size() && eigen.values[rank] > 1e-14 * eigen.values[0]) ++rank;
  Matrix turn(rank, a.rows);
  for (std::size_t k = 0; k < rank; ++k) {
    const double scale = 1.0 / std::sqrt(eigen.values[k]);
    for (std::size_t j = 0; j < a.rows; ++j) turn.at(k, j) = scale * eigen.vectors.at(k, j);
  }
  return turn;
}

// Rows of an orthonormal basis of the row space of y [p, D]. Twice, since one pass loses half of
// the digits.
Matrix orthonormal(Matrix y, const Products& products) {
  for (int pass = 0; pass < 2; ++pass) {
    const Matrix gram = products.by_transposed(y, y);
    Matrix turn = inverse_root_of(gram);
    if (turn.rows == 0) turn = inverse_root_by_eigen(gram, products);
    y = products.multiply(turn, y);
  }
  return y;
}

// From the eigenvectors of x x^T or x^T x, whichever is smaller. x is centred.
Axes exact_axes(const Matrix& x, std::size_t k, const Products& products) {
  const bool by_rows = x.rows < x.columns;
  const Eigen eigen = symmetric_eigen(
      by_rows ? products.by_transposed(x, x) : products.transposed_by(x, x), products);
  Axes out;
  const std::size_t most = std::min({k, eigen.values.size(), x.rows > 0 ? x.rows - 1 : 0});
  std::vector<std::size_t> taken;
  for (std::size_t i = 0; i < most && eigen.values[i] > 1e-12 * eigen.values[0]; ++i) {
    taken.push_back(i);
    out.variances.push_back(eigen.values[i] / static_cast<double>(x.rows));
  }
  out.axes = rows_of(eigen.vectors, taken);
  if (!by_rows) return out;
  out.axes = products.multiply(out.axes, x);
  normalise_rows(out.axes);
  return out;
}

Axes iterated_axes(const Matrix& x, std::size_t k, const Products& products) {
  const std::size_t most = std::min(x.rows - 1, x.columns);
  const std::size_t width = std::min(most, k + std::max<std::size_t>(16, k / 4));
  Matrix basis(width, x.columns);
  sdk::PhiloxStream random(0, kStartStream, 0, 0);
  for (double& value : basis.values) value = 2.0 * random.uniform_double() - 1.0;
  for (int round = 0; round < kRounds; ++round) {
    basis = orthonormal(std::move(basis), products);
    basis = products.multiply(products.by_transposed(basis, x), x);  // basis x^T x
  }
  basis = orthonormal(std::move(basis), products);
  const Axes inside = exact_axes(products.by_transposed(x, basis), k, products);
  Axes out;
  out.variances = inside.variances;
  out.axes = products.multiply(inside.axes, basis);
  return out;
}

}  // namespace

Matrix Axes::project(Matrix x, const Products& products) const {
  subtract_row(x, mean);
  return products.by_transposed(x, axes);
}

Axes principal_axes(const Matrix& x, std::size_t k, const Products& products) {
  const std::vector<double> mean = mean_row(x);
  const Matrix about = centred(x, mean);
  Axes out = std::min(x.rows, x.columns) <= kExact ? exact_axes(about, k, products)
                                                   : iterated_axes(about, k, products);
  out.mean = mean;
  return out;
}

}  // namespace linear
