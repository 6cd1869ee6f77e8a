#include "identity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

#include "blocks.h"

namespace dataset_quality {
namespace {

linear::Matrix centres_of(const Faces& faces) {
  linear::Matrix centres(faces.people(), faces.x.columns);
  for (std::size_t i = 0; i < faces.images(); ++i) {
    for (std::size_t d = 0; d < faces.x.columns; ++d) {
      centres.at(faces.person[i], d) += faces.x.at(i, d);
    }
  }
  for (std::size_t p = 0; p < faces.people(); ++p) {
    for (std::size_t d = 0; d < faces.x.columns; ++d) {
      centres.at(p, d) /= static_cast<double>(faces.images_of(p));
    }
  }
  return centres;
}

double mean_distance(const Faces& faces, std::size_t person, const linear::Products& products) {
  const std::size_t n = faces.images_of(person);
  if (n < 2) return std::nan("");
  std::vector<std::size_t> rows(n);
  for (std::size_t k = 0; k < n; ++k) rows[k] = faces.starts[person] + k;
  const linear::Matrix own = linear::rows_of(faces.x, rows);
  const linear::Matrix squares = linear::squared_distances(own, own, products);
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) sum += std::sqrt(squares.at(i, j));
  }
  return 2.0 * sum / static_cast<double>(n * (n - 1));
}

// x - c' = n / (n - 1) (x - c) for the centre c' of the n - 1 others.
double distance_to_others(const Faces& faces, const linear::Matrix& centres, std::size_t image) {
  const std::size_t own = faces.person[image];
  const auto n = static_cast<double>(faces.images_of(own));
  if (n < 2.0) return std::nan("");
  double squares = 0.0;
  for (std::size_t d = 0; d < centres.columns; ++d) {
    const double from = faces.x.at(image, d) - centres.at(own, d);
    squares += from * from;
  }
  return n / (n - 1.0) * std::sqrt(squares);
}

}  // namespace

Identities measure(const Faces& faces, const linear::Products& products) {
  Identities out;
  out.centres = centres_of(faces);
  for (std::size_t i = 0; i < faces.images(); ++i) {
    out.others.push_back(distance_to_others(faces, out.centres, i));
  }
  for (std::size_t p = 0; p < faces.people(); ++p) {
    out.within.push_back(mean_distance(faces, p, products));
  }
  return out;
}

std::vector<double> nearest(const linear::Matrix& centres, const linear::Products& products) {
  std::vector<double> out;
  for_each_row(centres, centres, products, [&](std::size_t i, const double* squares) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < centres.rows; ++j) {
      if (j != i) least = std::min(least, squares[j]);
    }
    out.push_back(std::sqrt(least));
  });
  return out;
}

PerPerson uniqueness(const Faces& faces, double threshold, const linear::Products& products) {
  const std::vector<std::size_t> references(faces.starts.begin(), faces.starts.end() - 1);
  const linear::Matrix own = linear::rows_of(faces.x, references);
  std::vector<std::size_t> kept;
  PerPerson out;
  for_each_row(own, own, products, [&](std::size_t i, const double* squares) {
    const bool taken = std::any_of(kept.begin(), kept.end(), [&](std::size_t k) {
      return squares[k] < threshold * threshold;
    });
    if (!taken) kept.push_back(i);
    out.add(taken ? 0.0 : 1.0);
  });
  return out;
}

PerPerson consistency(const Faces& faces, double threshold) {
  PerPerson out;
  for (std::size_t p = 0; p < faces.people(); ++p) {
    if (faces.images_of(p) < 2) {
      out.add(0.0, 0.0);
      continue;
    }
    const double* reference = faces.x.row(faces.starts[p]);
    double near = 0.0;
    for (std::size_t i = faces.starts[p] + 1; i < faces.starts[p + 1]; ++i) {
      double squares = 0.0;
      for (std::size_t d = 0; d < faces.x.columns; ++d) {
        const double from = faces.x.at(i, d) - reference[d];
        squares += from * from;
      }
      near += squares < threshold * threshold ? 1.0 : 0.0;
    }
    out.add(near / static_cast<double>(faces.images_of(p) - 1));
  }
  return out;
}

