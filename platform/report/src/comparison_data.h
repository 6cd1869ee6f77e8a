// What a comparison is worked out from, as read from the database.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "synface/report/comparison.h"

namespace synface::report {

struct FinalValue {
  double value = 0;  // NaN where the database has NULL
  std::int64_t nan_points = 0;
};

struct TrialRow {
  std::string hash, evaluation_hash, status;
  Json axes;          // seeds aside
  std::string seeds;  // "data=0 train=1", as this experiment asks: what equal seeds means
  std::map<std::string, FinalValue> finals;
};

struct ComparisonData {
  std::string question, stated;
  std::optional<Primary> primary;
  std::vector<TrialRow> trials;
  std::map<std::string, MetricInfo> metrics;  // those that have finals, timing class aside
  int known_before = 0;
  std::vector<std::string> mixed, cautions;
};

// The trials of options.experiment that `only` and `tags` leave. Throws kUsage for an unknown
// experiment.
ComparisonData read_comparison(store::Database& db, const ComparisonOptions& options);

}  // namespace synface::report
