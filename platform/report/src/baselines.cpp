#include "baselines.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "synface/base/text.h"

namespace synface::report {
namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string value_of(const Cell& cell, const std::string& axis) {
  const Json value = cell.axes.value(axis, Json());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<const Cell*> proper_cells(const Comparison& comparison) {
  std::vector<const Cell*> cells;
  for (const Cell& cell : comparison.cells) {
    if (!is_floor(cell)) cells.push_back(&cell);
  }
  return cells;
}

// Whether the value of `from` gives that of `to` in all of these cells.
bool determines(const std::vector<const Cell*>& cells, const std::string& from,
                const std::string& to) {
  std::map<std::string, std::string> seen;
  return std::all_of(cells.begin(), cells.end(), [&](const Cell* cell) {
    const auto [entry, added] = seen.emplace(value_of(*cell, from), value_of(*cell, to));
    return added || entry->second == value_of(*cell, to);
  });
}

// Whether a row and its candidate differ in one thing: a single axis, or axes that the grid
// changes together.
bool one_change(const Cell& row, const Cell& candidate, const std::vector<const Cell*>& cells,
                const Names& axes, const Names& named) {
  Names changed;
  for (const std::string& axis : named) {
    if (value_of(row, axis) != value_of(candidate, axis)) changed.push_back(axis);
  }
  if (changed.size() < 2) return true;
  const std::set<std::string> free(changed.begin(), changed.end());
  std::vector<const Cell*> peers;
  for (const Cell* cell : cells) {
    if (match(*cell, candidate, axes, free)) peers.push_back(cell);
  }
  for (const std::string& from : changed) {
    for (const std::string& to : changed) {
      if (!determines(peers, from, to)) return false;
    }
  }
  return true;
}

// A baseline and the rows that are compared with it.
struct Group {
  const Cell* baseline = nullptr;
  Names shared, own;  // axes on which all of its rows agree with it, and the others
};

std::vector<Group> groups_of(const Comparison& comparison) {
  std::map<std::size_t, Group> groups;
  for (const Cell& cell : comparison.cells) {
    if (cell.baseline) groups[*cell.baseline].baseline = &comparison.cells[*cell.baseline];
  }
  for (auto& [place, group] : groups) {
    for (const std::string& axis : comparison.axes) {
      if (!group.baseline->axes.contains(axis)) continue;
      const bool all =
          std::all_of(comparison.cells.begin(), comparison.cells.end(), [&](const Cell& cell) {
            return cell.baseline != place ||
                   value_of(cell, axis) == value_of(*group.baseline, axis);
          });
      (all ? group.shared : group.own).push_back(axis);
    }
  }
  std::vector<Group> result;
  for (auto& [place, group] : groups) result.push_back(std::move(group));
  return result;
}

std::string conditions_text(const Cell& cell, const Names& axes) {
  Names words;
  for (const std::string& axis : axes) words.push_back(axis + " = " + value_of(cell, axis));
  return join(words, ", ");
}

// "AXIS=VALUE" and a line break; numbers by their value.
void add_value(const std::string& axis, const Json& value, std::string& text) {
  text += axis + "=";
  text += value.is_number() ? fmt::format("{}", value.get<double>()) : value.dump();
  text += "\n";
}

}  // namespace

bool is_floor(const Cell& cell) {
  return cell.axes.contains("floor");
}

SeedDesign design_of(const Comparison& comparison, const Cell& cell) {
  if (!is_floor(cell)) return comparison.seed_design;
  std::set<std::string> combinations;
  for (const auto& [name, metric] : cell.metrics) {
    for (const auto& [seeds, value] : metric.values) combinations.insert(seeds);
  }
  return seed_design(combinations);
}

std::vector<std::string> tied_axes(const std::vector<const Cell*>& cells,
                                   const std::vector<std::string>& axes,
                                   const std::vector<std::string>& named) {
  std::vector<std::string> tied;
  for (const std::string& axis : axes) {
    if (contains(named, axis)) continue;
    std::map<std::string, std::set<std::string>> by_named;
    std::set<std::string> all;
    for (const Cell* cell : cells) {
      std::string key;
      for (const std::string& name : named) key += value_of(*cell, name) + " ";
      by_named[key].insert(value_of(*cell, axis));
      all.insert(value_of(*cell, axis));
    }
    const bool follows = std::all_of(by_named.begin(), by_named.end(),
                                     [](const auto& entry) { return entry.second.size() == 1; });
    if (follows && all.size() > 1) tied.push_back(axis);
  }
  return tied;
}

bool match(const Cell& a, const Cell& b, const std::vector<std::string>& axes,
           const std::set<std::string>& free) {
  return std::all_of(axes.begin(), axes.end(), [&](const std::string& axis) {
    return free.contains(axis) || a.axes.value(axis, Json()) == b.axes.value(axis, Json());
  });
}

std::string rest_of(const Cell& cell, const std::vector<std::string>& axes,
                    const std::set<std::string>& free) {
  std::string text;
  for (const std::string& axis : axes) {
    if (free.contains(axis)) continue;
    const auto value = cell.axes.find(axis);
    if (value != cell.axes.end()) add_value(axis, *value, text);
  }
  return text;
}

std::string key_of(const Json& axes) {
  std::string text;
  for (const auto& [axis, value] : axes.items()) add_value(axis, value, text);
  return text;
}

BaselineRule rule_of(const Contrast& contrast) {
  BaselineRule rule;
  for (const Condition& condition : contrast.baseline) {
    const bool same = std::any_of(contrast.treatment.begin(), contrast.treatment.end(),
                                  [&](const Condition& other) {
                                    return other.axis == condition.axis &&
                                           holds({other}, {{condition.axis, condition.value}});
                                  });
    if (same) {
      rule.qualifiers.push_back(condition.axis);
    } else {
      rule.factors.push_back(condition);
    }
  }
  return rule;
}

BaselineRule rule_of(const Conditions& baseline, const std::optional<Primary>& primary) {
  BaselineRule rule;
  const Names qualifiers = primary ? rule_of(primary->contrast).qualifiers : Names{};
  for (const Condition& condition : baseline) {
    if (contains(qualifiers, condition.axis)) {
      rule.qualifiers.push_back(condition.axis);
    } else {
      rule.factors.push_back(condition);
    }
  }
  rule.one_change = true;
  return rule;
}

void find_baselines(Comparison& comparison, const BaselineRule& rule) {
  const auto cells = proper_cells(comparison);
  Names factors;
  for (const Condition& condition : rule.factors) factors.push_back(condition.axis);
  Names named = factors;
  named.insert(named.end(), rule.qualifiers.begin(), rule.qualifiers.end());
  const Names tied = tied_axes(cells, comparison.axes, named);
  std::set<std::string> free(factors.begin(), factors.end());
  free.insert(tied.begin(), tied.end());
  std::unordered_map<std::string, std::vector<const Cell*>> by_rest;
  for (const Cell* candidate : cells) {
    if (!holds(rule.factors, candidate->axes)) continue;
    by_rest[rest_of(*candidate, comparison.axes, free)].push_back(candidate);
  }
  for (Cell& cell : comparison.cells) {
    cell.baseline.reset();
    if (is_floor(cell)) continue;
    for (const Cell* candidate : by_rest[rest_of(cell, comparison.axes, free)]) {
      if (rule.one_change && !one_change(cell, *candidate, cells, comparison.axes, factors))
        continue;
      cell.baseline = static_cast<std::size_t>(candidate - comparison.cells.data());
      break;
    }
  }
}

std::string describe_baselines(const Comparison& comparison) {
  const auto groups = groups_of(comparison);
  std::string text;
  if (groups.size() > 1) {
    const auto same = [&](const Group& group) {
      return group.shared == groups[0].shared &&
             conditions_text(*group.baseline, group.own) ==
                 conditions_text(*groups[0].baseline, groups[0].own);
    };
    if (std::all_of(groups.begin(), groups.end(), same)) {
      text = fmt::format("a row's baseline has {} and the row's own {}",
                         conditions_text(*groups[0].baseline, groups[0].own),
                         join(groups[0].shared, ", "));
    } else {
      Names words;
      for (const Group& group : groups) {
        if (group.own.empty()) continue;  // a baseline that no other row has
        words.push_back(fmt::format("rows with {} have the baseline {}",
                                    conditions_text(*group.baseline, group.shared),
                                    conditions_text(*group.baseline, group.own)));
      }
      text = join(words, "; ");
    }
  }
  const auto without =
      std::count_if(comparison.cells.begin(), comparison.cells.end(),
                    [](const Cell& cell) { return !is_floor(cell) && !cell.baseline; });
  if (without > 0) {
    text += fmt::format(
        "{}{} {} no baseline: no cell differs from {} in the contrast alone, and so no verdict",
        text.empty() ? "" : "; ", without, without == 1 ? "row has" : "rows have",
        without == 1 ? "it" : "them");
  }
  return text;
}

}  // namespace synface::report
