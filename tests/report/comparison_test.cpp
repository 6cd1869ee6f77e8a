#include "synface/report/comparison.h"

#include <cmath>

#include "report_fixture.h"
#include "synface/report/render.h"

namespace synface::report {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class Comparison_ : public ReportFixture {
 protected:
  Planned trial(int identities, int samples, int seed, double auc) {
    return {{{"generator.identities", identities},
             {"generator.samples", samples},
             {"seed.train", seed}},
            {{"real.auc", auc}}};
  }
  Comparison result(const std::string& name = "width", Conditions baseline = {}) {
    store::Database db = reader();
    ComparisonOptions options;
    options.experiment = name;
    options.baseline = std::move(baseline);
    return compare(db, options);
  }
  const std::string contrast_ = "generator.identities = 1000 against 100";
};

TEST_F(Comparison_, GivenAPlantedDifferenceThenItIsFoundOverEqualSeeds) {
  // Differences 0.10, 0.11, 0.09 over seeds whose own spread is much larger: only pairing sees
  // them.
  fill("width",
       {trial(100, 50, 0, 0.5), trial(100, 50, 1, 0.6), trial(100, 50, 2, 0.7),
        trial(1000, 5, 0, 0.6), trial(1000, 5, 1, 0.71), trial(1000, 5, 2, 0.79)},
       contrast_);
  const Comparison comparison = result();
  EXPECT_THAT(comparison.axes, ElementsAre("generator.identities", "generator.samples"));
  ASSERT_THAT(comparison.cells, SizeIs(2));
  const MetricCell& cell = comparison.cells[1].metrics.at("real.auc");
  EXPECT_TRUE(comparison.cells[0].metrics.at("real.auc").is_baseline);
  EXPECT_EQ(cell.summary.n, 3);
  EXPECT_NEAR(*cell.summary.mean, 0.7, 1e-12);
  EXPECT_NEAR(*cell.difference.mean, 0.1, 1e-12);
  EXPECT_NEAR(*cell.difference.sd, 0.01, 1e-12);
  EXPECT_EQ(cell.verdict, Verdict::kHigher);
  ASSERT_TRUE(comparison.primary);
  EXPECT_EQ(comparison.primary->units, 3);
  EXPECT_EQ(comparison.primary->verdict, Verdict::kHigher);
  // Samples are zipped with identities: they change too, and the words say so.
  EXPECT_THAT(primary_in_words(comparison),
              AllOf(HasSubstr("+0.100"), HasSubstr("over 3 pairs of seeds: higher"),
                    HasSubstr("with it goes generator.samples (5 against 50)")));
}

// A floor that is repeated over the contrast's axis has cells on both of its sides.
TEST_F(Comparison_, GivenAFloorOverTheContrastsAxisThenItEntersNoContrast) {
  const auto floor = [](int identities, int seed) {
    return Planned{
        {{"floor", "untrained"}, {"generator.identities", identities}, {"seed.train", seed}},
        {{"real.auc", 0.5}}};
  };
  fill("width",
       {floor(100, 0), floor(100, 1), floor(1000, 0), floor(1000, 1), trial(100, 50, 0, 0.5),
        trial(100, 50, 1, 0.6), trial(1000, 5, 0, 0.6), trial(1000, 5, 1, 0.71)},
       contrast_);
  const Comparison comparison = result();
  ASSERT_TRUE(comparison.primary);
  EXPECT_EQ(comparison.primary->units, 2);
  EXPECT_NEAR(*comparison.primary->difference.mean, 0.105, 1e-12);
  ASSERT_THAT(comparison.cells, SizeIs(4));
  for (const Cell& cell : comparison.cells) {
    const MetricCell& metric = cell.metrics.at("real.auc");
    if (cell.axes.contains("floor")) {
      EXPECT_FALSE(metric.is_baseline);
      EXPECT_FALSE(metric.difference.mean);
    } else if (!metric.is_baseline) {
      EXPECT_NEAR(*metric.difference.mean, 0.105, 1e-12);
      EXPECT_EQ(metric.p_holm, metric.difference.p) << "the family is this one difference";
    }
  }
}

TEST_F(Comparison_, GivenNoDifferenceThenThatIsWhatIsSaid) {
  fill("width",
       {trial(100, 50, 0, 0.5), trial(100, 50, 1, 0.6), trial(1000, 5, 0, 0.6),
        trial(1000, 5, 1, 0.5)},
       contrast_);
  const Comparison comparison = result();
  EXPECT_EQ(comparison.cells[1].metrics.at("real.auc").verdict, Verdict::kNotShown);
  EXPECT_THAT(to_terminal(comparison_table(comparison), 0), HasSubstr("no difference shown"));
}

TEST_F(Comparison_, GivenOneSeedThenThereIsNoSpreadAndNoVerdict) {
  fill("width", {trial(100, 50, 0, 0.5), trial(1000, 5, 0, 0.6)}, contrast_);
  const Comparison comparison = result();
  EXPECT_FALSE(comparison.cells[1].metrics.at("real.auc").summary.sd);
  EXPECT_EQ(comparison.cells[1].metrics.at("real.auc").verdict, Verdict::kNone);
  EXPECT_THAT(describe_variance(comparison), HasSubstr("one seed only"));
  EXPECT_THAT(primary_in_words(comparison), HasSubstr("nothing can be said"));
  EXPECT_THAT(to_terminal(comparison_table(comparison), 0), Not(HasSubstr("0.6000 ±")));
}

TEST_F(Comparison_, GivenFailedDivergedAndNaNTrialsThenTheyAreCountedAndNeverAveraged) {
  std::vector<Planned> plan = {trial(100, 50, 0, 0.5), trial(100, 50, 1, 0.6),
                               trial(1000, 5, 0, 0.7), trial(1000, 5, 1, kNaN),
                               trial(1000, 5, 2, 99),  trial(1000, 5, 3, 99)};
  plan[4].status = store::AttemptStatus::kFailed;
  plan[5].status = store::AttemptStatus::kDiverged;
  fill("width", plan, contrast_);
  const Comparison comparison = result();
  const Cell& cell = comparison.cells[1];
  EXPECT_EQ(cell.done, 2);
  EXPECT_EQ(cell.failed, 1);
  EXPECT_EQ(cell.diverged, 1);
  EXPECT_EQ(cell.metrics.at("real.auc").nan, 1);
  EXPECT_EQ(cell.metrics.at("real.auc").summary.n, 1);
  EXPECT_EQ(*cell.metrics.at("real.auc").summary.mean, 0.7);
  EXPECT_EQ(comparison.primary->units, 1);
  EXPECT_EQ(comparison.primary->dropped, 1);
  EXPECT_THAT(to_terminal(comparison_table(comparison), 0),
              HasSubstr("1 failed, 1 diverged, 1 NaN"));
}

TEST_F(Comparison_, GivenASecondAxisThenEachRowHasItsOwnBaselineAndThePrimaryAveragesWithinSeeds) {
  std::vector<Planned> plan;
  for (const bool im : {false, true}) {
    for (const int identities : {100, 1000}) {
      for (const int seed : {0, 1, 2}) {
        // Mixup adds 0.2 everywhere; identities add 0.1, and 0.02 more with mixup; seed 0.01 each.
        const double value = 0.3 + (im ? 0.2 : 0) + (identities == 1000 ? (im ? 0.12 : 0.1) : 0) +
                             0.01 * seed + (identities == 1000 ? 0.001 * seed : 0);
        plan.push_back({{{"im", im}, {"generator.identities", identities}, {"seed.train", seed}},
                        {{"real.auc", value}}});
      }
    }
  }
  fill("width", plan, contrast_);
  const Comparison comparison = result();
  ASSERT_THAT(comparison.cells, SizeIs(4));
  EXPECT_NEAR(*comparison.cells[1].metrics.at("real.auc").difference.mean, 0.101, 1e-9);
  EXPECT_NEAR(*comparison.cells[3].metrics.at("real.auc").difference.mean, 0.121, 1e-9);
  EXPECT_EQ(comparison.primary->units, 3);
  EXPECT_NEAR(*comparison.primary->difference.mean, 0.111, 1e-9);
  EXPECT_THAT(comparison.primary->tied_axes, IsEmpty());
}

TEST_F(Comparison_, GivenManyCellsWithoutAnyEffectThenHolmKeepsTheFalseAlarmsBack) {
  // Cell 1's interval just misses 0 (p about .04); with four cells looked at it is no finding.
  std::vector<Planned> plan;
  for (int cell = 0; cell < 5; ++cell) {
    for (int seed = 0; seed < 4; ++seed) {
      const double noise = std::vector<double>{1, 3, 2, 1.4}[static_cast<std::size_t>(seed)];
      const double other = std::vector<double>{1, -1, 1, -1}[static_cast<std::size_t>(seed)];
      const double effect = cell == 0 ? 0 : cell == 1 ? 0.01 * (noise - 0.4) : 0.01 * other * cell;
      plan.push_back({{{"cell", cell}, {"seed.train", seed}}, {{"real.auc", 0.5 + effect}}});
    }
  }
  fill("cells", plan, "cell = 1 against 0");
  const Comparison comparison = result("cells");
  const MetricCell& cell = comparison.cells[1].metrics.at("real.auc");
  EXPECT_LT(*cell.difference.p, 0.05);
  EXPECT_GT(*cell.p_holm, 0.05);
  EXPECT_EQ(cell.verdict, Verdict::kNotAfterHolm);
  EXPECT_EQ(comparison.primary->verdict, Verdict::kHigher);  // stated before: not corrected
}

TEST_F(Comparison_, GivenFinalsOfFloorsThenTheyStandBesideTheTableWithChance) {
  std::vector<Planned> plan = {trial(100, 50, 0, 0.8), trial(100, 50, 1, 0.9)};
  plan[0].finals["real.untrained.auc"] = 0.6;
  plan[1].finals["real.untrained.auc"] = 0.62;
  fill("width", plan);
  fill("lbp", {{{{"seed.train", 0}}, {{"real.auc", 0.7}}}});
  store::Database db = reader();
  ComparisonOptions options;
  options.experiment = "width";
  options.metrics = {"real.auc"};
  options.floors = {{"LBP", "real.auc", "lbp"}};
  const Comparison comparison = compare(db, options);
  ASSERT_THAT(comparison.floors, SizeIs(3));
  EXPECT_EQ(comparison.floors[0].label, "untrained");
  EXPECT_EQ(comparison.floors[0].summary.n, 2);
  EXPECT_NEAR(*comparison.floors[0].summary.mean, 0.61, 1e-12);
  EXPECT_EQ(comparison.floors[1].label, "chance");
  EXPECT_EQ(*comparison.floors[1].summary.mean, 0.5);
  EXPECT_EQ(comparison.floors[2].label, "LBP");
  EXPECT_EQ(*comparison.floors[2].summary.mean, 0.7);
}

TEST_F(Comparison_, GivenTwoKindsOfSeedThenTheWordsSayWhatTheSpreadCovers) {
  fill("width", {{{{"seed.data", 0}, {"seed.train", 0}}, {{"real.auc", 0.5}}},
                 {{{"seed.data", 0}, {"seed.train", 1}}, {{"real.auc", 0.6}}}});
  EXPECT_EQ(describe_variance(result()),
            "the spread covers seed.train (2 values); not seed.data = 0");
}

// Four trainings on one set of people are no four sets of people: n and the test count people.
TEST_F(Comparison_, GivenCrossedSeedsThenTheUnitIsTheMeanWithinTheDataSeed) {
  std::vector<Planned> plan;
  for (const int identities : {100, 1000}) {
    for (const int data : {0, 1}) {
      for (const int train : {0, 1, 2, 3}) {
        // The gain is 0.02 with one set of people and 0.06 with the other, whatever the training.
        const double gain = identities == 1000 ? 0.02 + 0.04 * data : 0.0;
        plan.push_back(
            {{{"generator.identities", identities}, {"seed.data", data}, {"seed.train", train}},
             {{"real.auc", 0.5 + 0.05 * data + 0.01 * train + gain}}});
      }
    }
  }
  fill("width", plan, contrast_);
  const Comparison comparison = result();
  const MetricCell& baseline = comparison.cells[0].metrics.at("real.auc");
  EXPECT_EQ(baseline.summary.n, 2);
  EXPECT_NEAR(*baseline.summary.mean, 0.54, 1e-12);
  EXPECT_NEAR(*baseline.summary.sd, 0.05 / std::sqrt(2.0), 1e-12);
  const PairedDifference& difference = comparison.cells[1].metrics.at("real.auc").difference;
  EXPECT_EQ(difference.n, 2);
  EXPECT_NEAR(*difference.mean, 0.04, 1e-12);
  // t = 0.04 / (0.0282843 / sqrt 2) = 2 with one degree of freedom: p = 0.2952 (tables). Counted as
  // eight pairs it would be t = 5.3 and "higher".
  EXPECT_NEAR(*difference.p, 0.2952, 1e-4);
  EXPECT_EQ(comparison.primary->units, 2);
  EXPECT_EQ(comparison.primary->verdict, Verdict::kNotShown);
  EXPECT_THAT(primary_in_words(comparison),
              HasSubstr("over 2 pairs of data seeds (4 training seeds averaged within each of 2 "
                        "data seeds): no difference shown"));
  EXPECT_THAT(to_terminal(comparison_table(comparison), 0),
              HasSubstr("mean ± sd over n data seeds"));
}

TEST_F(Comparison_, GivenCrossedSeedsWithAHoleThenOnlyCommonCombinationsArePaired) {
  std::vector<Planned> plan;
  for (const int identities : {100, 1000}) {
    for (const int data : {0, 1}) {
      for (const int train : {0, 1}) {
        if (identities == 1000 && data == 1 && train == 1) continue;
        plan.push_back(
            {{{"generator.identities", identities}, {"seed.data", data}, {"seed.train", train}},
             {{"real.auc", 0.5 + 0.2 * train + (identities == 1000 ? 0.01 : 0.0) +
                               0.001 * data * (identities == 1000 ? 1 : 0)}}});
      }
    }
  }
  fill("width", plan, contrast_);
  const Comparison comparison = result();
  EXPECT_NEAR(*comparison.primary->difference.mean, 0.0105, 1e-12);
  EXPECT_EQ(comparison.primary->units, 2);
  EXPECT_EQ(comparison.primary->dropped, 1);
}

// The training does not depend on seed.test: another experiment had registered the trial with its
// own.
TEST_F(Comparison_, GivenATrialSharedWithAnotherExperimentThenItsSeedsAreThoseAskedForHere) {
  Planned shared = trial(100, 50, 0, 0.5);
  shared.hash = std::string(64, 'a');
  shared.seeds = {{"test", 7}};
  fill("other", {shared});
  shared.seeds = {{"test", 8}};
  std::vector<Planned> plan = {shared, trial(100, 50, 1, 0.6), trial(1000, 5, 0, 0.6),
                               trial(1000, 5, 1, 0.72)};
  for (Planned& planned : plan) planned.seeds = {{"test", 8}};
  fill("width", plan, contrast_);
  const Comparison comparison = result();
  EXPECT_EQ(comparison.primary->units, 2);
  EXPECT_EQ(comparison.primary->dropped, 0);
  EXPECT_THAT(comparison.seed_design.varying, ElementsAre("train"));
}

TEST_F(Comparison_, GivenEqualDifferencesThenThereIsNoVerdict) {
  // 0.7 - 0.6 and 0.8 - 0.7 differ in the last bit: rounding is no spread.
  fill("width",
       {trial(100, 50, 0, 0.6), trial(100, 50, 1, 0.7), trial(1000, 5, 0, 0.7),
        trial(1000, 5, 1, 0.8)},
       contrast_);
  const Comparison comparison = result();
  const MetricCell& cell = comparison.cells[1].metrics.at("real.auc");
  EXPECT_FALSE(cell.difference.p);
  EXPECT_FALSE(cell.p_holm) << "not in Holm's family";
  EXPECT_EQ(cell.verdict, Verdict::kNoSpread);
  EXPECT_EQ(comparison.primary->verdict, Verdict::kNoSpread);
  EXPECT_THAT(primary_in_words(comparison),
              HasSubstr("in each of 2 pairs of seeds: equal differences have no spread"));
  EXPECT_THAT(to_terminal(comparison_table(comparison), 0),
              AllOf(HasSubstr("(2 equal)"), HasSubstr("no verdict: equal differences")));
}

TEST_F(Comparison_, GivenMixedNumericsThenTheyAreNamed) {
  std::vector<Planned> plan = {trial(100, 50, 0, 0.5), trial(100, 50, 1, 0.6)};
  plan[1].isa = "avx512";
  plan[1].binary = "bb";
  fill("width", plan);
  EXPECT_THAT(result().mixed,
              ElementsAre("isa: avx2, avx512", "loss/cosface: 2 different binaries"));
}

TEST_F(Comparison_, GivenWrongNamesThenTheNearestIsOffered) {
  fill("width", {trial(100, 50, 0, 0.5)});
  EXPECT_THAT(words_of([&] { result("widht"); }), HasSubstr("did you mean 'width'"));
  EXPECT_THAT(words_of([&] { result("width", {{"generator.identities", 7}}); }),
              HasSubstr("no cell of 'width' has generator.identities = 7"));
}

TEST_F(Comparison_, GivenTheSameDataThenEveryFormIsTheSameTwiceAndTheJsonIsWhole) {
  fill("width",
       {trial(100, 50, 0, 0.5), trial(100, 50, 1, 0.6), trial(1000, 5, 0, 0.6),
        trial(1000, 5, 1, 0.72)},
       contrast_);
  const Comparison a = result(), b = result();
  EXPECT_EQ(comparison_csv(a), comparison_csv(b));
  EXPECT_EQ(comparison_json(a).dump(), comparison_json(b).dump());
  const auto json = comparison_json(a);
  EXPECT_EQ(json["cells"].size(), 2U);
  EXPECT_EQ(json["cells"][1]["metrics"]["real.auc"]["values"].size(), 2U);
  EXPECT_EQ(json["primary"]["difference"]["n"], 2);
  EXPECT_THAT(comparison_csv(a), HasSubstr("1000,5,real.auc,2,0.6"));
}

}  // namespace
}  // namespace synface::report
