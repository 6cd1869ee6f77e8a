// Promises about plans: counts, budgets, and settings that are known to fail.
#include "synface/experiment/plan.h"

#include <gmock/gmock.h>

#include "support.h"

namespace synface::experiment::testing {
namespace {

using ::testing::HasSubstr;

class Planning : public ExperimentTest {
 protected:
  // identities, loss plugin, scale, margin, images seen
  std::optional<std::string> verdict(int identities, const std::string& loss, double scale,
                                     double margin, std::int64_t seen, double ramp = 0) {
    const auto experiment = expand_text(
        fmt::format("generator = {{ plugin = 'faces', identities = {}, samples = 20, size = 48 }}\n"
                    "backbone = {{ plugin = 'net' }}\n"
                    "loss = {{ plugin = '{}', scale = {}, margin = {} }}\n"
                    "train = {{ images_seen = {}, margin_ramp = {} }}\n",
                    identities, loss, scale, margin, seen, ramp));
    return cannot_converge(experiment.trials.at(0).config, false);
  }
};

// The settings of which it was measured whether they learn (48 px, batch 64).
TEST_F(Planning, WhatIsKnownToFailIsWarnedOfAndWhatWorksIsNot) {
  EXPECT_TRUE(verdict(1000, "cosface", 24, 0.2, 30'000));   // loss 10.5 of 11.7 at its end
  EXPECT_FALSE(verdict(1000, "cosface", 16, 0, 30'000));    // 3.5
  EXPECT_FALSE(verdict(622, "cosface", 24, 0.2, 120'000));  // 85.1% on real faces
  EXPECT_FALSE(verdict(622, "arcface", 30, 0.5, 60'000));   // 80.9%
  EXPECT_TRUE(verdict(622, "cosface", 64, 0.35, 60'000));   // 67.3%, the untrained floor
}

TEST_F(Planning, ARampTakesItsShareOffAndTooFewImagesAreTold) {
  EXPECT_FALSE(verdict(1000, "cosface", 24, 0.2, 30'000, 0.5));
  EXPECT_THAT(verdict(10'000, "cosface", 16, 0, 20'000).value_or(""), HasSubstr("only 2.0 times"));
  EXPECT_FALSE(verdict(10'000, "cosface", 64, 0.5, 0));  // a floor is not meant to learn
}

TEST_F(Planning, CountsStatesAndPrintsEpochs) {
  const auto experiment = expand_text("seed.train = [0, 1, 2, 3]\n" + std::string(kBase));
  std::vector<Known> known(4);
  known[0].state = Known::State::kDone;
  known[0].other_binaries = {"loss/cosface"};
  known[1].state = Known::State::kFailed;
  const auto plan = make_plan(experiment, known, {}, {2, 0, 0}, 0);
  EXPECT_EQ(plan.count.at("done"), 1);
  EXPECT_EQ(plan.count.at("failed"), 1);
  EXPECT_EQ(plan.count.at("new"), 2);
  EXPECT_EQ(plan.to_run, 2);
  EXPECT_EQ(plan.other_binary, 1);
  ASSERT_EQ(plan.warnings.size(), 1U);
  EXPECT_THAT(plan.warnings[0], HasSubstr("other binaries of loss/cosface"));
  EXPECT_EQ(epochs_of(experiment.trials[0].config), 12.0);
}

TEST_F(Planning, ImagesOfOneSeedAreRenderedOnce) {
  const auto experiment = expand_text(std::string(kBase) + R"(
axes.product."generator.identities" = [50, 100]
axes.product."generator.samples" = [5, 10]
)");
  const auto plan = make_plan(experiment, {}, {}, {2, 0, 0}, 2);
  const std::uint64_t heldout = 200 * 6;
  EXPECT_EQ(plan.estimate.render_images, 100 * 10 + heldout);
  EXPECT_EQ(plan.estimate.cache_bytes, (100 * 10 + heldout) * 48 * 48 * 3);
}

TEST_F(Planning, SetsThatOverlapOnlyInPartAreCountedByTheirUnion) {
  const auto experiment = expand_text(std::string(kBase) + R"(
[[axes.zip]]
"generator.identities" = [100, 20]
"generator.samples" = [5, 50]
)");
  const auto plan = make_plan(experiment, {}, {}, {2, 0, 0}, 2);
  EXPECT_EQ(plan.estimate.render_images, 100U * 5 + 20 * 45 + 200 * 6);
}

TEST_F(Planning, MeasuredSpeedReplacesTheAssumedOne) {
  const auto experiment = expand_text(kBase);
  Rates rates;
  const auto assumed = make_plan(experiment, {}, rates, {1, 0, 0}, 1);
  rates.train[train_cell(experiment.trials[0].config)] = 100.0;
  const auto measured = make_plan(experiment, {}, rates, {1, 0, 0}, 1);
  EXPECT_FALSE(assumed.estimate.measured);
  EXPECT_TRUE(measured.estimate.measured);
  EXPECT_GT(measured.estimate.seconds, assumed.estimate.seconds + 100);
}

TEST_F(Planning, NothingIsEstimatedWhereNothingIsToDo) {
  const auto experiment = expand_text(kBase);
  std::vector<Known> known(1);
  known[0].state = Known::State::kDone;
  const auto plan = make_plan(experiment, known, {}, {2, 0, 0}, 0);
  EXPECT_EQ(plan.to_run, 0);
  EXPECT_EQ(plan.estimate.seconds, 0);
}

}  // namespace
}  // namespace synface::experiment::testing
