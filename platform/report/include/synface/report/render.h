// A comparison in its printed and machine-readable forms.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "synface/report/comparison.h"
#include "synface/report/table.h"

namespace synface::report {

// One row a cell: axes, then for each metric mean ± sd, n, and the paired difference with interval
// and verdict; floors, variance, primary and mixed numerics as notes.
// Of more than five axes those that the rows can be told apart without have no column, unless
// `wide`; a note names them.
Table comparison_table(const Comparison& comparison, bool wide = false);

// comparison_table(), and where floors kept their pairs' scores the differences of the primary
// contrast's sides (without one: of all rows) to them, with intervals over the test's people.
std::vector<Table> comparison_tables(const Comparison& comparison, bool wide = false);

std::string comparison_csv(
    const Comparison& comparison);  // one line a cell and metric, full precision
nlohmann::json comparison_json(const Comparison& comparison);

// The primary contrast's result as one or two sentences, floors and n included.
std::string primary_in_words(const Comparison& comparison);

}  // namespace synface::report
