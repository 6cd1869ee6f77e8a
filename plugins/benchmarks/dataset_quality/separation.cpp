#include "separation.h"

#include <algorithm>
#include <cmath>

#include "blocks.h"

namespace dataset_quality {

namespace {
namespace sdk = synface::sdk;
}  // namespace

Distances all_distances(const Faces& faces, const linear::Products& products) {
  Distances out;
  std::size_t genuine = 0;
  for (std::size_t p = 0; p < faces.people(); ++p) {
    genuine += faces.images_of(p) * (faces.images_of(p) - 1) / 2;
  }
  // Growing by halves or doubles would take a multiple of what the lists are.
  out.genuine.reserve(genuine);
  out.impostor.reserve(faces.images() * (faces.images() - 1) / 2 - genuine);
  for_each_row(faces.x, faces.x, products, [&](std::size_t i, const double* squares) {
    for (std::size_t j = i + 1; j < faces.images(); ++j) {
      const bool same = faces.person[i] == faces.person[j];
      (same ? out.genuine : out.impostor).push_back(static_cast<float>(std::sqrt(squares[j])));
    }
  });
  if (out.genuine.empty() || out.impostor.empty()) {
    throw sdk::Error(SYNFACE_ERR_INVALID,
                     "quality needs two people, one of them with two images at least", "set");
  }
  std::sort(out.genuine.begin(), out.genuine.end());
  std::sort(out.impostor.begin(), out.impostor.end());
  return out;
}

Spread spread_of(const std::vector<float>& values) {
  const auto n = static_cast<double>(values.size());
  Spread out;
  for (const float v : values) out.mean += static_cast<double>(v);
  out.mean /= n;
  for (const float v : values) {
    const double from = static_cast<double>(v) - out.mean;
    out.sd += from * from;
  }
  out.sd = std::sqrt(out.sd / n);
  return out;
}

double d_prime(const Spread& genuine, const Spread& impostor) {
  const double variance = 0.5 * (genuine.sd * genuine.sd + impostor.sd * impostor.sd);
  return std::abs(impostor.mean - genuine.mean) / std::sqrt(variance);
}

double share_below(const std::vector<float>& sorted, double value) {
  const auto below = std::lower_bound(sorted.begin(), sorted.end(), value, [](float v, double to) {
    return static_cast<double>(v) < to;
  });
  return static_cast<double>(below - sorted.begin()) / static_cast<double>(sorted.size());
}

double equal_error_distance(const Distances& distances) {
  double low = 0.0;
  double high = static_cast<double>(std::max(distances.genuine.back(), distances.impostor.back()));
  for (int step = 0; step < 60; ++step) {  // false accepts rise with the distance, rejects fall
    const double middle = 0.5 * (low + high);
    const double rejects = 1.0 - share_below(distances.genuine, middle);
    (share_below(distances.impostor, middle) < rejects ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

Density density(const std::vector<float>& sorted, double top, std::size_t bins) {
  Density out;
  const double width = top / static_cast<double>(bins);
  for (std::size_t b = 0; b < bins; ++b) {
    const double left = width * static_cast<double>(b);
    out.x.push_back(left + 0.5 * width);
    out.y.push_back((share_below(sorted, left + width) - share_below(sorted, left)) / width);
  }
  return out;
}

}  // namespace dataset_quality
