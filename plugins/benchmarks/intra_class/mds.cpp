#include "mds.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace intra_class {
namespace {

struct Eigen {
  std::vector<double> values, vectors;  // vectors: column k belongs to values[k]
};

// Cyclic Jacobi rotations on a symmetric matrix; plenty for the sizes here.
Eigen symmetric_eigen(std::vector<double> a, std::size_t n) {
  Eigen result;
  result.vectors.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) result.vectors[i * n + i] = 1.0;
  const auto rotate = [&](std::vector<double>& m, std::size_t i, std::size_t j, double c,
                          double s) {
    for (std::size_t k = 0; k < n; ++k) {
      const double u = m[k * n + i];
      const double v = m[k * n + j];
      m[k * n + i] = c * u - s * v;
      m[k * n + j] = s * u + c * v;
    }
  };
  for (int sweep = 0; sweep < 60; ++sweep) {
    double off = 0.0;
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) off += a[p * n + q] * a[p * n + q];
    }
    if (off < 1e-22) break;
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        if (a[p * n + q] == 0.0) continue;
        const double theta = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
        const double t =
            (theta >= 0.0 ? 1.0 : -1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
        const double c = 1.0 / std::sqrt(t * t + 1.0);
        const double s = t * c;
        rotate(a, p, q, c, s);
        for (std::size_t k = 0; k < n; ++k) {
          const double u = a[p * n + k];
          const double v = a[q * n + k];
          a[p * n + k] = c * u - s * v;
          a[q * n + k] = s * u + c * v;
        }
        rotate(result.vectors, p, q, c, s);
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) result.values.push_back(a[i * n + i]);
  return result;
}

std::vector<double> axis(const Eigen& eigen, std::size_t n, std::size_t k) {
  const double root = std::sqrt(std::max(eigen.values[k], 0.0));
  std::vector<double> points(n);
  double largest = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    points[i] = root * eigen.vectors[i * n + k];
    if (std::abs(points[i]) > std::abs(largest)) largest = points[i];
  }
  if (largest < 0.0) {
    for (double& p : points) p = -p;
  }
  return points;
}

}  // namespace

Plane classical_mds(const std::vector<double>& distances, std::size_t n) {
  std::vector<double> b(n * n);
  std::vector<double> row(n, 0.0);
  double all = 0.0;
  const auto size = static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      b[i * n + j] = distances[i * n + j] * distances[i * n + j];
      row[i] += b[i * n + j] / size;
    }
    all += row[i] / size;
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      b[i * n + j] = -0.5 * (b[i * n + j] - row[i] - row[j] + all);
    }
  }
  const Eigen eigen = symmetric_eigen(std::move(b), n);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t p, std::size_t q) { return eigen.values[p] > eigen.values[q]; });
  Plane plane;
  plane.x = n > 0 ? axis(eigen, n, order[0]) : std::vector<double>();
  plane.y = n > 1 ? axis(eigen, n, order[1]) : std::vector<double>(n, 0.0);
  return plane;
}

}  // namespace intra_class
