// What the cells were trained on, where `images_seen` alone would mislead.
#pragma once

#include <string>

#include "synface/report/comparison.h"

namespace synface::report {

// A row of a batch counts once in images_seen, however many source images a mixup blends in it.
// One sentence where all cells read equally many, else one line for each amount. Empty where
// nothing was trained.
std::string budget_in_words(store::Database& db, const Comparison& comparison);

}  // namespace synface::report
