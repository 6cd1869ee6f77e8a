#include "eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace linear {
namespace {

namespace sdk = synface::sdk;

constexpr int kMostSweeps = 64;  // of one eigenvalue; two or three are usual

double length(double a, double b) {
  return std::sqrt(a * a + b * b);
}

struct Tridiagonal {
  std::vector<double> diagonal, below;  // below[i] couples i and i + 1
  Matrix rotation;                      // rows: the basis in which it is tridiagonal
};

// The reflection I - 2 v v^T that clears column k of the symmetric `a` below its subdiagonal;
// empty where there is nothing to clear.
std::vector<double> reflector(const Matrix& a, std::size_t k) {
  const std::size_t n = a.rows;
  std::vector<double> v(n, 0.0);
  double squares = 0.0;
  for (std::size_t i = k + 1; i < n; ++i) {
    v[i] = a.at(i, k);
    squares += v[i] * v[i];
  }
  const double norm = std::sqrt(squares);
  if (norm == 0.0) return {};
  v[k + 1] += std::copysign(norm, v[k + 1]);
  double own = 0.0;
  for (std::size_t i = k + 1; i < n; ++i) own += v[i] * v[i];
  const double scale = 1.0 / std::sqrt(own);
  for (std::size_t i = k + 1; i < n; ++i) v[i] *= scale;
  return v;
}

// a := H a H for rows and columns from k on; `a` is kept whole and symmetric.
void reflect(Matrix& a, const std::vector<double>& v, std::size_t k) {
  const std::size_t n = a.rows;
  std::vector<double> w(n, 0.0);
  for (std::size_t i = k; i < n; ++i) {
    w[i] = dot(a.row(i) + k, v.data() + k, n - k);
  }
  const double along = dot(v.data() + k, w.data() + k, n - k);
  for (std::size_t i = k; i < n; ++i) w[i] -= along * v[i];
  for (std::size_t i = k; i < n; ++i) {
    double* row = a.row(i);
    const double vi = 2.0 * v[i], wi = 2.0 * w[i];
    for (std::size_t j = k; j < n; ++j) row[j] -= vi * w[j] + wi * v[j];
  }
}

Tridiagonal tridiagonal(Matrix a, const Products& products) {
  const std::size_t n = a.rows;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) a.at(i, j) = a.at(j, i);
  }
  std::vector<std::vector<double>> reflectors;
  for (std::size_t k = 0; k + 2 < n; ++k) {
    products.stop_if_told();
    reflectors.push_back(reflector(a, k));
    if (!reflectors.back().empty()) reflect(a, reflectors.back(), k);
  }
  Tridiagonal t;
  t.rotation = Matrix(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    t.diagonal.push_back(a.at(i, i));
    if (i + 1 < n) t.below.push_back(a.at(i + 1, i));
    t.rotation.at(i, i) = 1.0;
  }
  // Rows of (H_0 H_1 ...)^T, from the last reflection on: it touches rows and columns above k only.
  for (std::size_t k = reflectors.size(); k-- > 0;) {
    const std::vector<double>& v = reflectors[k];
    if (v.empty()) continue;
    products.stop_if_told();
    for (std::size_t i = k + 1; i < n; ++i) {
      double* row = t.rotation.row(i);
      const double along = 2.0 * dot(row + k, v.data() + k, n - k);
      for (std::size_t j = k; j < n; ++j) row[j] -= along * v[j];
    }
  }
  return t;
}

// One implicit QL step on the block first .. last.
void ql_step(Tridiagonal& t, std::size_t first, std::size_t last) {
  std::vector<double>&d = t.diagonal, &e = t.below;
  const double half = (d[first + 1] - d[first]) / (2.0 * e[first]);
  double g = d[last] - d[first] + e[first] / (half + std::copysign(length(half, 1.0), half));
  double s = 1.0, c = 1.0, shift = 0.0;
  for (std::size_t i = last; i-- > first;) {
    const double f = s * e[i], b = c * e[i];
    const double r = length(f, g);
    if (i + 1 < last) e[i + 1] = r;
    if (r == 0.0) {  // the block splits here
      d[i + 1] -= shift;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - shift;
    const double turned = (d[i] - g) * s + 2.0 * c * b;
    shift = s * turned;
    d[i + 1] = g + shift;
    g = c * turned - b;
    double *low = t.rotation.row(i), *high = t.rotation.row(i + 1);
    for (std::size_t j = 0; j < t.rotation.columns; ++j) {
      const double u = high[j];
      high[j] = s * low[j] + c * u;
      low[j] = c * low[j] - s * u;
    }
  }
  d[first] -= shift;
  e[first] = g;
}

void diagonalise(Tridiagonal& t, const Products& products) {
  const std::size_t n = t.diagonal.size();
  // Couplings below the rounding of the whole matrix count as none: those of a matrix without full
  // rank sink towards numbers whose squares are zero, and would never get small beside their own
  // diagonal.
  double norm = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    norm = std::max(norm, std::abs(t.diagonal[i]) + (i + 1 < n ? std::abs(t.below[i]) : 0.0));
  }
  const double none = std::numeric_limits<double>::epsilon() * norm;
  for (std::size_t first = 0; first < n; ++first) {
    for (int sweep = 0;; ++sweep) {
      std::size_t last = first;
      for (; last + 1 < n; ++last) {
        if (std::abs(t.below[last]) <= none) break;
      }
      if (last == first) break;
      if (sweep == kMostSweeps) {
        throw sdk::Error(SYNFACE_ERR_NUMERIC, "an eigenvalue does not converge", "eigen");
      }
      products.stop_if_told();
      ql_step(t, first, last);
    }
  }
}

}  // namespace

Eigen symmetric_eigen(Matrix a, const Products& products) {
  double size = 0.0;
  for (const double value : a.values) {
    if (!std::isfinite(value)) {
      throw sdk::Error(SYNFACE_ERR_NUMERIC, "a matrix holds what is no number", "eigen");
    }
    size = std::max(size, std::abs(value));
  }
  const double unit = size > 0.0 ? size : 1.0;  // squares must not sink to zero
  for (double& value : a.values) value /= unit;
  Tridiagonal t = tridiagonal(std::move(a), products);
  diagonalise(t, products);
  const std::size_t n = t.diagonal.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t p, std::size_t q) { return t.diagonal[p] > t.diagonal[q]; });
  Eigen result;
  result.vectors = rows_of(t.rotation, order);
  for (const std::size_t k : order) result.values.push_back(unit * t.diagonal[k]);
  for (std::size_t k = 0; k < n; ++k) {
    double* row = result.vectors.row(k);
    const double largest = *std::max_element(
        row, row + n, [](double p, double q) { return std::abs(p) < std::abs(q); });
    if (largest < 0.0) {
      for (std::size_t j = 0; j < n; ++j) row[j] = -row[j];
    }
  }
  return result;
}

}  // namespace linear
