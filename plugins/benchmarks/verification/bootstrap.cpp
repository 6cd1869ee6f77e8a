#include "bootstrap.h"

#include <synface/sdk/core.h>
#include <synface/sdk/philox.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace verification {
namespace {

constexpr uint32_t kBootstrapStream = 258;

// Quantile with linear interpolation between order statistics (type 7 of Hyndman and Fan 1996).
double quantile(std::vector<double>& values, double q) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (place - static_cast<double>(low)) * (values[high] - values[low]);
}

}  // namespace

std::vector<Interval> identity_bootstrap(
    const std::vector<Scored>& pairs, uint32_t n_people, uint32_t resamples, uint64_t seed,
    const synface_context& ctx,
    const std::function<std::vector<double>(const std::vector<double>& weights)>& figures) {
  std::vector<std::vector<double>> values;
  std::vector<double> drawn(n_people);
  std::vector<double> weights(pairs.size());
  for (uint32_t b = 0; b < resamples; ++b) {
    if (ctx.cancel != nullptr && *ctx.cancel != 0) {
      throw synface::sdk::Error(SYNFACE_ERR_CANCELLED, "cancelled by the host", "bootstrap");
    }
    synface::sdk::PhiloxStream random(seed, kBootstrapStream, b, 0);
    std::fill(drawn.begin(), drawn.end(), 0.0);
    for (uint32_t i = 0; i < n_people; ++i) drawn[random.below(n_people)] += 1.0;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      weights[p] =
          pairs[p].same ? drawn[pairs[p].first] : drawn[pairs[p].first] * drawn[pairs[p].second];
    }
    const std::vector<double> row = figures(weights);
    values.resize(row.size());
    for (std::size_t f = 0; f < row.size(); ++f) {
      if (!std::isnan(row[f])) values[f].push_back(row[f]);
    }
  }
  std::vector<Interval> intervals;
  for (auto& column : values)
    intervals.push_back({quantile(column, 0.025), quantile(column, 0.975)});
  return intervals;
}

}  // namespace verification
