// The score of every pair, kept so that two trainings can be compared over the people of the test:
// the interval of a difference needs both trainings' scores under the same resampling.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metrics.h"

namespace verification {

constexpr const char* kScoresName = "scores.safetensors";
constexpr const char* kScoresMime = "application/x-safetensors";

// A .safetensors file with one row a pair, in the order of the pairs: `score` float32 (cosine),
// `first` and `second` int32 (people, 0 .. people - 1), `same` uint8 (one person), `right` uint8
// (decided rightly in the fold where it was tested); metadata format "synface-scores", version "1",
// people. 14 bytes a pair. Tensors lie in the order of their names' lines above.
std::string scores_file(const std::vector<Scored>& pairs, const std::vector<bool>& right,
                        uint32_t people);

}  // namespace verification
