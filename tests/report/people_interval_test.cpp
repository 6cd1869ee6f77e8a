// The intervals of differences over the people of the test, from the scores that the
// verification benchmark keeps: written by its code, read by the report's.
#include <cmath>

#include "../../plugins/benchmarks/verification/scores.h"  // not the report's own
#include "floor_words.h"
#include "metrics.h"
#include "report_fixture.h"
#include "synface/report/render.h"

namespace synface::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using verification::Scored;

constexpr std::uint32_t kPeople = 60;

// In [0, 1): a plain congruential generator, so that the figures below never move.
double draw(std::uint64_t& state) {
  state = 6364136223846793005ULL * state + 1442695040888963407ULL;
  return static_cast<double>(state >> 11) / 9007199254740992.0;
}

// Two genuine and two impostor pairs a person. `gap` tells the classes apart; the noise of a pair
// is `shared` for all trials of one `state`, so that two trials make nearly the same mistakes.
std::vector<Scored> pairs(double gap, std::uint64_t state, double own, std::uint64_t own_state) {
  std::vector<Scored> result;
  for (std::uint32_t person = 0; person < kPeople; ++person) {
    const double hard = draw(state);
    for (int k = 0; k < 4; ++k) {
      const bool same = k < 2;
      const double score =
          (same ? gap * (0.5 + hard) : 0.0) + 0.5 * draw(state) + own * draw(own_state);
      result.push_back({score, same, person, same ? person : (person + 7) % kPeople});
    }
  }
  return result;
}

struct Kept {
  double auc;
  std::string file;
};

Kept kept(const std::vector<Scored>& scored) {
  return {verification::RankedPairs(scored).auc(),
          verification::scores_file(scored, std::vector<bool>(scored.size(), true), kPeople)};
}

class PeopleInterval_ : public ReportFixture {
 protected:
  Planned trial(bool im, int seed, const Kept& kept) {
    Planned planned{{{"im", im}, {"seed.train", seed}}, {{"real.auc", kept.auc}}};
    planned.scores = kept.file;
    return planned;
  }
  std::vector<Planned> grid(double gain) {
    std::vector<Planned> plan;
    for (const int seed : {0, 1, 2}) {
      const auto own = static_cast<std::uint64_t>(seed);
      plan.push_back(trial(false, seed, kept(pairs(0.25, 1, 0.05, 100 + own))));
      plan.push_back(trial(true, seed, kept(pairs(0.25 + gain, 1, 0.05, 200 + own))));
    }
    return plan;
  }
  Comparison result() {
    store::Database db = reader();
    ComparisonOptions options;
    options.experiment = "mixup";
    options.people_resamples = 400;
    return compare(db, options);
  }
  const std::string contrast_ = "im = true against false";
};

TEST_F(PeopleInterval_, GivenALargeGainThenTheIntervalHoldsTheDifferenceAndNotZero) {
  fill("mixup", grid(0.15), contrast_);
  const Comparison comparison = result();
  ASSERT_TRUE(comparison.primary->people) << comparison.primary->people_missing;
  const PeopleInterval& people = *comparison.primary->people;
  EXPECT_EQ(people.people, static_cast<int>(kPeople));
  EXPECT_EQ(people.pairs, static_cast<int>(4 * kPeople));
  EXPECT_TRUE(people.interval.contains(*comparison.primary->difference.mean));
  EXPECT_GT(people.interval.lo, 0);
  EXPECT_GT(people.interval.hi - people.interval.lo, 0.005);
  EXPECT_THAT(primary_in_words(comparison),
              HasSubstr("resampling the test's 60 people (240 pairs): 95% interval [+"));
  const Comparison again = result();
  EXPECT_EQ(again.primary->people->interval.lo, people.interval.lo) << "the same twice";
}

