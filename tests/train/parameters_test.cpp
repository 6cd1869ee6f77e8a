#include <gtest/gtest.h>
#include <synface/base/error.h>
#include <synface/train/parameters.h>

#include <cmath>

namespace synface::train {
namespace {

std::vector<ParameterSpec> specs() {
  return {{"conv", {3, 5}, true, true, 1.0F},
          {"mean", {7}, false, true, 1.0F},
          {"bias", {5}, true, false, 1.0F},
          {"slow", {2}, true, true, 0.5F},
          {"conv2", {65}, true, true, 1.0F}};
}

float* data(const View& view) {
  return static_cast<float*>((*view).data);
}

TEST(Parameters, ViewsAreAlignedDistinctAndShaped) {
  Parameters p(specs(), true);
  EXPECT_EQ(p.trainable_count(), 15 + 5 + 2 + 65);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(data(p.value(i))) % 256, 0U);
    for (std::int64_t k = 0; k < p.value(i).count(); ++k) {
      EXPECT_EQ(data(p.value(i))[k], 0);
      data(p.value(i))[k] = static_cast<float>(i + 1);
    }
  }
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(data(p.value(i))[0], static_cast<float>(i + 1));
  EXPECT_EQ((*p.value(0)).shape[1], 5);
  EXPECT_EQ(p.gradient(1), nullptr);
  EXPECT_NE(p.gradient(0), nullptr);
  EXPECT_EQ(Parameters(specs(), false).gradient(0), nullptr);
}

TEST(Parameters, DecayAndRatesGoByGroup) {
  Parameters p(specs(), true);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::int64_t k = 0; k < p.value(i).count(); ++k) data(p.value(i))[k] = 2;
    if (p.gradient(i) != nullptr) {
      for (std::int64_t k = 0; k < p.value(i).count(); ++k) {
        static_cast<float*>(p.gradient(i)->data)[k] = 1;
      }
    }
  }
  p.step({0.1F, 0.0F, 0.5F, false}, 1);
  EXPECT_FLOAT_EQ(data(p.value(0))[14], 2 - 0.1F * (1 + 0.5F * 2));
  EXPECT_FLOAT_EQ(data(p.value(4))[64], 2 - 0.1F * (1 + 0.5F * 2));
  EXPECT_FLOAT_EQ(data(p.value(2))[4], 2 - 0.1F);
  EXPECT_FLOAT_EQ(data(p.value(3))[0], 2 - 0.05F * (1 + 0.5F * 2));
  EXPECT_EQ(data(p.value(1))[0], 2);
  EXPECT_NEAR(p.gradient_norm(), std::sqrt(87.0), 1e-12);
}

TEST(Parameters, FindsWhatIsNotFinite) {
  Parameters p(specs(), true);
  EXPECT_EQ(p.find_not_finite(), "");
  data(p.value(3))[1] = INFINITY;
  EXPECT_EQ(p.find_not_finite(), "slow");
}

TEST(Parameters, ADoubleNameIsAFault) {
  auto twice = specs();
  twice.push_back(twice[0]);
  EXPECT_THROW(Parameters(twice, true), Error);
}

}  // namespace
}  // namespace synface::train
