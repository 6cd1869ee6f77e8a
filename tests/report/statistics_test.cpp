#include "synface/report/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "synface/base/error.h"

namespace synface::report {
namespace {

using Values = std::vector<double>;

TEST(Summary, GivenNothingOrOneValueThenNoSpreadIsClaimed) {
  EXPECT_FALSE(summarize(Values{}).mean);
  const Summary one = summarize(Values{3.5});
  EXPECT_EQ(one.mean, 3.5);
  EXPECT_FALSE(one.sd);
  EXPECT_FALSE(one.interval);
}

TEST(Summary, GivenThreeValuesThenTheIntervalIsStudents) {
  // mean 4, squared deviations 4 + 0 + 4, sd = sqrt(8 / 2) = 2; t(0.975, 2) = 4.302653 (tables):
  // half width 4.302653 * 2 / sqrt(3) = 4.968276.
  const Summary summary = summarize(Values{2, 4, 6});
  EXPECT_DOUBLE_EQ(*summary.mean, 4);
  EXPECT_DOUBLE_EQ(*summary.sd, 2);
  EXPECT_NEAR(summary.interval->lo, 4 - 4.968276, 1e-5);
  EXPECT_NEAR(summary.interval->hi, 4 + 4.968276, 1e-5);
}

TEST(Summary, GivenALargeOffsetThenNoDigitsCancel) {
  const double offset = 1e9;
  EXPECT_NEAR(*summarize(Values{offset + 1, offset + 2, offset + 3}).sd, 1.0, 1e-9);
}

TEST(Summary, GivenNaNOrInfinityThenItIsAFaultAndNeverAMean) {
  EXPECT_THROW(summarize(Values{1, std::nan("")}), Error);
  EXPECT_THROW(summarize(Values{1, std::numeric_limits<double>::infinity()}), Error);
}

// Student's sleep data (1908), in every statistics package; R's t.test(paired = TRUE) prints
// t = -4.0621, df = 9, p = 0.002833, interval -2.4598858 to -0.7001142, mean -1.58.
TEST(PairedDifference, GivenStudentsSleepDataThenItAgreesWithThePublishedResult) {
  const Values first = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const Values second = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const PairedDifference result = paired_difference(first, second);
  EXPECT_EQ(result.n, 10);
  EXPECT_NEAR(*result.mean, -1.58, 1e-12);
  EXPECT_NEAR(*result.p, 0.002833, 5e-7);
  EXPECT_NEAR(result.interval->lo, -2.4598858, 5e-8);
  EXPECT_NEAR(result.interval->hi, -0.7001142, 5e-8);
  EXPECT_FALSE(result.interval->contains(0));
  // One difference is 0 and dropped; the other nine are of one sign: 2 / 2^9.
  EXPECT_DOUBLE_EQ(*result.p_wilcoxon, 2.0 / 512);
}

TEST(PairedDifference, GivenOnePairThenAMeanAndNothingMore) {
  const PairedDifference result = paired_difference(Values{2}, Values{1});
  EXPECT_EQ(result.mean, 1);
  EXPECT_FALSE(result.interval || result.p);
}

TEST(PairedDifference, GivenEqualValuesThenNoDifferenceIsShownAndNoIntervalOfNoWidth) {
  const PairedDifference result = paired_difference(Values{1, 2}, Values{1, 2});
  EXPECT_EQ(result.p, 1.0);
  EXPECT_TRUE(result.no_spread);
  EXPECT_FALSE(result.interval);
  EXPECT_FALSE(result.p_wilcoxon);
}

TEST(PairedDifference, GivenTwoEqualDifferencesThenTheyAreNoProof) {
  // 0.7 - 0.6 and 0.8 - 0.7 differ by 1.1e-16.
  for (const auto& [a, b] :
       {std::pair(Values{3, 4}, Values{2, 3}), std::pair(Values{0.7, 0.8}, Values{0.6, 0.7})}) {
    const PairedDifference result = paired_difference(a, b);
    EXPECT_TRUE(result.no_spread);
    EXPECT_GT(*result.mean, 0);
    EXPECT_EQ(result.sd, 0.0);
    EXPECT_FALSE(result.p || result.interval);
    EXPECT_EQ(result.p_wilcoxon, 0.5) << "two of one sign are as likely as not";
  }
  EXPECT_FALSE(paired_difference(Values{0.7, 0.8}, Values{0.6, 0.7 - 1e-9}).no_spread);
}

TEST(Wilcoxon, GivenSmallSamplesThenTheDistributionIsCounted) {
  // Ranks 1, 2, 3; positive sum 1 + 2 = 3. Sums of the 8 signings: 0 1 2 3 3 4 5 6. At least 3: 5
  // of 8, at most 3: 5 of 8; two-sided min(1, 2 * 5 / 8) = 1.
  EXPECT_DOUBLE_EQ(*wilcoxon_signed_rank(Values{1, 2, -3}), 1.0);
  // All five positive: 2 / 2^5.
  EXPECT_DOUBLE_EQ(*wilcoxon_signed_rank(Values{1, 2, 3, 4, 5}), 2.0 / 32);
  // Ties of size 1, 1: ranks 1.5, 1.5, 3; positive 3 + 1.5 = 4.5: sums 0 1.5 1.5 3 3 4.5 4.5 6; at
  // least 4.5: 3 of 8.
  EXPECT_DOUBLE_EQ(*wilcoxon_signed_rank(Values{1, -1, 2}), 2.0 * 3 / 8);
}

TEST(Wilcoxon, GivenManyValuesThenTheNormalApproximationIsNearTheExactCount) {
  Values values;
  for (int i = 1; i <= 25; ++i) values.push_back(i % 3 == 0 ? -i : i);
  const double exact = *wilcoxon_signed_rank(values);
  values.push_back(26);  // one more: approximated
  values.push_back(-27);
  const double approximate = *wilcoxon_signed_rank(values);
  EXPECT_NEAR(exact, approximate, 0.06);
  EXPECT_NE(exact, approximate);
}

TEST(Holm, GivenFourValuesThenTheyAreSteppedDown) {
  // Sorted .005 .01 .03 .04 times 4 3 2 1: .02 .03 .06 .04, made monotone: .02 .03 .06 .06.
  const Values p = {0.01, 0.04, 0.03, 0.005};
  EXPECT_THAT(holm(p), ::testing::Pointwise(::testing::DoubleEq(), Values{0.03, 0.06, 0.06, 0.02}));
  EXPECT_THAT(holm(Values{0.9, 0.8}), ::testing::ElementsAre(1.0, 1.0));
}

}  // namespace
}  // namespace synface::report
