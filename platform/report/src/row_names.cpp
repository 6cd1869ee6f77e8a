#include "row_names.h"

#include <algorithm>
#include <map>
#include <set>

#include "numbers.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

constexpr std::size_t kFew = 3;

// Whether the rows still differ in these axes.
bool tell_apart(const Comparison& comparison, const std::vector<std::string>& axes) {
  std::set<std::string> distinct;
  for (const Cell& cell : comparison.cells) {
    Json values = Json::array();
    for (const std::string& axis : axes) values.push_back(cell.axes.value(axis, Json()));
    if (!distinct.insert(values.dump()).second) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> short_names(const std::vector<std::string>& axes) {
  const auto last = [](const std::string& axis) { return axis.substr(axis.rfind('.') + 1); };
  std::map<std::string, int> uses;
  for (const std::string& axis : axes) ++uses[last(axis)];
  std::vector<std::string> names;
  for (const std::string& axis : axes) names.push_back(uses[last(axis)] == 1 ? last(axis) : axis);
  return names;
}

RowNames::RowNames(const Comparison& comparison)
    : axes_(comparison.axes),
      names_(short_names(comparison.axes)),
      experiment_(comparison.experiment) {
  // A floor has a column of its own, and empty ones beside it.
  const auto counted = [](const std::string& axis) { return axis != "floor"; };
  for (std::size_t i = axes_.size(); i-- > 0;) {
    if (!counted(axes_[i])) continue;
    if (std::count_if(axes_.begin(), axes_.end(), counted) <= static_cast<std::ptrdiff_t>(kFew)) {
      break;
    }
    std::vector<std::string> rest = axes_;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (!tell_apart(comparison, rest)) continue;
    axes_ = std::move(rest);
    names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::string RowNames::operator()(const Json& axes) const {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    if (axes.contains(axes_[i])) words.push_back(names_[i] + " " + plain(axes.at(axes_[i])));
  }
  return words.empty() ? experiment_ : join(words, ", ");
}

}  // namespace synface::report
