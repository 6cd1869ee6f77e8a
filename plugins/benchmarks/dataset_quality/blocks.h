// Distances of many rows to many: a few rows at a time, so that no matrix grows with the square of
// the people.
#pragma once

#include <algorithm>
#include <numeric>

#include "linear/matrix.h"

namespace dataset_quality {

// Rows of a matrix with so many columns that are there at a time: 128 MiB at most, but one row.
inline std::size_t rows_of_block(std::size_t columns) {
  constexpr std::size_t kMostRows = 512, kMostValues = std::size_t{16} << 20U;
  return std::max<std::size_t>(
      1, std::min(kMostRows, kMostValues / std::max<std::size_t>(1, columns)));
}

// Calls visit(i, squares) for each row i of `a`: its squared distances to the rows of `b`, which
// may be changed.
template <typename Visit>
void for_each_row(const linear::Matrix& a, const linear::Matrix& b,
                  const linear::Products& products, Visit&& visit) {
  const std::size_t most = rows_of_block(b.rows);
  for (std::size_t first = 0; first < a.rows; first += most) {
    std::vector<std::size_t> rows(std::min(most, a.rows - first));
    std::iota(rows.begin(), rows.end(), first);
    linear::Matrix squares = linear::squared_distances(linear::rows_of(a, rows), b, products);
    for (std::size_t i = 0; i < rows.size(); ++i) visit(first + i, squares.row(i));
  }
}

}  // namespace dataset_quality
