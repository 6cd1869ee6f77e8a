// What tells the rows of a comparison apart, in few words.
#pragma once

#include <string>
#include <vector>

#include "synface/report/comparison.h"

namespace synface::report {

// Axis names without their table, "identities", but for those that two tables have.
std::vector<std::string> short_names(const std::vector<std::string>& axes);

// Names rows by their axes. Of more than three axes those are left out, from the last one on, that
// follow from the others: where "arm" says which generator it goes with, "arm union" is enough.
class RowNames {
 public:
  explicit RowNames(const Comparison& comparison);

  // "identities 250, samples 20"; `axes` may hold seeds too. The experiment's name where there is
  // nothing to tell apart.
  std::string operator()(const Json& axes) const;

 private:
  std::vector<std::string> axes_, names_;
  std::string experiment_;
};

}  // namespace synface::report
