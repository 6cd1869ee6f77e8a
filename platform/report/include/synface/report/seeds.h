// What n counts: which seeds vary behind a mean, and which of their combinations are independent.
//
// Where each value of each seed occurs in one combination only (zipped seeds), nothing is shared
// and each combination is a unit. Where a value is shared by several (crossed seeds), they are
// correlated: two trainings on one set of people are no two sets of people. Then all combinations
// that share a value are averaged, and that mean is the unit: within seed.data where it is shared,
// else within the first of seed.real, seed.test and seed.train that is. A mean, its sd, its n and a
// paired difference all count units.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace synface::report {

struct SeedDesign {
  std::map<std::string, std::set<std::string>> values;  // "data": {"0", "1"}, of every seed
  std::vector<std::string> varying;                     // those with more than one value
  std::optional<std::string> unit;  // the seed within which is averaged; none: nothing is shared
  int combinations = 0;
  int least = 0, most = 0;  // combinations averaged in a unit, where there is one
};

// Of combinations as texts, "data=0 train=1".
SeedDesign seed_design(const std::set<std::string>& combinations);

// The unit that a combination belongs to: itself, or its value of the unit's seed.
std::string unit_of(const SeedDesign& design, const std::string& combination);

// The mean within each unit of values by combination.
std::map<std::string, double> by_unit(const SeedDesign& design,
                                      const std::map<std::string, double>& values);

// What n counts: "seeds", or "data seeds" where other seeds are averaged within them.
std::string unit_name(const SeedDesign& design);
// "4 training seeds averaged within each of 2 data seeds"; empty where nothing is averaged.
std::string describe_averaging(const SeedDesign& design);
// What the spread covers: "the spread covers 8 pairs of seed.data and seed.train, nothing shared".
std::string describe_spread(const SeedDesign& design);

}  // namespace synface::report
