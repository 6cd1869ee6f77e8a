// Promises about axes: which cells there are, in which order, and what is refused.
#include <gmock/gmock.h>

#include "support.h"

namespace synface::experiment::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Grid = ExperimentTest;

TEST_F(Grid, ATrialSharesWhatItHasInCommonWithOthersAndProgressIsTold) {
  auto with = options();
  std::uint64_t last = 0;
  with.progress = [&](std::uint64_t done, std::uint64_t cells) {
    EXPECT_EQ(done, ++last);
    EXPECT_EQ(cells, 4U);
  };
  const auto experiment = expand_text(std::string(kBase) + R"(
seed.train = [0, 1]
[axes.product]
"loss.margin" = [0.0, 0.2]
)",
                                      with);
  EXPECT_EQ(last, 4U);
  ASSERT_EQ(experiment.trials.size(), 4U);
  const auto& one = experiment.trials[0];
  const auto& other = experiment.trials[1];
  EXPECT_EQ(&one.config.at("generator"), &other.config.at("generator"));
  EXPECT_EQ(&one.spec.at("plugins"), &other.spec.at("plugins"));
  EXPECT_NE(&one.config.at("loss"), &other.config.at("loss"));
  EXPECT_EQ(&one.config.at("loss"), &experiment.trials[2].config.at("loss"));
}

TEST_F(Grid, AFloorRepeatedOverTooManyCellsIsAnErrorBeforeItIsExpanded) {
  std::string values;
  for (int i = 0; i < 1100; ++i) values += fmt::format("{},", i);
  const auto text = std::string(kBase) + fmt::format(R"(
seed = {{ data = [0], train = [{0}] }}
[[floor]]
name = "untrained"
set = {{ "train.images_seen" = 0, "seed.data" = [{0}] }}
over = ["seed.train"]
)",
                                                     values);
  EXPECT_THAT(error_of(text), HasSubstr("more than 1,000,000 cells"));
}

TEST_F(Grid, AProductHasEveryCombinationAndSeedsVarySlowest) {
  const auto experiment = expand_text(std::string(kBase) + R"(
seed = { train = [3, 4] }
[axes.product]
"loss.margin" = [0.0, 0.2]
"generator.samples" = [5, 10]
)");
  ASSERT_EQ(experiment.trials.size(), 8U);
  EXPECT_EQ(experiment.trials[0].axes,
            Json::parse(R"({"seed.train":3,"loss.margin":0.0,"generator.samples":5})"));
  EXPECT_EQ(experiment.trials[1].axes["generator.samples"], 10);
  EXPECT_EQ(experiment.trials[4].axes["seed.train"], 4);
  EXPECT_EQ(experiment.trials[7].config["loss"]["margin"], 0.2);
}

TEST_F(Grid, ListsOfAZipGroupMoveTogether) {
  const auto experiment = expand_text(std::string(kBase) + R"(
[[axes.zip]]
"generator.identities" = [1000, 250, 100]
"generator.samples" = [5, 20, 50]
)");
  ASSERT_EQ(experiment.trials.size(), 3U);
  for (const auto& trial : experiment.trials) {
    EXPECT_EQ(trial.config["generator"]["identities"].get<int>() *
                  trial.config["generator"]["samples"].get<int>(),
              5000);
  }
}

TEST_F(Grid, AValueMayStandInSeveralRowsOfAZipGroupButOnceInAProduct) {
  EXPECT_EQ(expand_text(std::string(kBase) + R"(
[[axes.zip]]
"generator.identities" = [100, 100, 20]
"generator.samples" = [5, 20, 5]
)")
                .trials.size(),
            3U);
  EXPECT_THAT(error_of(std::string(kBase) + "axes.product.\"generator.samples\" = [5, 7, 5]\n"),
              HasSubstr("has the value 5 twice"));
}

TEST_F(Grid, UnequalListsOfAZipGroupAreRefused) {
  EXPECT_THAT(error_of(std::string(kBase) + R"(
[[axes.zip]]
"generator.identities" = [1000, 250]
"generator.samples" = [5]
)"),
              HasSubstr("equally long"));
}

TEST_F(Grid, ExcludeAndOnlyLeaveCellsOut) {
  const std::string axes = std::string(kBase) + R"(
[axes]
product = { im = [false, true], "generator.samples" = [5, 10, 50] }
)";
  const std::string mixup = "mixup = [ { plugin = 'identity', when = 'im' } ]\n";
  EXPECT_EQ(expand_text(mixup + axes).trials.size(), 6U);
  EXPECT_EQ(expand_text(mixup + axes + "exclude = [ { im = true, 'generator.samples' = 50 } ]\n")
                .trials.size(),
            5U);
  EXPECT_EQ(expand_text(mixup + axes + "only = [ { 'generator.samples' = [5, 50], im = false } ]\n")
                .trials.size(),
            2U);
}

