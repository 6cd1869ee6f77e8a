// Which trials are meant, by their tags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synface::report {

struct TagFilter {
  std::vector<std::string> with;     // all of these
  std::vector<std::string> without;  // none of these

  bool empty() const { return with.empty() && without.empty(); }
};

// " AND ..." for a statement whose column `trial` has a trial's number; empty for an empty filter.
// Throws kUsage for what is no tag.
std::string tag_condition(const TagFilter& filter, std::string_view trial);
// The same for an experiment's number and its own tags.
std::string experiment_tag_condition(const TagFilter& filter, std::string_view experiment);

// "--tag first --without bad".
std::string to_string(const TagFilter& filter);

}  // namespace synface::report
