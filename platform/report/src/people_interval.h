// How far the primary difference depends on who was tested: the bootstrap over the test's people.
#pragma once

#include "synface/report/comparison.h"

namespace synface::report {

// Sets PrimaryResult::people, or people_missing with the reason. In each resample the people are
// drawn with replacement, the same draw for every trial of both sides; a genuine pair weighs as
// often as its person was drawn, an impostor pair the product of both (Poh, Martin, Bengio, TPAMI
// 2007); the figure is the difference of the sides' means over the seeds, which stay as they are.
// The interval is the central `level` of the resamples' differences. Deterministic.
void add_people_interval(store::Database& db, const ComparisonOptions& options,
                         Comparison& comparison);

}  // namespace synface::report
