// What `data build` is to do: what it was told, what the set's manifest has of it already, and what
// that takes.
#pragma once

#include <synface/data/named_set.h>

#include <CLI/CLI.hpp>

#include "pictures.h"

namespace synface::worker {

// Everything that a set's pictures depend on.
struct BuildTerms {
  PictureOptions pictures;
  std::int64_t heldout = 0;          // people who are in no training set
  std::int64_t heldout_samples = 6;  // images of each
  std::uint64_t seed_test = 1000003;
  std::int64_t pairs = -1;  // of each kind in a fold; -1: as LFW, or as many as there are
};

void add_build_options(CLI::App& command, BuildTerms& terms);

Json to_json(const BuildTerms& terms);
// Takes from a manifest's `build` what was not given on the command line.
void take_recorded(const CLI::App& command, const Json& build, BuildTerms& terms);

// The set that the terms describe, without a sum of a block. Error(kUsage) for pairs or people that
// cannot be.
data::NamedSet plan_set(const std::string& name, const BuildTerms& terms, const Pictures& pictures);
// Error(kUsage) that names what differs, where the recorded set has other pictures.
void check_same(const data::NamedSet& recorded, const data::NamedSet& planned);
// The seed of a part, and its images of each person.
std::uint64_t seed_of(const BuildTerms& terms, const data::SetPart& part);
std::vector<std::uint32_t> samples_of(const data::SetPart& part);

struct Needs {
  std::uint64_t images = 0;   // of the set
  std::uint64_t missing = 0;  // of them, to be rendered
  std::uint64_t bytes = 0;    // of the whole set on the disk
  std::uint64_t needed = 0;   // free space that the missing ones take
  std::uint64_t free = 0;
  bool fits() const { return needed <= free; }
};
Needs needs_of(const data::NamedSet& set);
// Error(kNoSpace) with the numbers where it does not fit.
void check_space(const data::NamedSet& set, const Needs& needs);

}  // namespace synface::worker
