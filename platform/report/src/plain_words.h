// A comparison for a reader who wants the answer: sentences made from its numbers, and nothing that
// is not in them.
#pragma once

#include <string>

#include "synface/report/comparison.h"

namespace synface::report {

// Paragraphs: the primary contrast and its verdict; the other rows; where all rows lie between the
// floors, and how far the best has come from the highest floor below all of them to the lowest
// yardstick above (where both were measured); what the interval covers.
std::string plain_words(const Comparison& comparison);

}  // namespace synface::report
