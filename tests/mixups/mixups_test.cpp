// Identity and Domain Mixup through the ABI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <synface/sdk/philox.h>

#include <set>

#include "abi_plugin.h"

namespace {

using abi_test::must;
using Mixup = abi_test::Plugin<synface_mixup_table>;

// A set of `identities` people with `samples` images each.
struct Set {
  Set(uint32_t index, uint64_t seed, uint32_t identities, uint32_t samples)
      : counts(identities, samples), set{sizeof set, index, seed, identities, counts.data()} {}
  std::vector<uint32_t> counts;
  synface_mix_set set;
};

std::vector<synface_key> grid(uint64_t seed, uint32_t identities, uint32_t samples) {
  std::vector<synface_key> keys;
  for (uint32_t i = 0; i < identities; ++i) {
    for (uint32_t k = 0; k < samples; ++k) keys.push_back({seed, i, k, 0, 0});
  }
  return keys;
}

std::vector<synface_mix_source> pick(const Mixup& mixup, const std::vector<synface_key>& keys,
                                     const std::vector<const synface_mix_set*>& sets,
                                     uint64_t counter = 0, std::size_t sources_a_row = 2) {
  std::vector<synface_mix_source> sources(sources_a_row * keys.size());
  synface_context ctx = abi_test::context();
  ctx.key[0] = 7;
  ctx.counter = counter;
  must([&](synface_error* error) {
    return mixup->pick(mixup.self(), &ctx, keys.data(), keys.size(), sets.data(),
                       static_cast<uint32_t>(sets.size()), sources.data(), error);
  });
  return sources;
}

TEST(IdentityMixup, PhiIsUniformOnThePapersGridOf21Values) {
  const Mixup mixup("identity.so", "identity");
  const Set own(0, 5, 400, 50);
  const auto sources = pick(mixup, grid(5, 400, 50), {&own.set});
  std::vector<int> seen(21, 0);
  for (std::size_t r = 0; r < sources.size(); r += 2) {
    const double place = 20.0 * static_cast<double>(sources[r].coefficient);
    const auto bin = static_cast<std::size_t>(std::lround(place));
    EXPECT_NEAR(place, static_cast<double>(bin), 1e-5);
    ++seen.at(bin);
  }
  // 20,000 draws over 21 values: chi-square with 20 degrees of freedom stays below its 99.99%
  // quantile.
  double chi = 0.0;
  for (const int n : seen) chi += (n - 20000 / 21.0) * (n - 20000 / 21.0) / (20000 / 21.0);
  EXPECT_LT(chi, 52.4);
}

TEST(IdentityMixup, LabelsAreMixedAsTheImagesAre) {
  const Mixup mixup("identity.so", "identity");
  const Set own(0, 5, 10, 8);
  const auto keys = grid(5, 10, 8);
  const auto sources = pick(mixup, keys, {&own.set});
  for (std::size_t r = 0; r < keys.size(); ++r) {
    const synface_mix_source& a = sources[2 * r];
    const synface_mix_source& b = sources[2 * r + 1];
    EXPECT_EQ(a.key.identity, keys[r].identity);
    EXPECT_EQ(a.key.sample, keys[r].sample);
    EXPECT_EQ(a.coefficient, a.label_weight);
    EXPECT_EQ(b.coefficient, b.label_weight);
    EXPECT_FLOAT_EQ(a.coefficient + b.coefficient, 1.0F);
  }
}

TEST(IdentityMixup, PartnersAreSampledWithoutReplacementAndNeverTheIdentityItself) {
  const Mixup mixup("identity.so", "identity");
  const uint32_t n = 12;
  const Set own(0, 9, n, n - 1);
  const auto keys = grid(9, n, n - 1);
  const auto sources = pick(mixup, keys, {&own.set});
  for (uint32_t i = 0; i < n; ++i) {
    std::set<uint32_t> partners;
    for (uint32_t k = 0; k < n - 1; ++k) {
      partners.insert(sources[2 * (i * (n - 1) + k) + 1].key.identity);
    }
    EXPECT_EQ(partners.size(), n - 1);
    EXPECT_EQ(partners.count(i), 0U);
  }
}

TEST(IdentityMixup, IsDefinedWhenThereAreMoreSamplesThanOtherIdentities) {
  const Mixup mixup("identity.so", "identity");
  const Set own(0, 9, 2, 6);
  const auto sources = pick(mixup, grid(9, 2, 6), {&own.set});
  for (std::size_t r = 0; r < 12; ++r) {
    EXPECT_EQ(sources[2 * r + 1].key.identity, 1 - sources[2 * r].key.identity);
  }
}

TEST(IdentityMixup, ARowDoesNotDependOnItsBatch) {
  const Mixup mixup("identity.so", "identity");
  const Set own(0, 3, 20, 5);
  const auto keys = grid(3, 20, 5);
  const auto whole = pick(mixup, keys, {&own.set}, 1);
  const auto alone = pick(mixup, {keys[77]}, {&own.set}, 2);
  EXPECT_EQ(whole[2 * 77].coefficient, alone[0].coefficient);
  EXPECT_EQ(whole[2 * 77 + 1].key.identity, alone[1].key.identity);
}

TEST(IdentityMixup, ControlsChangeOnlyWhatTheySay) {
  const Set own(0, 3, 20, 5);
  const auto keys = grid(3, 20, 5);
  const auto plain = pick(Mixup("identity.so", "identity"), keys, {&own.set});
  const auto hard = pick(Mixup("identity.so", "identity", {{"labels", "hard"}}), keys, {&own.set});
  const auto smooth = pick(Mixup("identity.so", "identity", {{"image", "own"}}), keys, {&own.set});
  const auto kept = pick(Mixup("identity.so", "identity", {{"image", "own"}, {"labels", "kept"}}),
                         keys, {&own.set});
  bool flipped = false;
  for (std::size_t r = 0; r < plain.size(); r += 2) {
    EXPECT_EQ(kept[r].coefficient, 1.0F);
    EXPECT_EQ(kept[r].label_weight, std::max(plain[r].label_weight, plain[r + 1].label_weight));
    EXPECT_FLOAT_EQ(kept[r].label_weight + kept[r + 1].label_weight, 1.0F);
    flipped = flipped || plain[r].label_weight < 0.5F;
    EXPECT_EQ(hard[r].coefficient, plain[r].coefficient);
    EXPECT_EQ(hard[r].label_weight, plain[r].coefficient >= 0.5F ? 1.0F : 0.0F);
    EXPECT_EQ(smooth[r].coefficient, 1.0F);
    EXPECT_EQ(smooth[r].label_weight, plain[r].label_weight);
  }
  EXPECT_TRUE(flipped) << "no row shows the difference between kept and mixed";
}

// Coefficients that sum to 1 keep the mean of people, squares that sum to 1 their covariance.
TEST(IdentityMixup, TheVariancePreservingFormKeepsMeanAndVariance) {
  const Mixup linear("identity.so", "identity");
  const Mixup mixup("identity.so", "identity", {{"form", "variance_preserving"}});
  synface_mix_info info{};
  info.struct_size = sizeof info;
  must([&](synface_error* e) { return mixup->info(mixup.self(), &info, e); });
  EXPECT_EQ(info.sources, 3U);
  for (const uint32_t identities : {3U, 4U, 100U}) {
    const Set own(0, 5, identities, 20);
    const auto keys = grid(5, identities, 20);
    const auto plain = pick(linear, keys, {&own.set});
    const auto sources = pick(mixup, keys, {&own.set}, 0, 3);
    for (std::size_t r = 0; r < keys.size(); ++r) {
      const synface_mix_source* s = &sources[3 * r];
      double sum = 0;
      double squares = 0;
      for (int k = 0; k < 3; ++k) {
        sum += s[k].coefficient;
        squares += double{s[k].coefficient} * s[k].coefficient;
        EXPECT_LT(s[k].key.identity, identities);
        EXPECT_EQ(s[k].key.sample, keys[r].sample);
      }
      EXPECT_NEAR(sum, 1, 1e-6);
      EXPECT_NEAR(squares, 1, 1e-6);
      EXPECT_LE(s[2].coefficient, 0);
      EXPECT_NE(s[2].key.identity, s[0].key.identity);
      EXPECT_NE(s[2].key.identity, s[1].key.identity);
      // Partner, phi and labels are the linear form's.
      EXPECT_EQ(s[2].label_weight, 0);
      for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_EQ(s[k].key.identity, plain[2 * r + k].key.identity);
        EXPECT_EQ(s[k].label_weight, plain[2 * r + k].label_weight);
      }
    }
  }
}

