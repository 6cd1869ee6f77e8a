#include "row_names.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "numbers.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

constexpr std::size_t kFew = 3;
constexpr std::size_t kMostColumns = 5;  // more axes leave no room for a result

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

std::vector<std::string> shown_axes(const Comparison& comparison) {
  if (comparison.axes.size() <= kMostColumns) return comparison.axes;
  return RowNames(comparison).axes();
}

std::string axes_left_out(const Comparison& comparison) {
  const auto shown = shown_axes(comparison);
  std::vector<std::string> names;
  for (const std::string& axis : comparison.axes) {
    if (std::find(shown.begin(), shown.end(), axis) == shown.end()) names.push_back(axis);
  }
  return names.empty() ? "" : "with the rows go (compare --wide): " + join(names, ", ");
}

RowNames::RowNames(const Comparison& comparison)
    : axes_(comparison.axes), experiment_(comparison.experiment) {
  // A floor has a column of its own, and empty ones beside it.
  const auto counted = [](const std::string& axis) { return axis != "floor"; };
  const auto own = [](const std::string& axis) { return axis.find('.') == std::string::npos; };
  std::vector<std::string> words;
  std::copy_if(axes_.begin(), axes_.end(), std::back_inserter(words), own);
  if (std::any_of(words.begin(), words.end(), counted) && tell_apart(comparison, words)) {
    axes_ = std::move(words);
  }
  std::vector<std::string> candidates(axes_.rbegin(), axes_.rend());
  std::stable_partition(candidates.begin(), candidates.end(),
                        [&](const std::string& axis) { return !own(axis); });
  for (const std::string& axis : candidates) {
    if (std::count_if(axes_.begin(), axes_.end(), counted) <= static_cast<std::ptrdiff_t>(kFew)) {
      break;
    }
    if (!counted(axis)) continue;
    std::vector<std::string> rest;
    std::copy_if(axes_.begin(), axes_.end(), std::back_inserter(rest),
                 [&](const std::string& other) { return other != axis; });
    if (tell_apart(comparison, rest)) axes_ = std::move(rest);
  }
  // By the short names among all axes, so that two tables' keys stay apart.
  const auto names = short_names(comparison.axes);
  for (const std::string& axis : axes_) {
    const auto at = std::find(comparison.axes.begin(), comparison.axes.end(), axis);
    names_.push_back(names[static_cast<std::size_t>(at - comparison.axes.begin())]);
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
