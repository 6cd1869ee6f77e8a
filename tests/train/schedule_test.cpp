#include <gtest/gtest.h>
#include <synface/base/error.h>
#include <synface/train/schedule.h>

namespace synface::train {
namespace {

TEST(Schedule, CosineAfterAWarmUp) {
  const Schedule s{"cosine", 0.2, 0.1, {}, 0};
  EXPECT_DOUBLE_EQ(learning_rate(s, 0, 100), 0.02);
  EXPECT_DOUBLE_EQ(learning_rate(s, 9, 100), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate(s, 10, 100), 0.2);
  EXPECT_NEAR(learning_rate(s, 55, 100), 0.1, 1e-15);
  EXPECT_GT(learning_rate(s, 99, 100), 0);
  EXPECT_LT(learning_rate(s, 99, 100), 1e-4);
}

TEST(Schedule, StepsAtTheMilestones) {
  const Schedule s{"step", 1.0, 0, {0.6, 0.75, 0.9}, 0};
  EXPECT_DOUBLE_EQ(learning_rate(s, 59, 100), 1);
  EXPECT_DOUBLE_EQ(learning_rate(s, 60, 100), .1);
  EXPECT_NEAR(learning_rate(s, 90, 100), .001, 1e-18);
}

TEST(Schedule, ConstantAndUnknown) {
  EXPECT_DOUBLE_EQ(learning_rate({"constant", .3, 0, {}, 0}, 7, 9), .3);
  EXPECT_THROW(learning_rate({"linear", .3, 0, {}, 0}, 7, 9), Error);
}

TEST(Schedule, MarginsRise) {
  const Schedule s{"constant", 1, 0, {}, 0.5};
  EXPECT_DOUBLE_EQ(margin_scale(s, 0, 100), 0);
  EXPECT_DOUBLE_EQ(margin_scale(s, 25, 100), .5);
  EXPECT_DOUBLE_EQ(margin_scale(s, 50, 100), 1);
  EXPECT_DOUBLE_EQ(margin_scale({"constant", 1, 0, {}, 0}, 0, 100), 1);
}

}  // namespace
}  // namespace synface::train
