#include "intervals.h"

#include <synface/sdk/philox.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "blocks.h"
#include "quantile.h"

namespace dataset_quality {
namespace {

constexpr uint32_t kStream = 303;
constexpr double kLevel = 0.95;

// What the pairs of two people, or of one, add up to.
enum Sum : std::size_t { kCount, kDistance, kSquare, kUnder, kUnderOther, kSums };
using Sums = std::array<double, kSums>;

void add_pair(double distance, double threshold, double other, double* const* sums) {
  *sums[kCount] += 1.0;
  *sums[kDistance] += distance;
  *sums[kSquare] += distance * distance;
  *sums[kUnder] += distance < threshold ? 1.0 : 0.0;
  *sums[kUnderOther] += distance < other ? 1.0 : 0.0;
}

double sd_of(const Sums& sums) {
  if (!(sums[kCount] > 0.0)) return std::nan("");  // std::max(0, NaN) would be 0
  const double mean = sums[kDistance] / sums[kCount];
  return std::sqrt(std::max(0.0, sums[kSquare] / sums[kCount] - mean * mean));
}

// How many people from `first` on have no more than `most` images, but one at least; `starts` as of
// Faces.
std::size_t people_of_band(const std::vector<std::size_t>& starts, std::size_t first,
                           std::size_t most) {
  std::size_t people = 1;
  while (first + people + 1 < starts.size() && starts[first + people + 1] - starts[first] <= most) {
    ++people;
  }
  return people;
}

// The pairs of a few people in a row, with each other and with everybody after them: for each sum a
// row a person, a column for everybody.
struct Band {
  std::size_t first = 0, people = 0;
  std::array<linear::Matrix, kSums> impostor;
  std::array<std::vector<double>, kSums> genuine;  // of each person of the band
};

Band band_of(const Faces& faces, std::size_t first, std::size_t people, double threshold,
             double other, const linear::Products& products) {
  Band band{first, people, {}, {}};
  for (auto& sum : band.impostor) sum = linear::Matrix(people, faces.people());
  for (auto& sum : band.genuine) sum.assign(people, 0.0);
  const std::size_t start = faces.starts[first], end = faces.starts[first + people];
  std::vector<std::size_t> rows;
  for (std::size_t i = start; i < end; ++i) rows.push_back(i);
  const linear::Matrix squares =
      linear::squared_distances(linear::rows_of(faces.x, rows), faces.x, products);
  for (std::size_t i = start; i < end; ++i) {
    const std::size_t own = faces.person[i] - first;
    for (std::size_t j = i + 1; j < faces.images(); ++j) {
      double* sums[kSums];
      for (std::size_t s = 0; s < kSums; ++s) {
        sums[s] = faces.person[j] == faces.person[i] ? &band.genuine[s][own]
                                                     : &band.impostor[s].at(own, faces.person[j]);
      }
      // Rounded as in all_distances(): thresholds are often distances of that list.
      const auto distance = static_cast<float>(std::sqrt(squares.at(i - start, j)));
      add_pair(static_cast<double>(distance), threshold, other, sums);
    }
  }
  return band;
}

void add_band(const Band& band, const PeopleDraws& draws, const linear::Products& products,
              std::vector<Sums>& genuine, std::vector<Sums>& impostor) {
  for (std::size_t s = 0; s < kSums; ++s) {
    // [draws, people of the band]: the sums over everybody, as often as they were drawn.
    const linear::Matrix with = products.by_transposed(draws.times(), band.impostor[s]);
    for (std::size_t b = 0; b < draws.draws(); ++b) {
      for (std::size_t a = 0; a < band.people; ++a) {
        const double times = draws.times().at(b, band.first + a);
        genuine[b][s] += times * band.genuine[s][a];
        impostor[b][s] += times * with.at(b, a);
      }
    }
  }
}

}  // namespace

double PerPerson::mean() const {
  double all = 0.0, of = 0.0;
  for (std::size_t p = 0; p < sum.size(); ++p) {
    all += sum[p];
    of += weight[p];
  }
  return all / of;
}

PerPerson terms_of(const std::vector<double>& values) {
  PerPerson terms;
  for (const double v : values) terms.add(std::isnan(v) ? 0.0 : v, std::isnan(v) ? 0.0 : 1.0);
  return terms;
}

PeopleDraws::PeopleDraws(std::size_t people, std::size_t draws) : times_(draws, people) {
  for (std::size_t b = 0; b < draws; ++b) {
    synface::sdk::PhiloxStream random(0, kStream, static_cast<uint32_t>(b), 0);
    const auto n = static_cast<uint32_t>(people);
    for (uint32_t i = 0; i < n; ++i) times_.at(b, random.below(n)) += 1.0;
  }
}

std::vector<double> PeopleDraws::means(const PerPerson& figure) const {
  std::vector<double> out;
  for (std::size_t b = 0; b < draws(); ++b) {
    const double* times = times_.row(b);
    out.push_back(linear::dot(times, figure.sum.data(), people()) /
                  linear::dot(times, figure.weight.data(), people()));
  }
  return out;
}

std::vector<double> PeopleDraws::deviations(const std::vector<double>& values) const {
  const PerPerson terms = terms_of(values);
  const std::vector<double> mean = means(terms);
  std::vector<double> out;
  for (std::size_t b = 0; b < draws(); ++b) {
    double squares = 0.0, n = 0.0;
    for (std::size_t p = 0; p < people(); ++p) {
      const double times = times_.at(b, p) * terms.weight[p];
      squares += times * (terms.sum[p] - mean[b]) * (terms.sum[p] - mean[b]);
      n += times;
    }
    out.push_back(n > 1.0 ? std::sqrt(squares / (n - 1.0)) : std::nan(""));
  }
  return out;
}

std::vector<double> PeopleDraws::quantiles(const std::vector<double>& values, double share) const {
  std::vector<std::size_t> order;
  for (std::size_t p = 0; p < people(); ++p) {
    if (!std::isnan(values[p])) order.push_back(p);
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> out, drawn;
  for (std::size_t b = 0; b < draws(); ++b) {
    drawn.clear();
    for (const std::size_t p : order) {
      drawn.insert(drawn.end(), static_cast<std::size_t>(times_.at(b, p)), values[p]);
    }
    out.push_back(drawn.empty() ? std::nan("") : quantile(drawn, share));
  }
  return out;
}

std::optional<Interval> central(std::vector<double> values) {
  const std::size_t all = values.size();
  values.erase(
      std::remove_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); }),
      values.end());
  if (values.empty() || values.size() < all / 2) return std::nullopt;
  std::sort(values.begin(), values.end());
  return Interval{quantile(values, 0.5 - 0.5 * kLevel), quantile(values, 0.5 + 0.5 * kLevel)};
}

