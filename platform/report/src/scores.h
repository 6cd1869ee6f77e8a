// The scores that a verification benchmark kept of each pair, and the figures made from them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace synface::report {

// Read from <benchmark>.scores.safetensors: tensors score [P] float32, first, second [P] int32
// (people, 0 .. people - 1), same, right [P] uint8; metadata format "synface-scores", version "1".
struct Scores {
  std::int32_t people = 0;
  std::vector<float> score;
  std::vector<std::int32_t> first, second;
  std::vector<std::uint8_t> same, right;
  std::vector<std::uint32_t> order;  // of the pairs by falling score

  bool same_pairs(const Scores& other) const {
    return people == other.people && first == other.first && second == other.second &&
           same == other.same;
  }
};

// Throws kData where the file is none of these or of a newer version.
Scores read_scores(const std::filesystem::path& file);

// The measures that scores give: auc, eer, accuracy (thresholds as they were chosen) and
// tar_at_far_1eN.
bool knows_measure(const std::string& measure);

// One of them with a weight a pair, in the file's order; nothing where a class has no weight. The
// formulas are those of the benchmark that recorded them (auc: Mann-Whitney, ties counting half).
std::optional<double> weighted_figure(const Scores& scores, const std::string& measure,
                                      std::span<const double> weights);

}  // namespace synface::report
