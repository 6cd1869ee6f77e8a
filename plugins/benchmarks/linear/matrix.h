// Dense row-major matrices of doubles, and the host's products of them.
#pragma once

#include <synface/ext/math.h>
#include <synface/sdk/benchmark.h>

#include <cstddef>
#include <vector>

namespace linear {

struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values;  // [rows, columns]

  Matrix() = default;
  Matrix(std::size_t n, std::size_t d) : rows(n), columns(d), values(n * d, 0.0) {}

  double* row(std::size_t i) { return values.data() + i * columns; }
  const double* row(std::size_t i) const { return values.data() + i * columns; }
  double& at(std::size_t i, std::size_t j) { return values[i * columns + j]; }
  double at(std::size_t i, std::size_t j) const { return values[i * columns + j]; }
};

// Matrix products by the host's service, in one call of a benchmark.
class Products {
 public:
  Products(const synface_ext_math& math, const synface_context& ctx) : math_(math), ctx_(ctx) {}

  Matrix multiply(const Matrix& a, const Matrix& b) const { return product(a, false, b, false); }
  Matrix by_transposed(const Matrix& a, const Matrix& b) const {  // a b^T
    return product(a, false, b, true);
  }
  Matrix transposed_by(const Matrix& a, const Matrix& b) const {  // a^T b
    return product(a, true, b, false);
  }
  // Error CANCELLED once the host wants to stop: between two products of a long computation.
  void stop_if_told() const;

 private:
  Matrix product(const Matrix& a, bool ta, const Matrix& b, bool tb) const;

  const synface_ext_math& math_;
  const synface_context& ctx_;
};

Matrix transposed(const Matrix& a);
// The given rows, in their order.
Matrix rows_of(const Matrix& a, const std::vector<std::size_t>& rows);
std::vector<double> mean_row(const Matrix& a);
void subtract_row(Matrix& a, const std::vector<double>& row);
// Each row divided by its length; a row of zeros stays.
void normalise_rows(Matrix& a);
double dot(const double* a, const double* b, std::size_t n);
// Squared Euclidean distances of all rows of a to all rows of b, never below 0.
Matrix squared_distances(const Matrix& a, const Matrix& b, const Products& products);

}  // namespace linear