TEST(IdentityMixup, TheVariancePreservingFormNeedsThreeIdentities) {
  const Mixup mixup("identity.so", "identity", {{"form", "variance_preserving"}});
  const Set own(0, 5, 2, 5);
  try {
    pick(mixup, grid(5, 2, 5), {&own.set}, 0, 3);
    FAIL() << "two identities were enough";
  } catch (const abi_test::CallFailed& e) {
    EXPECT_EQ(e.code, SYNFACE_ERR_INVALID);
    EXPECT_THAT(e.what(), testing::HasSubstr("three"));
  }
}

TEST(IdentityMixup, ProbabilityZeroLeavesEveryImageAlone) {
  const Set own(0, 3, 20, 5);
  const auto sources =
      pick(Mixup("identity.so", "identity", {{"probability", 0.0}}), grid(3, 20, 5), {&own.set});
  for (std::size_t r = 0; r < sources.size(); r += 2) EXPECT_EQ(sources[r].coefficient, 1.0F);
}

TEST(IdentityMixup, RefusesASetOfOneIdentity) {
  const Mixup mixup("identity.so", "identity");
  const Set own(0, 3, 1, 5);
  EXPECT_THROW(pick(mixup, grid(3, 1, 5), {&own.set}), abi_test::CallFailed);
}

