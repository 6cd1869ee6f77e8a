// The yardsticks beside a comparison: other finals of its benchmarks, other experiments, chance.
#pragma once

#include "comparison_data.h"
#include "synface/report/comparison.h"

namespace synface::report {

// Finals BENCHMARK.FLOOR.MEASURE beside BENCHMARK.MEASURE, and chance where it is known.
void add_named_floors(const ComparisonData& data, Comparison& comparison);

void add_requested_floors(store::Database& db, const ComparisonOptions& options,
                          const ComparisonData& data, Comparison& comparison);

}  // namespace synface::report
