// What tells the rows of a comparison apart, in few words.
#pragma once

#include <string>
#include <vector>

#include "synface/report/comparison.h"

namespace synface::report {

// Axis names without their table, "identities", but for those that two tables have.
std::vector<std::string> short_names(const std::vector<std::string>& axes);

// The axes that a table has columns for: all, or of more than five those that tell the rows apart.
std::vector<std::string> shown_axes(const Comparison& comparison);
// A note that names the others; empty where there are none.
std::string axes_left_out(const Comparison& comparison);

// Names rows by their axes. Where words of the experiment's own (an axis without a dot, "arm") tell
// all rows apart they are enough. Else, of more than three axes, those are left out that follow
// from the others, keys from the last one on before words.
class RowNames {
 public:
  explicit RowNames(const Comparison& comparison);

  // "identities 250, samples 20"; `axes` may hold seeds too. The experiment's name where there is
  // nothing to tell apart.
  std::string operator()(const Json& axes) const;
  // Those that are named.
  const std::vector<std::string>& axes() const { return axes_; }

 private:
  std::vector<std::string> axes_, names_;
  std::string experiment_;
};

}  // namespace synface::report
