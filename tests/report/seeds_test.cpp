#include "synface/report/seeds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace synface::report {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::set<std::string> crossed(int data, int train) {
  std::set<std::string> result;
  for (int d = 0; d < data; ++d) {
    for (int t = 0; t < train; ++t) {
      result.insert("data=" + std::to_string(d) + " real=0 train=" + std::to_string(t));
    }
  }
  return result;
}

TEST(Seeds, GivenZippedSeedsThenEachCombinationIsAUnitAndNothingIsShared) {
  const SeedDesign design =
      seed_design({"data=0 real=0 train=0", "data=1 real=0 train=1", "data=2 real=0 train=2"});
  EXPECT_FALSE(design.unit);
  EXPECT_EQ(describe_spread(design),
            "the spread covers 3 pairs of seed.data and seed.train, nothing shared; not seed.real "
            "= 0");
  EXPECT_EQ(unit_name(design), "seeds");
}

TEST(Seeds, GivenCrossedSeedsThenTheUnitIsTheDrawOfPeople) {
  const SeedDesign design = seed_design(crossed(2, 4));
  EXPECT_EQ(design.unit, "data");
  EXPECT_EQ(describe_averaging(design), "4 training seeds averaged within each of 2 data seeds");
  EXPECT_EQ(describe_spread(design),
            "the spread covers seed.data (2 values): 4 training seeds averaged within each of 2 "
            "data seeds; not seed.real = 0");
  EXPECT_THAT(by_unit(design, {{"data=0 real=0 train=0", 1.0},
                               {"data=0 real=0 train=1", 3.0},
                               {"data=1 real=0 train=0", 5.0}}),
              ElementsAre(Pair("data=0", 2.0), Pair("data=1", 5.0)));
}

TEST(Seeds, GivenSeedsOfOneNestedInTheOtherThenTheSharedOneIsTheUnit) {
  // Each set of people is trained once; two sets share each training seed.
  const SeedDesign design =
      seed_design({"data=0 train=0", "data=1 train=0", "data=2 train=1", "data=3 train=1"});
  EXPECT_EQ(design.unit, "train");
  EXPECT_EQ(describe_averaging(design), "2 data seeds averaged within each of 2 training seeds");
}

TEST(Seeds, GivenAnIncompleteCrossingThenTheCountsAreARange) {
  const SeedDesign design = seed_design({"data=0 train=0", "data=0 train=1", "data=1 train=0"});
  EXPECT_EQ(describe_averaging(design),
            "1 to 2 training seeds averaged within each of 2 data seeds");
}

TEST(Seeds, GivenThreeCrossedSeedsThenTheOthersAreNamed) {
  std::set<std::string> combinations;
  for (const char* data : {"0", "1"}) {
    for (const char* train : {"0", "1"}) {
      for (const char* real : {"0", "1"}) {
        combinations.insert(std::string("data=") + data + " real=" + real + " train=" + train);
      }
    }
  }
  EXPECT_EQ(describe_averaging(seed_design(combinations)),
            "4 combinations of seed.real and seed.train averaged within each of 2 data seeds");
}

TEST(Seeds, GivenOneSeedThenThatIsSaid) {
  EXPECT_EQ(describe_spread(seed_design({"data=0 train=0"})),
            "one seed only: no spread, and no difference can be shown");
  EXPECT_EQ(describe_spread(seed_design({"data=0 train=0", "data=0 train=1"})),
            "the spread covers seed.train (2 values); not seed.data = 0");
}

}  // namespace
}  // namespace synface::report
