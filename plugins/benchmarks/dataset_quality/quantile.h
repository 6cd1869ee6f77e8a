#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace dataset_quality {

// The value below which this share of a sorted list lies, linear between neighbours (type 7 of
// Hyndman and Fan 1996); `sorted` has some.
template <typename Value>
double quantile(const std::vector<Value>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  const auto from = static_cast<double>(sorted[low]), to = static_cast<double>(sorted[high]);
  return from + (place - static_cast<double>(low)) * (to - from);
}

}  // namespace dataset_quality
