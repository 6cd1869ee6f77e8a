#include "distribution.h"

#include <algorithm>
#include <cmath>

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
      linear::function_of(linear::symmetric_eigen(first.covariance), products, root);
  const linear::Matrix both = products.multiply(products.multiply(half, second.covariance), half);
  for (const double value : linear::symmetric_eigen(both).values) distance -= 2.0 * root(value);
  return std::max(0.0, distance);
}

double share_within(const linear::Matrix& of, const linear::Matrix& within, std::size_t k,
                    const linear::Products& products) {
  linear::Matrix own = linear::squared_distances(within, within, products);
  std::vector<double> radius;
  for (std::size_t i = 0; i < own.rows; ++i) {
    double* row = own.row(i);
    row[i] = 0.0;  // itself is the nearest
    const std::size_t place = std::min(k, own.columns - 1);
    std::nth_element(row, row + place, row + own.columns);
    radius.push_back(row[place]);
  }
  const linear::Matrix squares = linear::squared_distances(of, within, products);
  double inside = 0.0;
  for (std::size_t i = 0; i < squares.rows; ++i) {
    for (std::size_t j = 0; j < squares.columns; ++j) {
      if (squares.at(i, j) <= radius[j]) {
        inside += 1.0;
        break;
      }
    }
  }
  return inside / static_cast<double>(std::max<std::size_t>(1, of.rows));
}

}  // namespace dataset_quality
