#include "headc/warp.h"

#include <algorithm>
#include <cstddef>

#include "headc/io.h"

namespace synface::headc {
namespace {

using morphable::Vec3;

// One row of the system: n coefficients, then the three right-hand sides.
using Row = std::vector<double>;

double at(Vec3 p, std::size_t axis) {
  return static_cast<double>(axis == 0 ? p.x : axis == 1 ? p.y : p.z);
}

// Gauss with partial pivoting; the solution stands in the right-hand sides.
void solve(std::vector<Row>& rows) {
  const std::size_t n = rows.size();
  const auto size = [](double x) { return x < 0 ? -x : x; };
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t best = c;
    for (std::size_t r = c + 1; r < n; ++r) {
      if (size(rows[r][c]) > size(rows[best][c])) best = r;
    }
    std::swap(rows[c], rows[best]);
    if (size(rows[c][c]) < 1e-9) {
      throw CompileError(
          "the landmarks lie in one plane or coincide; see that `landmarks` counts "
          "in the 68-point scheme");
    }
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c || rows[r][c] == 0.0) continue;
      const double factor = rows[r][c] / rows[c][c];
      for (std::size_t k = c; k < n + 3; ++k) rows[r][k] -= factor * rows[c][k];
    }
  }
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t k = n; k < n + 3; ++k) rows[r][k] /= rows[r][r];
  }
}

}  // namespace

Warp::Warp(const std::vector<Vec3>& from, const std::vector<Vec3>& to, double smoothing)
    : from_(from) {
  const std::size_t n = from.size();
  std::vector<Row> rows(n + 4, Row(n + 7, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      rows[i][j] = static_cast<double>(length(from[i] - from[j]));
    }
    rows[i][i] = -smoothing;  // the kernel r is conditionally negative definite
    rows[i][n] = rows[n][i] = 1.0;
    for (std::size_t a = 0; a < 3; ++a) {
      rows[i][n + 1 + a] = rows[n + 1 + a][i] = at(from[i], a);
      rows[i][n + 4 + a] = at(to[i], a);
    }
  }
  solve(rows);
  for (const Row& row : rows) weight_.push_back({row[n + 4], row[n + 5], row[n + 6]});
}

Vec3 Warp::operator()(Vec3 p) const {
  double sum[3] = {};
  const auto add = [&](double value, const std::array<double, 3>& weight) {
    for (std::size_t a = 0; a < 3; ++a) sum[a] += value * weight[a];
  };
  const std::size_t n = from_.size();
  for (std::size_t i = 0; i < n; ++i) {
    add(static_cast<double>(length(p - from_[i])), weight_[i]);
  }
  add(1.0, weight_[n]);
  for (std::size_t a = 0; a < 3; ++a) add(at(p, a), weight_[n + 1 + a]);
  return {static_cast<float>(sum[0]), static_cast<float>(sum[1]), static_cast<float>(sum[2])};
}

}  // namespace synface::headc
