// Axes: from one document to the cells of a grid.
//
// An axis has a name and values. Its name is a key ("loss.margin", "mixup.identity.levels"), a
// section ("loss", whose values are tables) or a word of the user's own ("im"), which is a
// condition that `when`, `exclude` and `only` refer to. Seeds given as lists are axes too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "synface/experiment/node.h"

namespace synface::experiment {

// More cells than this are refused.
inline constexpr std::uint64_t kMostCells = 1'000'000;

struct Axis {
  std::string name;
  std::vector<std::string> path;  // where a value goes; empty: a condition
  std::vector<Node> values;
  std::vector<Json> labels;  // scalars, one a value
  Location where;            // of the axis's name
};

// Axes that move together: one axis, or a zip group. Outermost first: seeds, product, zip.
struct AxisGroup {
  std::vector<Axis> axes;
  std::size_t size() const { return axes.front().values.size(); }
  // How many of the first axes are enough to tell its values apart: 1 where the first names them.
  std::size_t telling() const;
};

// One key and the values of which it must have one.
struct Clause {
  std::string key;
  std::vector<Node> any_of;
  Location where;
};
// Holds when every clause does. negated: when not.
struct Condition {
  std::vector<Clause> clauses;
  bool negated = false;
};

struct Grid {
  std::vector<AxisGroup> groups;
  std::vector<Condition> exclude, only;

  const Axis* find(std::string_view name) const;
  std::vector<std::string> names() const;
  // Product of the groups' sizes, before exclusions; stops counting above kMostCells.
  std::uint64_t cells() const;
};

// One cell: which value of each group, and what the document says there. `document` has no axes
// any more, and lists of seeds have become scalars.
struct Cell {
  std::vector<std::size_t> choice;  // one a group
  Node document;
};

// Takes [axes] and lists of seeds out of `document` (whose seeds become their first value).
Grid take_grid(Node& document, Diagnostics& diagnostics);

// The document with the cell's values laid in, entries whose `when` does not hold left out.
Cell make_cell(const Node& document, const Grid& grid, std::vector<std::size_t> choice,
               Diagnostics& diagnostics);
// {axis name: label} of a cell.
Json labels_of(const Grid& grid, const std::vector<std::size_t>& choice);

// Whether the condition holds. A clause's key is looked up among the axes, then in the document,
// then among the host's defaults; one that is nowhere does not hold.
bool holds(const Condition& condition, const Grid& grid, const Cell& cell);

// Reads `exclude`, `only`, `when` or `--only`: a table of keys and values (dotted keys and nested
// tables mean the same). Complains of keys that are neither an axis nor a key of the document.
Condition read_condition(const Node& table, const Grid& grid, const Node& document,
                         Diagnostics& diagnostics);

// Equal as values: numbers by their value (1 and 1.0 are equal).
bool same_value(const Node& a, const Node& b);

}  // namespace synface::experiment