TEST_F(Grid, WhenKeepsAnEntryOnlyWhereItsConditionHolds) {
  const auto experiment = expand_text(R"(
mixup = [ { plugin = "identity", when = "im" } ]
axes.product.im = [false, true]
)" + std::string(kBase));
  ASSERT_EQ(experiment.trials.size(), 2U);
  EXPECT_TRUE(experiment.trials[0].config["mixup"].empty());
  ASSERT_EQ(experiment.trials[1].config["mixup"].size(), 1U);
  EXPECT_FALSE(experiment.trials[1].config["mixup"][0].contains("when"));
}

TEST_F(Grid, WhenMayBeATableOrANegation) {
  const auto count_of = [&](const std::string& when) {
    const auto experiment = expand_text("mixup = [ { plugin = 'identity', when = " + when +
                                        " } ]\naxes.product = { im = [false, true], "
                                        "arm = ['a', 'b', 'c'] }\n" +
                                        std::string(kBase));
    std::size_t with = 0;
    for (const auto& trial : experiment.trials) with += trial.config["mixup"].size();
    return std::pair(experiment.trials.size(), with);
  };
  // Cells with equal configs are one trial.
  EXPECT_EQ(count_of("'not im'"), std::pair(std::size_t{2}, std::size_t{1}));
  EXPECT_EQ(count_of("{ arm = ['a', 'c'] }"), std::pair(std::size_t{2}, std::size_t{1}));
}

TEST_F(Grid, WhenThatNamesNoAxisSuggestsTheNearest) {
  const auto message = error_of(
      "mixup = [ { plugin = 'identity', when = 'mix' } ]\n"
      "axes.product.mixed = [false, true]\n" +
      std::string(kBase));
  EXPECT_THAT(message, HasSubstr("`mix`"));
}

TEST_F(Grid, EqualCellsAreOneTrial) {
  const auto experiment = expand_text("axes.product.unused = [1, 2, 3]\n" + std::string(kBase));
  EXPECT_EQ(experiment.trials.size(), 1U);
  EXPECT_EQ(experiment.counts.equal, 2U);
}

TEST_F(Grid, ASectionMayBeAnAxisAndDropsTheOtherPluginsParameters) {
  const auto experiment = expand_text(R"(
generator = { plugin = "faces", identities = 100, samples = 10, size = 48 }
backbone = { plugin = "net" }
loss = { plugin = "cosface", scale = 24.0 }
axes.product.loss = [ { plugin = "cosface" }, { plugin = "arcface", margin = 0.3 } ]
)");
  ASSERT_EQ(experiment.trials.size(), 2U);
  EXPECT_EQ(experiment.trials[0].config["loss"]["scale"], 24.0);
  EXPECT_EQ(experiment.trials[1].config["loss"]["scale"], 30.0);  // arcface's own default
  EXPECT_EQ(experiment.trials[1].axes["loss"], "arcface");
}

TEST_F(Grid, AnEmptyAxisIsRefusedWithItsPlace) {
  const auto message = error_of(std::string(kBase) + "axes.product.\"loss.margin\" = []\n");
  EXPECT_THAT(message, HasSubstr("experiment.toml:7:"));
  EXPECT_THAT(message, HasSubstr("`loss.margin` is empty"));
}

TEST_F(Grid, MoreThanAMillionCellsAreRefusedAtOnce) {
  std::string list = "[0";
  for (int i = 1; i < 1100; ++i) list += "," + std::to_string(i);
  list += "]";
  EXPECT_THAT(error_of("seed = { data = " + list + ", train = " + list + " }\n" + kBase),
              HasSubstr("more than 1,000,000 cells"));
}

TEST_F(Grid, ASlipInEveryCellIsToldOnce) {
  EXPECT_THAT(error_of("seed = { train = [0, 1, 2, 3] }\nloss = { plugin = 'none' }\n"
                       "generator = { plugin = 'faces', identities = 9, samples = 9 }\n"
                       "backbone = { plugin = 'net' }\n",
                       ExitCode::kPlugin),
              Not(HasSubstr("errors")));
}

