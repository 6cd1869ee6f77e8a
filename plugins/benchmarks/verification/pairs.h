// Which images a verification test compares.
#pragma once

#include <synface/sdk/benchmark.h>

#include <string>
#include <vector>

namespace verification {

// Pairs over a list of distinct images, which are keys of a set or files.
struct PairList {
  struct Pair {
    uint32_t first, second;  // images
    bool same;
    int64_t fold;  // -1: the list has no folds of its own
  };
  std::vector<synface_key> keys;   // either these,
  std::vector<std::string> files;  // or these
  std::vector<uint32_t> person;    // of each image
  std::vector<Pair> pairs;
  uint32_t people = 0;
};

// Pairs of rendered people, of LFW's structure: at most `genuine` pairs of two samples of one
// person and at most `impostor` pairs of samples of two people, spread evenly over the people and
// drawn without repetition. Depends on the set alone. Error INVALID when the set allows none.
PairList make_pairs(const synface_eval_set& set, uint32_t genuine, uint32_t impostor);

// Who is on an image: the folder that it lies in, with its path, or, for files that lie directly in
// the root, the name up to its last '_'.
std::string person_of(const std::string& path, const std::string& root);

// Pairs of a file about images under a folder, through the host's listing service; people as of
// person_of().
PairList read_pairs(const synface_ext_listing& listing, const std::string& images,
                    const std::string& pairs);

}  // namespace verification
