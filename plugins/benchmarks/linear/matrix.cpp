#include "matrix.h"

#include <algorithm>
#include <cmath>

namespace linear {
namespace {

namespace sdk = synface::sdk;

// A matrix as the host sees it.
struct Lent {
  int64_t shape[2], strides[2];
  synface_tensor tensor{};

  Lent(std::size_t rows, std::size_t columns, double* data)
      : shape{static_cast<int64_t>(rows), static_cast<int64_t>(columns)},
        strides{static_cast<int64_t>(columns), 1} {
    tensor.data = data;
    tensor.dev_type = SYNFACE_DEVICE_CPU;
    tensor.ndim = 2;
    tensor.dtype = sdk::dtype_of<double>();
    tensor.shape = shape;
    tensor.strides = strides;
  }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
};

}  // namespace

void Products::stop_if_told() const {
  if (ctx_.cancel != nullptr && *ctx_.cancel != 0) {
    throw sdk::Error(SYNFACE_ERR_CANCELLED, "cancelled by the host", "evaluate");
  }
}

Matrix Products::product(const Matrix& a, bool ta, const Matrix& b, bool tb) const {
  stop_if_told();
  Matrix c(ta ? a.columns : a.rows, tb ? b.rows : b.columns);
  const Lent la(a.rows, a.columns, const_cast<double*>(a.values.data()));
  const Lent lb(b.rows, b.columns, const_cast<double*>(b.values.data()));
  const Lent lc(c.rows, c.columns, c.values.data());
  synface_error error = sdk::empty_error();
  sdk::check(math_.gemm(&ctx_, &la.tensor, ta ? 1 : 0, &lb.tensor, tb ? 1 : 0, 1.0, 0.0, &lc.tensor,
                        &error),
             error);
  return c;
}

Matrix transposed(const Matrix& a) {
  Matrix t(a.columns, a.rows);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.columns; ++j) t.at(j, i) = a.at(i, j);
  }
  return t;
}

Matrix rows_of(const Matrix& a, const std::vector<std::size_t>& rows) {
  Matrix out(rows.size(), a.columns);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(a.row(rows[i]), a.columns, out.row(i));
  }
  return out;
}

std::vector<double> mean_row(const Matrix& a) {
  std::vector<double> mean(a.columns, 0.0);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.columns; ++j) mean[j] += a.at(i, j);
  }
  for (double& m : mean) m /= static_cast<double>(std::max<std::size_t>(1, a.rows));
  return mean;
}

void subtract_row(Matrix& a, const std::vector<double>& row) {
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.columns; ++j) a.at(i, j) -= row[j];
  }
}

void normalise_rows(Matrix& a) {
  for (std::size_t i = 0; i < a.rows; ++i) {
    const double length = std::sqrt(dot(a.row(i), a.row(i), a.columns));
    const double scale = length > 0.0 ? 1.0 / length : 0.0;
    for (std::size_t j = 0; j < a.columns; ++j) a.at(i, j) *= scale;
  }
}

// Eight sums side by side: the order is fixed, and a compiler makes vectors of it.
double dot(const double* a, const double* b, std::size_t n) {
  double sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (std::size_t k = 0; i < n; ++i, ++k) sums[k] += a[i] * b[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

Matrix squared_distances(const Matrix& a, const Matrix& b, const Products& products) {
  Matrix d = products.by_transposed(a, b);
  std::vector<double> lengths(b.rows);
  for (std::size_t j = 0; j < b.rows; ++j) lengths[j] = dot(b.row(j), b.row(j), b.columns);
  for (std::size_t i = 0; i < a.rows; ++i) {
    const double own = dot(a.row(i), a.row(i), a.columns);
    for (std::size_t j = 0; j < b.rows; ++j) {
      d.at(i, j) = std::max(0.0, own + lengths[j] - 2.0 * d.at(i, j));
    }
  }
  return d;
}

}  // namespace linear