PerPerson identified(const Faces& faces, const Identities& identities,
                     const linear::Products& products) {
  PerPerson out;
  out.sum.assign(faces.people(), 0.0);
  out.weight.assign(faces.people(), 0.0);
  for_each_row(faces.x, identities.centres, products, [&](std::size_t i, const double* squares) {
    const std::size_t own = faces.person[i];
    if (faces.images_of(own) < 2) return;
    bool nearest_is_own = true;
    for (std::size_t p = 0; p < faces.people(); ++p) {
      if (p != own && std::sqrt(squares[p]) < identities.others[i]) nearest_is_own = false;
    }
    out.sum[own] += nearest_is_own ? 1.0 : 0.0;
    out.weight[own] += 1.0;
  });
  return out;
}

double dimensions(const linear::Matrix& centres, const linear::Products& products) {
  linear::Matrix about = centres;
  linear::subtract_row(about, linear::mean_row(centres));
  // tr C and tr C^2 from the products of the rows among each other.
  const linear::Matrix gram = about.rows < about.columns ? products.by_transposed(about, about)
                                                         : products.transposed_by(about, about);
  double trace = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < gram.rows; ++i) trace += gram.at(i, i);
  for (const double value : gram.values) squares += value * value;
  return squares > 0.0 ? trace * trace / squares : 0.0;
}

std::vector<LookAlike> look_alikes(const linear::Matrix& centres, std::size_t n,
                                   const linear::Products& products) {
  const auto nearer = [](const LookAlike& a, const LookAlike& b) {
    return std::tie(a.distance, a.first, a.second) < std::tie(b.distance, b.first, b.second);
  };
  // A pair that is taken rules out fewer than two times the people, so that among so many nearest
  // pairs there is always the next one.
  const std::size_t enough = n * (2 * centres.rows + 1);
  std::vector<LookAlike> pairs;
  for_each_row(centres, centres, products, [&](std::size_t i, const double* squares) {
    for (std::size_t j = i + 1; j < centres.rows; ++j) {
      pairs.push_back({i, j, std::sqrt(squares[j])});
    }
    if (pairs.size() <= 2 * enough) return;
    std::nth_element(pairs.begin(), pairs.begin() + static_cast<std::ptrdiff_t>(enough),
                     pairs.end(), nearer);
    pairs.resize(enough);
  });
  std::sort(pairs.begin(), pairs.end(), nearer);
  std::vector<LookAlike> out;
  std::set<std::size_t> used;
  for (const LookAlike& pair : pairs) {
    if (out.size() == n) break;
    if (used.count(pair.first) != 0 || used.count(pair.second) != 0) continue;
    used.insert({pair.first, pair.second});
    out.push_back(pair);
  }
  return out;
}

std::vector<OddImage> odd_images(const Faces& faces, const Identities& identities, std::size_t n) {
  std::vector<OddImage> oddest;
  for (std::size_t p = 0; p < faces.people(); ++p) {
    if (faces.images_of(p) < 2) continue;
    OddImage odd{faces.starts[p], identities.others[faces.starts[p]]};
    for (std::size_t i = faces.starts[p]; i < faces.starts[p + 1]; ++i) {
      if (identities.others[i] > odd.distance) odd = {i, identities.others[i]};
    }
    oddest.push_back(odd);
  }
  std::stable_sort(oddest.begin(), oddest.end(),
                   [](const OddImage& a, const OddImage& b) { return a.distance > b.distance; });
  if (oddest.size() > n) oddest.resize(n);
  return oddest;
}

Moments moments_of(const std::vector<double>& values) {
  Moments out;
  double n = 0.0;
  for (const double v : values) {
    if (std::isnan(v)) continue;
    out.mean += v;
    n += 1.0;
  }
  out.mean /= n;
  for (const double v : values) {
    if (!std::isnan(v)) out.sd += (v - out.mean) * (v - out.mean);
  }
  out.sd = n > 1.0 ? std::sqrt(out.sd / (n - 1.0)) : 0.0;
  return out;
}

}  // namespace dataset_quality
