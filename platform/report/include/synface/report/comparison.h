// One experiment as a table: a row for each cell of its axes (seeds aside), mean and spread over
// the seeds, and the paired difference to the baseline.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "synface/report/primary.h"
#include "synface/report/seeds.h"
#include "synface/report/statistics.h"
#include "synface/report/tags.h"
#include "synface/store/sqlite.h"

namespace synface::report {

// A yardstick beside the table: finals of another name in the same experiment, or the same metric
// of another experiment (frozen LBP, an untrained network).
struct FloorRequest {
  std::string label, metric;
  std::string experiment;  // empty: the one that is compared
};

struct ComparisonOptions {
  std::string experiment;
  // Empty: the primary metric and every other final of the same benchmark that has a goal.
  std::vector<std::string> metrics;
  // Empty: the primary contrast's right side; without one, the first cell. A row that differs from
  // a baseline given here (or from the first cell) in two axes that the grid varies on their own
  // has no baseline.
  Conditions baseline;
  // Where not empty, trials with other training hashes are left out (the file as it stands now).
  std::set<std::string> only;
  TagFilter tags;  // trials that do not fit are left out, and the table says how many
  // Beside those that are found by name: finals BENCHMARK.FLOOR.MEASURE for a metric
  // BENCHMARK.MEASURE, such as real.untrained.auc for real.auc.
  std::vector<FloorRequest> floors;
  double level = kLevel;
  // Resamples of the test's people for the intervals of the primary difference and of each row's
  // difference to each floor; 0: none. Needs the scores that the benchmark kept of both sides'
  // trials (results/schema.md).
  int people_resamples = 0;
  // Called now and then with what is being done ("reading finals"), how much of it is done, and of
  // how much (0: not known).
  std::function<void(const char*, std::int64_t, std::int64_t)> progress;
};

// How a difference may be put into words.
enum class Verdict {
  kNone,          // the baseline itself, or fewer than two pairs
  kNotShown,      // the interval contains 0
  kNotAfterHolm,  // it does not, but the adjusted p is above 1 - level
  kHigher,
  kLower,
  kNoSpread,  // all differences are one number, not 0: nothing to judge it by
};
std::string to_string(Verdict verdict);

struct MetricCell {
  Summary summary;              // over units of the seeds (seeds.h), as is the difference
  int nan = 0, infinite = 0;    // finals of done trials that are no number: counted, not averaged
  std::int64_t nan_points = 0;  // NaN in the series of the same name
  bool is_baseline = false;
  PairedDifference difference;   // to the baseline, over combinations of seeds that both have
  std::optional<double> p_holm;  // over all differences of this metric in the experiment
  Verdict verdict = Verdict::kNone;
  std::map<std::string, double> values;  // by seeds, as in "seed.data=0 seed.train=1"
};

struct TrialKey {
  std::string training, evaluation;  // hashes
  auto operator<=>(const TrialKey&) const = default;
};

struct Cell {
  Json axes;  // seeds aside
  // The place among Comparison::cells of the cell that it is compared with (its own for a
  // baseline): it has the baseline's values on the contrast's axes and this cell's on all others,
  // also on axes that the contrast names with one value on both sides. None for a floor, and where
  // no such cell is: such a row has no verdict and is not in Holm's family.
  std::optional<std::size_t> baseline;
  int done = 0, failed = 0, diverged = 0, pruned = 0, unfinished = 0;
  std::map<std::string, MetricCell> metrics;
  std::map<std::string, TrialKey> trials;  // those that are done, by seeds as in MetricCell::values
};

struct MetricInfo {
  std::string name, goal, unit;
  std::int64_t place = 0;  // in the order in which the database met them: that of their benchmark
};

struct Floor {
  std::string label, metric;
  Summary summary;  // n = 0: chance, a constant in summary.mean
};

// The bootstrap interval of a difference over the people of the test, seeds as they are.
struct PeopleInterval {
  Interval interval;
  int people = 0, pairs = 0, resamples = 0;
};

// A row against a floor that was tested on the same pairs: means over the seeds, row minus floor.
struct FloorDifference {
  std::size_t cell = 0, floor = 0;  // places among Comparison::cells
  std::string metric;
  double difference = 0;
  PeopleInterval people;
};

struct PrimaryResult {
  Primary primary;
  int units = 0;                       // units of the seeds (seeds.h): the test's n
  int dropped = 0;                     // combinations left out because a side is missing
  std::vector<std::string> tied_axes;  // axes that change with the contrast's, in words
  Summary treatment, baseline;
  PairedDifference difference;
  Verdict verdict = Verdict::kNone;
  // Matched cells, as places among Comparison::cells: treatment, baseline.
  std::vector<std::pair<std::size_t, std::size_t>> cells;
  std::optional<PeopleInterval> people;
  std::string people_missing;  // why there is none, where it was asked for
  std::string stated;          // when, ISO 8601
  int known_before = 0;        // trials of the table that had ended when it was stated
};

struct Comparison {
  std::string experiment, question;
  std::vector<std::string> axes;  // names, those with one value only left out
  SeedDesign seed_design;         // of the seeds of all cells but the floors
  std::vector<MetricInfo> metrics;
  std::vector<Cell> cells;
  std::vector<Floor> floors;
  std::optional<PrimaryResult> primary;
  // By row, floor and metric, where people_resamples asks for it and both kept their pairs' scores.
  std::vector<FloorDifference> floor_differences;
  std::vector<std::string> floor_differences_missing;  // "ROW: why not"
  // Host, instruction set, device and binaries where trials of the table differ in them.
  std::vector<std::string> mixed;
  // In words, what a reader must know of the trials: tested on people of the training
  // (real.allow_overlap), left out by their tags.
  std::vector<std::string> cautions;
  double level = kLevel;
};

// Throws kUsage for an unknown experiment (with the nearest name), metric or baseline.
Comparison compare(store::Database& db, const ComparisonOptions& options);

// In words: "the spread covers seed.train (4 values); not seed.data = 0".
std::string describe_variance(const Comparison& comparison);

// In words: which row is compared with what, where there are several baselines, and how many rows
// have none. Empty where one baseline serves all rows.
std::string describe_baselines(const Comparison& comparison);

}  // namespace synface::report
