// Each row against each floor that was tested on the same pairs, over the people of the test.
#pragma once

#include "synface/report/comparison.h"

namespace synface::report {

// Sets Comparison::floor_differences, and floor_differences_missing with the reasons. A row is a
// cell that is no floor: every one, or the sides of the primary contrast where all of them have
// more trials than are worth reading. A floor that is repeated over axes is set against the rows
// that have its values on them. The metrics are the primary one, accuracy and auc of its benchmark.
// In each resample the test's people are drawn as in people_interval.h, once for all trials; a
// side's figure is its mean over the seeds as in the table, so that only the people are chance.
void add_floor_differences(store::Database& db, const ComparisonOptions& options,
                           Comparison& comparison);

// Places among the cells of both sides of the primary contrast, each once, in order.
std::vector<std::size_t> primary_sides(const Comparison& comparison);

}  // namespace synface::report