TEST_F(Grid, OnlyAndLimitNarrowTheTrials) {
  const std::string text =
      "seed = { train = [0, 1, 2] }\n"
      "axes.product.\"generator.samples\" = [5, 10]\n" +
      std::string(kBase);
  auto with = options();
  with.only = {"generator.samples=10"};
  EXPECT_EQ(expand_text(text, with).trials.size(), 3U);
  with.only = {"seed.train=0", "seed.train=2"};
  EXPECT_EQ(expand_text(text, with).trials.size(), 4U);
  with.limit = 3;
  const auto experiment = expand_text(text, with);
  EXPECT_EQ(experiment.trials.size(), 3U);
  EXPECT_EQ(experiment.counts.limited, 1U);
}

TEST_F(Grid, WhereNothingIsLeftItIsSaidWhy) {
  auto with = options();
  with.only = {"generator.samples=11"};
  EXPECT_THAT(error_of(kBase, with), HasSubstr("no trial is left: 0 excluded by axes, 1 left out"));
}

TEST_F(Grid, OnlyThatNamesNothingIsAnError) {
  auto with = options();
  with.only = {"generator.sample=10"};
  EXPECT_THAT(error_of(kBase, with), HasSubstr("did you mean"));
}

TEST_F(Grid, FloorsAreTrialsOfTheirOwnWithALabel) {
  const auto experiment = expand_text(std::string(kBase) + R"(
seed = { train = [0, 1] }
axes.product."generator.samples" = [5, 10]

[[floor]]
name = "untrained"
set = { "train.images_seen" = 0 }
over = ["seed.train"]

[[floor]]
name = "lbp"
set = { "train.images_seen" = 0, backbone = { plugin = "lbp" } }

[[floor]]
name = "more"
set = { "train.images_seen" = 0, "seed.train" = [5, 6, 7] }
)");
  EXPECT_EQ(experiment.counts.floors, 6U);
  ASSERT_EQ(experiment.trials.size(), 4U + 6U);
  EXPECT_EQ(experiment.trials[4].axes, Json::parse(R"({"floor":"untrained","seed.train":0})"));
  EXPECT_EQ(experiment.trials[5].axes["seed.train"], 1);
  EXPECT_EQ(experiment.trials[6].config["backbone"]["plugin"], "lbp");
  EXPECT_FALSE(experiment.trials[6].config["backbone"].contains("width"));
  EXPECT_EQ(experiment.trials[9].config["seed"]["train"], 7);
  EXPECT_EQ(experiment.trials[9].config["train"]["images_seen"], 0);
}

TEST_F(Grid, AxesThatFollowFromTheFirstOfTheirZipAreKnown) {
  const auto tied = [&](const std::string& axes) {
    return expand_text(std::string(kBase) + axes).tied_axes;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(tied("[[axes.zip]]\npart = ['all', 'pose']\n'generator.pose' = [20, 0]\n"
                 "'backbone.width' = [1, 1]\n"),
            (Names{"generator.pose", "backbone.width"}));
  EXPECT_EQ(tied("[[axes.zip]]\n'backbone.width' = [1, 1, 2]\n'generator.pose' = [20, 0, 0]\n"
                 "'loss.margin' = [0.1, 0.2, 0.3]\n"),
            (Names{"loss.margin"}))
      << "the first alone does not tell its values apart";
  EXPECT_EQ(tied("[axes.product]\n'generator.pose' = [20, 0]\n'backbone.width' = [1, 2]\n"),
            Names{});
}

TEST_F(Grid, OnlyFloorSelectsFloors) {
  const std::string text = std::string(kBase) +
                           "axes.product.\"generator.samples\" = [5, 10]\n"
                           "[[floor]]\nname = 'untrained'\nset = { 'train.images_seen' = 0 }\n";
  auto with = options();
  with.only = {"floor=untrained"};
  EXPECT_EQ(expand_text(text, with).trials.size(), 1U);
  with.only = {"floor=none"};
  EXPECT_EQ(expand_text(text, with).trials.size(), 2U);
}

TEST_F(Grid, EntriesOfMixupAreAddressedByTheirPlugin) {
  const auto experiment = expand_text(
      "mixup = [ { plugin = 'identity' } ]\n"
      "axes.product.\"mixup.identity.strength\" = [0.25, 1]\n" +
      std::string(kBase));
  ASSERT_EQ(experiment.trials.size(), 2U);
  EXPECT_EQ(experiment.trials[0].config["mixup"][0]["strength"], 0.25);
  EXPECT_EQ(experiment.trials[1].axes["mixup.identity.strength"], 1);
}

}  // namespace
}  // namespace synface::experiment::testing
