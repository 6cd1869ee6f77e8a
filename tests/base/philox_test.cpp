// Philox4x32-10 against Random123's known answers, and what is built on it.
#include "synface/base/philox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "synface/base/error.h"

namespace synface {
namespace {

// kat_vectors of Random123 (Salmon et al. 2011), philox4x32 with 10 rounds.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, AStreamIsTheBlocksOfItsCounter) {
  PhiloxStream stream(0x0123456789abcdefULL, 7, 0xaaaaaaaa00000001ULL);
  const PhiloxKey key{0x89abcdef, 0x01234567};
  for (std::uint32_t index = 0; index < 3; ++index) {
    for (const std::uint32_t word : philox({index, 7, 1, 0xaaaaaaaa}, key)) {
      EXPECT_EQ(stream.word(), word);
    }
  }
}

TEST(Philox, UniformNumbersAreInTheirRangeAndExact) {
  EXPECT_EQ(uniform_float(0), 0.0F);
  EXPECT_EQ(uniform_float(0xffffffff), 1.0F - 0x1p-24F);
  EXPECT_EQ(uniform_double(0xffffffff, 0xffffffff), 1.0 - 0x1p-53);
  EXPECT_EQ(uniform_double(0, 63), 0.0);
  EXPECT_EQ(uniform_double(0, 64), 0x1p-53);
}

// Reference values of the normal quantile function, from its tables (Phi^-1).
TEST(Philox, TheNormalQuantileMatchesItsTables) {
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(0.995), 2.5758293035489004, 1e-14);
  EXPECT_NEAR(normal_quantile(0.841344746068543), 1.0, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-12);
  EXPECT_NEAR(normal_quantile(0x1p-54), -8.292361075813596, 2e-12);
}

TEST(Philox, TheNormalQuantileInvertsTheDistributionFunction) {
  for (double p = 1e-12; p < 1; p = p < 0.01 ? p * 3 : p + 0.0137) {
    const double x = normal_quantile(p);
    EXPECT_NEAR(0.5 * std::erfc(-x / std::sqrt(2.0)) / p, 1.0, 4e-14) << p;
  }
}

TEST(Philox, NormalNumbersHaveTheirMoments) {
  PhiloxStream stream(1, 1);
  constexpr int kCount = 200000;
  double sum = 0, squares = 0, fourth = 0;
  for (int i = 0; i < kCount; ++i) {
    const double x = stream.normal();
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  // Five standard errors: 1, sqrt(2) and sqrt(96) over sqrt(n).
  EXPECT_NEAR(sum / kCount, 0, 5 / std::sqrt(kCount));
  EXPECT_NEAR(squares / kCount, 1, 5 * std::sqrt(2.0 / kCount));
  EXPECT_NEAR(fourth / kCount, 3, 5 * std::sqrt(96.0 / kCount));
}

TEST(Philox, BoundedIntegersAreEvenlySpread) {
  PhiloxStream stream(3, 1);
  constexpr std::uint32_t kBound = 7;
  constexpr int kCount = 70000;
  std::vector<int> counts(kBound);
  for (int i = 0; i < kCount; ++i) ++counts.at(stream.below(kBound));
  double chi2 = 0;
  for (const int count : counts) chi2 += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chi2, 22.46) << "the 99.9th percentile of chi square with 6 degrees of freedom";
  EXPECT_EQ(stream.below(1), 0U);
}

TEST(KeyedPermutation, IsAPermutationWithItsInverse) {
  for (const std::uint64_t n : {1U, 2U, 3U, 4U, 5U, 16U, 17U, 100U, 1000U, 4096U, 4097U}) {
    const KeyedPermutation permutation(42, 5, n);
    std::set<std::uint64_t> images;
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t image = permutation(i);
      EXPECT_LT(image, n);
      EXPECT_EQ(permutation.inverse(image), i) << n;
      images.insert(image);
    }
    EXPECT_EQ(images.size(), n);
  }
}

TEST(KeyedPermutation, KeyAndTweakBothMatter) {
  const std::uint64_t n = 1000;
  const KeyedPermutation base(1, 0, n), key(2, 0, n), tweak(1, 1, n);
  int same_key = 0, same_tweak = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    same_key += base(i) == key(i) ? 1 : 0;
    same_tweak += base(i) == tweak(i) ? 1 : 0;
  }
  EXPECT_LT(same_key, 12) << "one is expected by chance";
  EXPECT_LT(same_tweak, 12);
}

// Over many tweaks, each element goes everywhere about equally often.
TEST(KeyedPermutation, ImagesAreSpreadEvenlyOverTweaks) {
  constexpr std::uint64_t kSize = 10;
  constexpr int kTweaks = 20000;
  for (const std::uint64_t element : {0U, 4U, 9U}) {
    std::vector<int> counts(kSize);
    for (int tweak = 0; tweak < kTweaks; ++tweak) {
      ++counts.at(KeyedPermutation(9, static_cast<std::uint64_t>(tweak), kSize)(element));
    }
    double chi2 = 0;
    for (const int count : counts) chi2 += (count - 2000.0) * (count - 2000.0) / 2000.0;
    EXPECT_LT(chi2, 27.88) << "the 99.9th percentile with 9 degrees of freedom";
  }
}

TEST(KeyedPermutation, LargeRangesWork) {
  const std::uint64_t n = (std::uint64_t{1} << 61U) + 12345;
  const KeyedPermutation permutation(1, 1, n);
  for (const std::uint64_t i : {std::uint64_t{0}, n / 3, n - 1}) {
    EXPECT_EQ(permutation.inverse(permutation(i)), i);
  }
  EXPECT_THROW(KeyedPermutation(1, 1, 0), Error);
}

}  // namespace
}  // namespace synface
