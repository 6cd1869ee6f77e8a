#include "distribution.h"

#include <algorithm>
#include <cmath>

#include "blocks.h"
#include "linear/eigen.h"

namespace dataset_quality {
namespace {

struct Normal {
  std::vector<double> mean;
  linear::Matrix covariance;
};

Normal normal_of(linear::Matrix x, const linear::Products& products) {
  Normal out{linear::mean_row(x), {}};
  linear::subtract_row(x, out.mean);
  out.covariance = products.transposed_by(x, x);
  for (double& value : out.covariance.values) value /= static_cast<double>(x.rows);
  return out;
}

double root(double value) {
  return value > 0.0 ? std::sqrt(value) : 0.0;
}

}  // namespace

double frechet_distance(const linear::Matrix& a, const linear::Matrix& b,
                        const linear::Products& products) {
  const Normal first = normal_of(a, products), second = normal_of(b, products);
  double distance = 0.0;
  for (std::size_t d = 0; d < first.mean.size(); ++d) {
    const double from = first.mean[d] - second.mean[d];
    distance += from * from;
    distance += first.covariance.at(d, d) + second.covariance.at(d, d);
  }
  // tr (C D)^(1/2) = tr (C^(1/2) D C^(1/2))^(1/2), of a symmetric matrix.
  const linear::Matrix half =
      linear::function_of(linear::symmetric_eigen(first.covariance, products), products, root);
  const linear::Matrix both = products.multiply(products.multiply(half, second.covariance), half);
  for (const double value : linear::symmetric_eigen(both, products).values)
    distance -= 2.0 * root(value);
  return std::max(0.0, distance);
}

PerPerson share_within(const linear::Matrix& of, const linear::Matrix& within, std::size_t k,
                       const linear::Products& products) {
  std::vector<double> radius;
  for_each_row(within, within, products, [&](std::size_t i, double* row) {
    row[i] = 0.0;  // itself is the nearest
    const std::size_t place = std::min(k, within.rows - 1);
    std::nth_element(row, row + place, row + within.rows);
    radius.push_back(row[place]);
  });
  PerPerson out;
  for_each_row(of, within, products, [&](std::size_t, const double* squares) {
    bool inside = false;
    for (std::size_t j = 0; j < within.rows && !inside; ++j) inside = squares[j] <= radius[j];
    out.add(inside ? 1.0 : 0.0);
  });
  return out;
}

}  // namespace dataset_quality
