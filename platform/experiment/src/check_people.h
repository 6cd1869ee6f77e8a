// People trained on, or fitted to, must not be people tested on: what has learnt its test people is
// measured too well, and nothing in its figures shows it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "overlap.h"
#include "synface/experiment/check.h"

namespace synface::experiment {

class PeopleCheck {
 public:
  // The references must outlive it; `cache`: the folder of content identities.
  PeopleCheck(const plugin::ContentIdentity& content, std::filesystem::path cache,
              Diagnostics& diagnostics)
      : finder_(content, std::move(cache)), diagnostics_(diagnostics) {}

  // An error for every two sets of the trial that share people, or a warning where
  // real.allow_overlap is true, or for a fit the benchmark's own allow_overlap; then also [{train,
  // test, people, pictures}], for the records. Error(kData) where a folder or a pairs file cannot
  // be read.
  Json check(const Node& document, const Checked& checked);

 private:
  struct Set {
    std::string name;  // "real.train", "generator.path"
    std::filesystem::path folder;
    Location where;
  };
  struct Pair;  // of a set that is learnt from and one that is tested on
  std::vector<Set> train_sets(const Node& document, const Checked& checked) const;
  std::vector<Pair> pairs_of(const Node& document, const Checked& checked) const;
  bool is_folder(const Set& set) const;  // says so where it is none

  OverlapFinder finder_;
  Diagnostics& diagnostics_;
};

}  // namespace synface::experiment