// Both sides share people and nearly all noise: drawn jointly the difference is exact, drawn one by
// one it would swim.
TEST_F(PeopleInterval_, GivenTwinsThenTheDrawIsJointAndTheIntervalNarrow) {
  std::vector<Planned> plan;
  for (const int seed : {0, 1}) {
    const Kept twin = kept(pairs(0.25, 1, 0.05, 100 + static_cast<std::uint64_t>(seed)));
    plan.push_back(trial(false, seed, twin));
    plan.push_back(trial(true, seed, twin));
  }
  fill("mixup", plan, contrast_);
  const Comparison comparison = result();
  ASSERT_TRUE(comparison.primary->people);
  EXPECT_NEAR(comparison.primary->people->interval.lo, 0, 1e-12);
  EXPECT_NEAR(comparison.primary->people->interval.hi, 0, 1e-12);
}

TEST_F(PeopleInterval_, GivenATrialWithoutScoresThenItIsSaidAndTheRestIsCompared) {
  auto plan = grid(0.15);
  plan[3].scores.clear();
  fill("mixup", plan, contrast_);
  const Comparison comparison = result();
  EXPECT_FALSE(comparison.primary->people);
  EXPECT_EQ(comparison.primary->units, 3);
  EXPECT_THAT(primary_in_words(comparison),
              HasSubstr("no interval over the test's people: 1 of its 6 trials kept no scores"));
}

TEST_F(PeopleInterval_, GivenOtherPairsOrOtherScoresThenTheyAreNotUsed) {
  auto plan = grid(0.15);
  auto fewer = pairs(0.25, 1, 0.05, 100);
  fewer.pop_back();
  plan[0].scores = kept(fewer).file;
  fill("mixup", plan, contrast_);
  EXPECT_EQ(result().primary->people_missing, "its trials were tested on different pairs");
}

TEST_F(PeopleInterval_, GivenScoresThatDisagreeWithTheRecordThenTheyAreNotUsed) {
  auto plan = grid(0.15);
  plan[1].finals["real.auc"] += 0.05;
  fill("mixup", plan, contrast_);
  EXPECT_EQ(result().primary->people_missing, "the kept scores do not give the recorded figures");
}

TEST_F(PeopleInterval_, GivenAFileThatWasReplacedThenItCountsAsMissing) {
  fill("mixup", grid(0.15), contrast_);
  const auto file =
      path().string() + ".d/artifacts/" + std::string(63, '0') + "1/" + "real.scores.safetensors";
  write_file_atomic(file, kept(pairs(0.9, 1, 0.05, 7)).file, false);
  EXPECT_THAT(result().primary->people_missing, HasSubstr("1 of its 6 trials"));
}

// A score that is no number has no place in the order: walking over it would never end.
// Such a file is refused, but the rest of the comparison stands.
TEST_F(PeopleInterval_, GivenScoresThatAreNoNumbersThenTheyAreTheReason) {
  auto odd = pairs(0.25, 1, 0.05, 100);
  odd[7].score = std::nan("");
  auto plan = grid(0.15);
  plan[0].scores = verification::scores_file(odd, std::vector<bool>(odd.size(), true), kPeople);
  fill("mixup", plan, contrast_);
  const Comparison comparison = result();
  EXPECT_FALSE(comparison.primary->people);
  EXPECT_EQ(comparison.primary->units, 3);
  EXPECT_THAT(comparison.primary->people_missing,
              AllOf(HasSubstr("kept scores cannot be read"), HasSubstr("real.scores.safetensors"),
                    HasSubstr("the score of pair 7 is no number")));
}

TEST_F(PeopleInterval_, GivenCrossedSeedsThenTheWeightsAreThoseOfTheMean) {
  std::vector<Planned> plan;
  for (const int data : {0, 1}) {
    for (const int train : {0, 1}) {
      const auto own = static_cast<std::uint64_t>(2 * data + train);
      for (const bool im : {false, true}) {
        Planned planned = trial(im, train, kept(pairs(im ? 0.4 : 0.25, 1, 0.05, own)));
        planned.axes["seed.data"] = data;
        plan.push_back(planned);
      }
    }
  }
  fill("mixup", plan, contrast_);
  const Comparison comparison = result();
  ASSERT_TRUE(comparison.primary->people) << comparison.primary->people_missing;
  EXPECT_EQ(comparison.primary->units, 2);
  EXPECT_TRUE(comparison.primary->people->interval.contains(*comparison.primary->difference.mean));
}

