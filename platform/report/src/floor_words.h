// Comparison::floor_differences as a table and in words.
#pragma once

#include <string>
#include <vector>

#include "synface/report/comparison.h"
#include "synface/report/table.h"

namespace synface::report {

// What a floor is called: "lbp", "untrained (identities 250)".
std::string floor_label(const Cell& floor);

// One row a cell and floor, differences with their intervals; `sides_only`: those of the primary
// contrast's sides, where there is one. Without rows where there is nothing.
Table floor_table(const Comparison& comparison, bool sides_only);

// One paragraph a row of the primary contrast's sides (without one: a row of the table), for
// somebody who reads no table; of more than two rows one sentence that points at the table.
std::vector<std::string> floor_paragraphs(const Comparison& comparison);

// "not set against the floors: (arm trained): it kept no scores; ..."; empty where nothing lacks.
std::string floors_missing(const Comparison& comparison);

}  // namespace synface::report
