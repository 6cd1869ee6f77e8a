// Verification pairs of rendered people in the structure of LFW's pairs.txt.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace synface::data {

inline constexpr std::uint32_t kLfwFolds = 10;
inline constexpr std::uint32_t kLfwPairs = 300;  // of each kind in a fold

struct LfwPair {
  std::uint32_t fold = 0;
  bool same = false;
  std::uint32_t first = 0, first_sample = 0;  // a person and one of their images, from 0
  std::uint32_t second = 0, second_sample = 0;
};

// The most pairs of one person, and of two people, that every fold can have without repeating one,
// whichever is fewer. People are dealt to the folds in turn as their keyed permutation has them.
std::uint32_t most_lfw_pairs(std::uint32_t people, std::uint32_t samples);

// `pairs` of one person and then `pairs` of two people in each of ten folds that share no person
// (http://vis-www.cs.umass.edu/lfw/README.txt), drawn without repetition and uniformly among those
// of the fold by Philox with key `seed`; sorted within a fold. Needs pairs <= most_lfw_pairs().
std::vector<LfwPair> draw_lfw_pairs(std::uint32_t people, std::uint32_t samples,
                                    std::uint32_t pairs, std::uint64_t seed);

// LFW's file: "10\t300", then "NAME\ti\tj" and "NAME\ti\tNAME\tj" with images from 1.
std::string lfw_pairs_text(const std::vector<LfwPair>& pairs, std::uint32_t pairs_in_fold,
                           const std::function<std::string(std::uint32_t person)>& name);

}  // namespace synface::data