// Trials of the table and floors beside it, which were tested on the same pairs.
class FloorDifferences : public PeopleInterval_ {
 protected:
  static Planned floor(const std::string& name, const Kept& kept) {
    Planned planned{{{"floor", name}}, {{"real.auc", kept.auc}}};
    planned.scores = kept.file;
    return planned;
  }
  const FloorDifference& entry(const Comparison& comparison, bool im, const std::string& floor) {
    for (const FloorDifference& found : comparison.floor_differences) {
      if (comparison.cells[found.cell].axes.at("im") == im &&
          comparison.cells[found.floor].axes.at("floor") == floor) {
        return found;
      }
    }
    throw std::runtime_error("no difference to " + floor);
  }
};

TEST_F(FloorDifferences, AreThoseOfTheMeansWithIntervalsOverThePeople) {
  auto plan = grid(0.15);
  plan.push_back(floor("far", kept(pairs(0.05, 1, 0.05, 300))));
  plan.push_back(floor("near", kept(pairs(0.405, 9, 0.05, 301))));
  fill("mixup", plan, contrast_);
  const Comparison comparison = result();
  ASSERT_EQ(comparison.floor_differences.size(), 4U);
  const FloorDifference& far = entry(comparison, true, "far");
  EXPECT_EQ(far.metric, "real.auc");
  EXPECT_NEAR(far.difference,
              *comparison.cells[far.cell].metrics.at("real.auc").summary.mean -
                  *comparison.cells[far.floor].metrics.at("real.auc").summary.mean,
              1e-12);
  EXPECT_EQ(far.people.people, static_cast<int>(kPeople));
  EXPECT_TRUE(far.people.interval.contains(far.difference));
  EXPECT_GT(far.people.interval.lo, 0);
  const FloorDifference& near = entry(comparison, true, "near");
  EXPECT_TRUE(near.people.interval.contains(0)) << "other noise, nearly the same gap";
  EXPECT_GT(near.people.interval.hi - near.people.interval.lo, 0.02);
  const auto words = floor_paragraphs(comparison);
  ASSERT_EQ(words.size(), 2U);
  EXPECT_THAT(words[1],
              AllOf(HasSubstr("(im true) and the floors, with the test's 60 people"),
                    HasSubstr("against far real.auc +"), HasSubstr("higher, which is better"),
                    HasSubstr("which these people cannot tell from nothing")));
  const auto tables = comparison_tables(comparison);
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[1].rows.size(), 4U);
  EXPECT_EQ(tables[1].rows[0][0], "im false");
  EXPECT_EQ(tables[1].rows[0][1], "far");
  EXPECT_EQ(comparison_json(comparison).at("floor_differences").size(), 4U);
}

// Two rows are told in words, more are left to the table.
TEST_F(FloorDifferences, OfManyRowsAreLeftToTheTable) {
  auto plan = grid(0.15);
  plan.push_back(trial(true, 0, kept(pairs(0.3, 1, 0.05, 310))));
  plan.back().axes["im"] = "half";
  plan.push_back(floor("far", kept(pairs(0.05, 1, 0.05, 300))));
  fill("mixup", plan);
  const Comparison comparison = result();
  const auto words = floor_paragraphs(comparison);
  ASSERT_EQ(words.size(), 1U);
  EXPECT_THAT(words[0], AllOf(HasSubstr("each of 3 rows"), HasSubstr("the test's 60 people"),
                              HasSubstr("table of the floors")));
}

// The floor is the very network of one side: each resample's difference is 0.
TEST_F(FloorDifferences, AreDrawnJointlyOverAllSeedsOfTheRow) {
  std::vector<Planned> plan;
  std::vector<Kept> seeds;
  for (const int seed : {0, 1}) {
    seeds.push_back(kept(pairs(0.25, 1, 0.05, 100 + static_cast<std::uint64_t>(seed))));
    plan.push_back(trial(false, seed, seeds.back()));
    plan.push_back(trial(true, seed, kept(pairs(0.5, 1, 0.05, 7))));
    plan.push_back(floor("same", seeds.back()));
    plan.back().axes["seed.train"] = seed;
  }
  fill("mixup", plan, contrast_);
  const Comparison comparison = result();
  const FloorDifference& same = entry(comparison, false, "same");
  EXPECT_NEAR(same.people.interval.lo, 0, 1e-12);
  EXPECT_NEAR(same.people.interval.hi, 0, 1e-12);
  EXPECT_GT(entry(comparison, true, "same").people.interval.lo, 0.01);
}