TEST(DomainMixup, OnePsiABatchFromTheGridAndPartnersFromTheRealSet) {
  const Mixup mixup("domain.so", "domain");
  const Set own(0, 3, 20, 5);
  Set real(1, 0, 30, 2);
  std::set<float> psis;
  for (uint64_t step = 0; step < 200; ++step) {
    const auto sources = pick(mixup, grid(3, 20, 5), {&own.set, &real.set}, step);
    psis.insert(sources[0].coefficient);
    for (std::size_t r = 0; r < sources.size(); r += 2) {
      EXPECT_EQ(sources[r].coefficient, sources[0].coefficient);
      EXPECT_EQ(sources[r + 1].key.set, 1U);
      EXPECT_LT(sources[r + 1].key.identity, 30U);
      EXPECT_LT(sources[r + 1].key.sample, 2U);
      EXPECT_FLOAT_EQ(sources[r].label_weight + sources[r + 1].label_weight, 1.0F);
    }
  }
  EXPECT_EQ(psis.size(), 21U);
}

TEST(DomainMixup, DrawsImagesUniformlyWhenPeopleHaveDifferentNumbersOfThem) {
  const Mixup mixup("domain.so", "domain");
  const Set own(0, 3, 100, 50);
  Set real(1, 0, 2, 1);
  real.counts[1] = 9;  // nine of ten images belong to the second person
  const auto sources = pick(mixup, grid(3, 100, 50), {&own.set, &real.set});
  int second = 0;
  for (std::size_t r = 1; r < sources.size(); r += 2)
    second += sources[r].key.identity == 1 ? 1 : 0;
  EXPECT_NEAR(second / 5000.0, 0.9, 0.02);
}

TEST(DomainMixup, SaysThatRealImagesAreMissing) {
  const Mixup mixup("domain.so", "domain");
  const Set own(0, 3, 2, 2);
  try {
    pick(mixup, grid(3, 2, 2), {&own.set});
    FAIL();
  } catch (const abi_test::CallFailed& failure) {
    EXPECT_EQ(failure.where, "real.train");
  }
}

TEST(KeyedPermutation, IsAPermutationForEverySize) {
  for (const uint32_t n : {1U, 2U, 3U, 5U, 16U, 17U, 1000U}) {
    std::set<uint32_t> images;
    for (uint32_t i = 0; i < n; ++i) images.insert(synface::sdk::permute(i, n, 42, 7));
    EXPECT_EQ(images.size(), n);
    EXPECT_LT(*images.rbegin(), n);
  }
}

}  // namespace
