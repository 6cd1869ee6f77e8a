// What a verification test records, whoever made the scores: verification and linear_verification
// answer with the same metrics, so that the one can be compared with the other pair by pair.
#pragma once

#include <synface/sdk/benchmark.h>

#include <cstdint>
#include <vector>

#include "metrics.h"
#include "protocol.h"

namespace verification {

// accuracy, accuracy_sd, threshold, auc, eer, tar_at_far_1e1 to 1e3, d_prime, genuine_mean,
// impostor_mean, pairs.
std::vector<synface::sdk::Metric> measure_specs();

// Their values; intervals over people of accuracy, auc, eer and the rates (`resamples` draws of
// people, 0: none); the curve "roc"; the artifact of scores.h. `named[i]` is the fold that a pairs
// file names for pair i (-1: none), `people` one more than the largest person of a pair. Error
// CANCELLED soon after the host (`ctx`) wants to stop.
void record_measures(const std::vector<Scored>& pairs, const std::vector<int64_t>& named,
                     uint32_t people, Protocol protocol, uint32_t resamples,
                     const synface_context& ctx, synface::sdk::Results& out);

}  // namespace verification