TEST_F(FloorDifferences, OfAFloorWithoutScoresOrWithOtherPairsAreMissingWithTheReason) {
  auto plan = grid(0.15);
  plan.push_back(floor("silent", kept(pairs(0.05, 1, 0.05, 300))));
  plan.back().scores.clear();
  auto fewer = pairs(0.05, 1, 0.05, 300);
  fewer.pop_back();
  plan.push_back(floor("elsewhere", kept(fewer)));
  fill("mixup", plan, contrast_);
  const Comparison comparison = result();
  EXPECT_TRUE(comparison.floor_differences.empty());
  EXPECT_THAT(floors_missing(comparison),
              AllOf(HasSubstr("floor silent: 1 of its 1 trials kept no scores"),
                    HasSubstr("floor elsewhere: it was tested on other pairs")));
  EXPECT_EQ(comparison_tables(comparison).size(), 1U);
}

TEST_F(FloorDifferences, OfAFloorWithScoresThatAreNoNumbersAreMissingAlone) {
  auto plan = grid(0.15);
  auto odd = pairs(0.05, 1, 0.05, 300);
  plan.push_back(floor("whole", kept(odd)));
  plan.push_back(floor("odd", kept(odd)));
  odd[7].score = std::nan("");
  plan.back().scores = verification::scores_file(odd, std::vector<bool>(odd.size(), true), kPeople);
  fill("mixup", plan, contrast_);
  const Comparison comparison = result();
  EXPECT_EQ(comparison.floor_differences.size(), 2U);
  EXPECT_TRUE(comparison.primary->people);
  EXPECT_THAT(floors_missing(comparison), AllOf(HasSubstr("floor odd: kept scores cannot be read"),
                                                HasSubstr("the score of pair 7 is no number")));
}

// 257 trials in three rows, two of which are the contrast's sides, and a floor.
class ManyTrials : public FloorDifferences {
 protected:
  std::vector<Planned> many() {
    auto plan = grid(0.15);
    for (int seed = 0; seed < 251; ++seed) {
      plan.push_back({{{"im", "half"}, {"seed.train", seed}}, {{"real.auc", 0.6}}});
    }
    plan.push_back(floor("far", kept(pairs(0.05, 1, 0.05, 300))));
    return plan;
  }
};

TEST_F(ManyTrials, OnlyTheContrastsSidesAreSetAgainstTheFloorsWithAWordAboutTheOthers) {
  fill("mixup", many(), contrast_);
  const Comparison comparison = result();
  EXPECT_EQ(comparison.floor_differences.size(), 2U);
  EXPECT_THAT(floors_missing(comparison),
              HasSubstr("1 of the 3 rows: of more than 256 trials (here 257)"));
}

TEST_F(ManyTrials, WithoutAContrastNoneIsAndTheReasonIsGiven) {
  fill("mixup", many());
  const Comparison comparison = result();
  EXPECT_TRUE(comparison.floor_differences.empty());
  EXPECT_THAT(floors_missing(comparison), HasSubstr("3 of the 3 rows: of more than 256 trials"));
}

TEST_F(FloorDifferences, AFloorRepeatedOverAnAxisServesTheRowsOfItsValue) {
  auto plan = grid(0.15);
  for (const bool im : {false, true}) {
    plan.push_back(floor("untrained", kept(pairs(0.05, 1, 0.05, im ? 300 : 301))));
    plan.back().axes["im"] = im;
  }
  fill("mixup", plan, contrast_);
  const Comparison comparison = result();
  ASSERT_EQ(comparison.floor_differences.size(), 2U);
  for (const FloorDifference& found : comparison.floor_differences) {
    EXPECT_EQ(comparison.cells[found.cell].axes.at("im"),
              comparison.cells[found.floor].axes.at("im"));
  }
  EXPECT_EQ(floor_label(comparison.cells[comparison.floor_differences[1].floor]),
            "untrained (im true)");
}

}  // namespace
}  // namespace synface::report
