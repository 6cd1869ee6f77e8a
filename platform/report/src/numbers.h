// How numbers of a comparison are written.
#pragma once

#include <string>

#include "synface/report/comparison.h"

namespace synface::report {

// A metric's values: fractions as percent, their differences as percentage points; as many decimals
// as give the typical spread two digits.
struct Style {
  double factor = 1.0;
  std::string unit;
  int digits = 4;
};
Style style_of(const Comparison& comparison, const std::string& metric);
// Paired differences may spread less than the values: they get the decimals that they need.
Style finer(Style style, const PairedDifference& difference);

// Decimals for values that spread by so much; as they are for a spread of 0.
Style with_spread(Style style, double spread);

std::string number(double value, const Style& style);
std::string with_unit(double value, const Style& style);      // "87.3%"
std::string signed_number(double value, const Style& style);  // with a true minus
std::string mean_sd(const Summary& summary, const Style& style);
std::string interval_text(const Interval& interval, const Style& style);  // "[−0.50, +4.17]"
std::string p_text(double p);                                             // "< 0.001"
std::string p_equation(double p);                                         // "p < 0.001"

// "8 pairs of seeds", or "2 pairs of data seeds (4 training seeds averaged within each of ...)".
std::string pairs_text(const SeedDesign& design, int n);

std::string plain(const Json& value);  // a text without its quotes

}  // namespace synface::report
