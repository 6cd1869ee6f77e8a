// Confidence intervals over people: images of one person are not independent, so that whole people
// are drawn, not pairs (Poh, Martin, Bengio: "Performance generalization in biometric
// authentication using joint user-specific and sample bootstraps", TPAMI 2007).
#pragma once

#include <synface/context.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "metrics.h"

namespace verification {

struct Interval {
  double low = 0.0, high = 0.0;
};

// Resamples the n_people with replacement `resamples` times and takes the 2.5% and 97.5% quantiles
// of each figure. A genuine pair weighs as often as its person was drawn, an impostor pair the
// product of both. `figures` maps the pairs' weights, in the order of `pairs`, to values; resamples
// in which a value is NaN (no impostor pair left) are left out for it. Deterministic in `seed`.
// Error CANCELLED between two resamples once the host wants to stop.
std::vector<Interval> identity_bootstrap(
    const std::vector<Scored>& pairs, uint32_t n_people, uint32_t resamples, uint64_t seed,
    const synface_context& ctx,
    const std::function<std::vector<double>(const std::vector<double>& weights)>& figures);

}  // namespace verification
