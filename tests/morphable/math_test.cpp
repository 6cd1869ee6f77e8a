// The elementary functions against the C library's, and the generator of random numbers against
// its published answers.
#include "core/math.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace {

using namespace synface::morphable;

TEST(Math, ExponentialAndLogarithmAgreeWithTheCLibrary) {
  for (double x = -30.0; x <= 30.0; x += 0.0137) {
    EXPECT_NEAR(exp_of(x) / std::exp(x), 1.0, 1e-13) << x;
    const double y = std::exp(x);
    EXPECT_NEAR(log_of(y), x, 1e-13 * (1.0 + std::abs(x)));
  }
  EXPECT_NEAR(pow_of(0.3, 1.0 / 2.4), std::pow(0.3, 1.0 / 2.4), 1e-14);
  EXPECT_EQ(pow_of(0.0, 2.0), 0.0);
}

TEST(Math, SineAndCosineAgreeWithTheCLibrary) {
  for (double x = -40.0; x <= 40.0; x += 0.0091) {
    const SinCos sc = sincos_of(x);
    EXPECT_NEAR(sc.sin, std::sin(x), 1e-14 * 40) << x;
    EXPECT_NEAR(sc.cos, std::cos(x), 1e-14 * 40) << x;
  }
}

TEST(Math, FastFunctionsKeepTheirStatedErrors) {
  for (float x = -20.0F; x <= 20.0F; x += 0.037F) {
    EXPECT_NEAR(exp2_fast(x) / std::exp2(x), 1.0F, 4e-6F) << x;
  }
  for (int i = 0; i < 3600; ++i) {
    const double angle = (i - 1799.5) / 1800.0 * kPi;
    const float got = atan2_fast(static_cast<float>(2.5 * std::sin(angle)),
                                 static_cast<float>(2.5 * std::cos(angle)));
    EXPECT_NEAR(got, angle, 1e-4) << angle;
  }
}

TEST(Math, FloorOfNegativeNumbersRoundsDown) {
  EXPECT_EQ(floor_int(-0.25F), -1);
  EXPECT_EQ(floor_int(-3.0F), -3);
  EXPECT_EQ(floor_int(2.75), 2);
}

// Salmon et al. 2011, the known answers of Random123 (kat_vectors).
TEST(Random, PhiloxGivesItsPublishedAnswers) {
  EXPECT_EQ(Random::philox({0, 0, 0, 0}, {0, 0}),
            (Random::Words{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U}));
  EXPECT_EQ(Random::philox({0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U},
                           {0xa4093822U, 0x299f31d0U}),
            (Random::Words{0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U}));
}

// Moments of 40,000 draws, bounds at 5 standard errors.
TEST(Random, DistributionsHaveTheirMoments) {
  Random random(11, 2, 3, 4);
  constexpr int kDraws = 40000;
  double normal = 0;
  double normal2 = 0;
  double gamma = 0;
  double beta = 0;
  double exponential = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double z = random.normal();
    normal += z;
    normal2 += z * z;
    gamma += random.gamma(0.45);
    beta += random.beta(1.1, 2.6);
    exponential += random.exponential(2);
  }
  EXPECT_NEAR(normal / kDraws, 0.0, 0.025);
  EXPECT_NEAR(normal2 / kDraws, 1.0, 0.036);
  EXPECT_NEAR(gamma / kDraws, 0.45, 0.017);
  EXPECT_NEAR(beta / kDraws, 1.1 / 3.7, 0.0053);
  EXPECT_NEAR(exponential / kDraws, 2.0, 0.05);
}

}  // namespace
