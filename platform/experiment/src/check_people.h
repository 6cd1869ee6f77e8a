// People trained on must not be people tested on: a network that has learnt its test people is
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
  // real.allow_overlap is true; then also [{train, test, people, pictures}], for the records.
  // Error(kData) where a folder or a pairs file cannot be read.
  Json check(const Node& document, const Checked& checked);

 private:
  struct Set {
    std::string name;  // "real.train", "generator.path"
    std::filesystem::path folder;
    Location where;
  };
  std::vector<Set> train_sets(const Node& document, const Checked& checked) const;

  OverlapFinder finder_;
  Diagnostics& diagnostics_;
};

}  // namespace synface::experiment
