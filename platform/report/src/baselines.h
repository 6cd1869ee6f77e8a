// Which cell each row of a comparison is compared with.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "synface/report/comparison.h"

namespace synface::report {

// A floor is shown beside the cells and is none of them: no cell's baseline, in no contrast, and
// not in the family that Holm's correction counts.
bool is_floor(const Cell& cell);

// Over which seeds a cell's values are averaged: the experiment's design, or a floor's own.
SeedDesign design_of(const Comparison& comparison, const Cell& cell);

// Axes (of `axes`) whose value follows from those `named`, and changes with them: the samples of a
// cell whose identities and samples are zipped.
std::vector<std::string> tied_axes(const std::vector<const Cell*>& cells,
                                   const std::vector<std::string>& axes,
                                   const std::vector<std::string>& named);

// Equal on every axis that is not `free`.
bool match(const Cell& a, const Cell& b, const std::vector<std::string>& axes,
           const std::set<std::string>& free);

// Equal texts for what match() holds for: the values on all axes that are not `free`. Cells by the
// thousand are matched through it.
std::string rest_of(const Cell& cell, const std::vector<std::string>& axes,
                    const std::set<std::string>& free);
// Equal for equal axes; numbers by their value (1 and 1.0 are one).
std::string key_of(const Json& axes);

// A row's baseline has these values on the factor axes, and on all others the row's own.
struct BaselineRule {
  Conditions factors;
  // Axes that the contrast names with one value on both sides: they say where it is asked, and a
  // row keeps its own value ("arm = im, samples = 5 against none, 5" compares within each number
  // of samples).
  std::vector<std::string> qualifiers;
  // Without a contrast that says otherwise: a row that differs from the baseline in two axes which
  // the grid varies on their own has none, because its difference would be neither's.
  bool one_change = false;
};

// That of a contrast stated before the run.
BaselineRule rule_of(const Contrast& contrast);
// That of a baseline given by hand; axes that qualify the contrast, if there is one, qualify here
// too.
BaselineRule rule_of(const Conditions& baseline, const std::optional<Primary>& primary);

// Sets Cell::baseline.
void find_baselines(Comparison& comparison, const BaselineRule& rule);

}  // namespace synface::report
