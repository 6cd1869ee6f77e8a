#include "discriminant.h"

#include <algorithm>
#include <cmath>

#include "eigen.h"

namespace linear {
namespace {

namespace sdk = synface::sdk;

double trace(const Matrix& a) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.rows; ++i) sum += a.at(i, i);
  return sum;
}

// Covariance with its spectrum drawn towards the mean variance.
Matrix shrunk(Matrix covariance, double shrinkage) {
  const double mean = trace(covariance) / static_cast<double>(covariance.rows);
  for (double& value : covariance.values) value *= 1.0 - shrinkage;
  for (std::size_t i = 0; i < covariance.rows; ++i) covariance.at(i, i) += shrinkage * mean;
  return covariance;
}

struct Classes {
  Matrix means;                // [C, D]
  std::vector<double> counts;  // rows of each
};

// Takes the class's mean off every row of x. n: how many classes there are; those without a row
// have the mean 0.
Classes take_means(Matrix& x, const std::vector<uint32_t>& klass, std::size_t n) {
  Classes classes{Matrix(n, x.columns), std::vector<double>(n, 0.0)};
  for (std::size_t i = 0; i < x.rows; ++i) {
    classes.counts[klass[i]] += 1.0;
    for (std::size_t j = 0; j < x.columns; ++j) classes.means.at(klass[i], j) += x.at(i, j);
  }
  for (std::size_t c = 0; c < n; ++c) {
    for (std::size_t j = 0; j < x.columns; ++j) {
      classes.means.at(c, j) /= std::max(1.0, classes.counts[c]);
    }
  }
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < x.columns; ++j) x.at(i, j) -= classes.means.at(klass[i], j);
  }
  return classes;
}

// Below which a variance is rounding: an axis along which the rows do not differ is left out, not
// blown up to the size of the others.
double least_variance(const std::vector<double>& descending) {
  constexpr double kRelative = 1e-10;
  return descending.empty() ? 0.0 : kRelative * std::max(0.0, descending.front());
}

double inverse_root(double variance, double least) {
  return variance > least ? 1.0 / std::sqrt(variance) : 0.0;
}

}  // namespace

Matrix Map::apply(Matrix x, const Products& products) const {
  subtract_row(x, mean);
  return products.by_transposed(x, map);
}

Map whitened(const Axes& axes) {
  Map out{axes.mean, axes.axes};
  const double least = least_variance(axes.variances);
  for (std::size_t k = 0; k < out.map.rows; ++k) {
    const double scale = inverse_root(axes.variances[k], least);
    for (std::size_t j = 0; j < out.map.columns; ++j) out.map.at(k, j) *= scale;
  }
  return out;
}

Map discriminant(const Matrix& x, const std::vector<uint32_t>& klass, const Axes& axes,
                 double shrinkage, std::size_t k, const Products& products) {
  Matrix inside = axes.project(x, products);
  const Classes classes =
      take_means(inside, klass, 1 + *std::max_element(klass.begin(), klass.end()));
  double people = 0.0;
  for (const double count : classes.counts) people += count > 0.0 ? 1.0 : 0.0;
  const double freedom = static_cast<double>(x.rows) - people;
  if (freedom < 1.0 || people < 2.0) {
    throw sdk::Error(SYNFACE_ERR_INVALID,
                     "a discriminant needs two people, one of them with two images", "fit");
  }
  Matrix within = products.transposed_by(inside, inside);
  for (double& value : within.values) value /= freedom;
  const Eigen inner = symmetric_eigen(shrunk(std::move(within), shrinkage), products);
  const double least = least_variance(inner.values);
  const Matrix white =
      function_of(inner, products, [&](double value) { return inverse_root(value, least); });
  // The projected rows have mean zero, so that the classes' means are their deviations.
  Matrix between = products.multiply(classes.means, white);
  for (std::size_t c = 0; c < between.rows; ++c) {
    const double root = std::sqrt(classes.counts[c] / static_cast<double>(x.rows));
    for (std::size_t j = 0; j < between.columns; ++j) between.at(c, j) *= root;
  }
  const Eigen apart = symmetric_eigen(products.transposed_by(between, between), products);
  std::vector<std::size_t> taken(
      std::min({k, apart.values.size(), static_cast<std::size_t>(people) - 1}));
  for (std::size_t i = 0; i < taken.size(); ++i) taken[i] = i;
  const Matrix turn = products.multiply(rows_of(apart.vectors, taken), white);
  return {axes.mean, products.multiply(turn, axes.axes)};
}

std::vector<double> two_class_direction(const Matrix& x, const std::vector<bool>& one,
                                        double shrinkage, const Products& products) {
  std::vector<uint32_t> klass(one.begin(), one.end());
  Matrix about = x;
  const Classes classes = take_means(about, klass, 2);
  Matrix within = products.transposed_by(about, about);
  for (double& value : within.values) value /= static_cast<double>(x.rows);
  const double ridge = shrinkage * trace(within) / static_cast<double>(within.rows);
  const Eigen eigen = symmetric_eigen(std::move(within), products);
  const double least = least_variance(eigen.values);
  std::vector<double> direction(x.columns, 0.0);
  for (std::size_t k = 0; k < eigen.values.size(); ++k) {
    double along = 0.0;
    for (std::size_t j = 0; j < x.columns; ++j) {
      along += eigen.vectors.at(k, j) * (classes.means.at(1, j) - classes.means.at(0, j));
    }
    const double variance = eigen.values[k] + ridge;
    const double weight = variance > least ? along / variance : 0.0;
    for (std::size_t j = 0; j < x.columns; ++j) direction[j] += weight * eigen.vectors.at(k, j);
  }
  return direction;
}

}  // namespace linear