double bytes_of_pairs(const std::vector<uint32_t>& images, std::size_t draws) {
  std::vector<std::size_t> starts = {0};
  for (const uint32_t n : images) starts.push_back(starts.back() + n);
  const std::size_t people = images.size(), most = rows_of_block(starts.back());
  double band = 0.0;
  for (std::size_t first = 0; first < people;) {
    const std::size_t some = people_of_band(starts, first, most);
    const std::size_t rows = starts[first + some] - starts[first];
    const auto sums = draws > 0 ? static_cast<double>(kSums * people + draws) : 0.0;
    band = std::max(band, static_cast<double>(std::max(rows, std::min(most, starts.back()))) *
                                  static_cast<double>(starts.back()) +
                              static_cast<double>(some) * sums);
    first += some;
  }
  // Two sets of draws: of everybody, and of those whose neighbours are counted.
  return (band + 2.0 * static_cast<double>(people) * static_cast<double>(draws)) * sizeof(double);
}

PairDraws pair_draws(const Faces& faces, double threshold, double other, const PeopleDraws& draws,
                     const linear::Products& products) {
  std::vector<Sums> genuine(draws.draws(), Sums{}), impostor = genuine;
  const std::size_t most = rows_of_block(faces.images());
  for (std::size_t first = 0; first < faces.people();) {
    const std::size_t people = people_of_band(faces.starts, first, most);
    add_band(band_of(faces, first, people, threshold, other, products), draws, products, genuine,
             impostor);
    first += people;
  }
  PairDraws out;
  for (std::size_t b = 0; b < draws.draws(); ++b) {
    const Sums &g = genuine[b], &i = impostor[b];
    const double g_sd = sd_of(g), i_sd = sd_of(i);
    out.genuine_mean.push_back(g[kDistance] / g[kCount]);
    out.genuine_sd.push_back(g_sd);
    out.genuine_under.push_back(g[kUnder] / g[kCount]);
    out.impostor_mean.push_back(i[kDistance] / i[kCount]);
    out.impostor_sd.push_back(i_sd);
    out.impostors_under.push_back(i[kUnder] / i[kCount]);
    out.impostors_under_other.push_back(i[kUnderOther] / i[kCount]);
    out.d_prime.push_back(std::abs(out.impostor_mean.back() - out.genuine_mean.back()) /
                          std::sqrt(0.5 * (g_sd * g_sd + i_sd * i_sd)));
  }
  return out;
}

}  // namespace dataset_quality
