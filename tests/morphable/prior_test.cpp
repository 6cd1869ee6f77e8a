// The prior: a row depends on its key alone, switches touch their own block, and the spread is as
// documented.
#include "core/prior.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/detector.h"
#include "core/random.h"

namespace {

using namespace synface::morphable;

const HeadModel& head() {
  static const HeadModel model = HeadModel::read(SYNFACE_MORPHABLE_HEAD);
  return model;
}
std::vector<float> row_of(const PriorOptions& options, uint64_t seed, uint32_t i, uint32_t k) {
  std::vector<float> row(Layout(head()).size);
  Prior(head(), options).draw(seed, i, k, row.data());
  return row;
}
std::vector<float> part(const std::vector<float>& row, std::size_t from, std::size_t to) {
  return {row.begin() + static_cast<std::ptrdiff_t>(from),
          row.begin() + static_cast<std::ptrdiff_t>(to)};
}

TEST(Prior, ARowIsAFunctionOfItsKey) {
  const PriorOptions options;
  const Layout l(head());
  const auto row = row_of(options, 7, 3, 2);
  EXPECT_EQ(row, row_of(options, 7, 3, 2));
  const auto sample = row_of(options, 7, 3, 1);
  EXPECT_EQ(part(row, 0, l.identity_end), part(sample, 0, l.identity_end));
  EXPECT_NE(part(row, l.identity_end, l.size), part(sample, l.identity_end, l.size));
  EXPECT_NE(part(row, 0, l.identity_end), part(row_of(options, 7, 4, 2), 0, l.identity_end));
  EXPECT_NE(part(row, 0, l.identity_end), part(row_of(options, 8, 3, 2), 0, l.identity_end));
  EXPECT_NE(part(row, 0, l.identity_end),
            part(row_of(options, 7ULL + (1ULL << 32), 3, 2), 0, l.identity_end));
}

// 2000 people: standard errors of the means are 0.008 at most; bounds at over 4 of them.
TEST(Prior, ThePopulationIsAsAskedFor) {
  PriorOptions options;
  options.men = 0.75;
  options.african = 1;
  options.asian = 2;
  options.caucasian = 7;
  const Prior prior(head(), options);
  std::vector<float> block(Layout(head()).identity_end);
  double sum[4] = {};
  constexpr uint32_t kPeople = 2000;
  for (uint32_t i = 0; i < kPeople; ++i) {
    prior.draw_identity(3, i, block.data());
    sum[0] += block[kGender];
    for (std::size_t e = 0; e < 3; ++e) sum[1 + e] += block[kEthnicity + e];
  }
  EXPECT_NEAR(sum[0] / kPeople, 0.75, 0.035);
  EXPECT_NEAR(sum[1] / kPeople, 0.1, 0.035);
  EXPECT_NEAR(sum[2] / kPeople, 0.2, 0.035);
  EXPECT_NEAR(sum[3] / kPeople, 0.7, 0.035);
}

TEST(Prior, ExtremePopulationsHaveNobodyElse) {
  PriorOptions options;
  options.men = 1;
  options.african = options.caucasian = 0;
  const Prior prior(head(), options);
  std::vector<float> block(Layout(head()).identity_end);
  for (uint32_t i = 0; i < 50; ++i) {
    prior.draw_identity(3, i, block.data());
    EXPECT_EQ(block[kGender], 1);
    EXPECT_EQ(block[kEthnicity], 0);
    EXPECT_EQ(block[kEthnicity + 1], 1);
    EXPECT_EQ(block[kEthnicity + 2], 0);
  }
}

TEST(Prior, ASwitchChangesItsOwnBlockAlone) {
  const Layout l(head());
  const std::size_t borders[] = {0,          l.identity_end, l.expression_end, l.illumination_end,
                                 l.pose_end, l.camera_end,   l.background_end, l.grooming_end,
                                 l.size};
  const auto all_on = row_of({}, 1, 5, 1);
  bool PriorOptions::*const switches[] = {
      &PriorOptions::hair,     &PriorOptions::expression,  &PriorOptions::illumination,
      &PriorOptions::pose,     &PriorOptions::camera,      &PriorOptions::background,
      &PriorOptions::grooming, &PriorOptions::accessories, &PriorOptions::skin_cues};
  for (std::size_t s = 0; s < 9; ++s) {
    const std::size_t own = s == 8 ? 0 : s;  // skin is of the person
    PriorOptions options;
    options.*switches[s] = false;
    bool changed = false;
    for (uint32_t k = 0; k < 12; ++k) {
      const auto with = row_of({}, 1, 5 + k, k);
      const auto without = row_of(options, 1, 5 + k, k);
      for (std::size_t b = 0; b < 8; ++b) {
        const bool same =
            part(with, borders[b], borders[b + 1]) == part(without, borders[b], borders[b + 1]);
        if (b == own) {
          changed = changed || !same;
        } else {
          EXPECT_TRUE(same) << "switch " << s << " changed block " << b;
        }
      }
    }
    EXPECT_TRUE(changed) << "switch " << s;
  }
}

TEST(Prior, CopiesAreSampleZero) {
  PriorOptions options;
  options.copies = true;
  EXPECT_EQ(row_of(options, 1, 2, 9), row_of({}, 1, 2, 0));
}

// Bounds at 5 standard errors of 3000 identities.
TEST(Prior, TheSpreadIsAsDocumented) {
  constexpr int kPeople = 3000;
  std::size_t flat = 0;  // nose-curve: signed, sigma 1.2 x 0.5, cut at 1
  std::size_t left = 0;
  for (std::size_t i = 0; i < head().coefficients.size(); ++i) {
    if (head().coefficients[i].name == "nose-curve-concave-convex") flat = i;
    if (head().coefficients[i].name == "l-ear-lobe-decr-incr") left = i;
  }
  const auto right = static_cast<std::size_t>(head().coefficients[left].tie);
  double square_sum = 0;
  double together = 0;
  double apart = 0;
  double age = 0;
  double male = 0;
  for (uint32_t i = 0; i < kPeople; ++i) {
    const auto row = row_of({}, 3, i, 0);
    const float* c = row.data() + kMacros;
    square_sum += c[flat] * c[flat];
    together += c[left] * c[right];
    apart += (c[left] - c[right]) * (c[left] - c[right]);
    age += row[kAge];
    male += row[kGender] > 0.5F;
    EXPECT_NEAR(row[kEthnicity] + row[kEthnicity + 1] + row[kEthnicity + 2], 1.0F, 1e-5F);
    ASSERT_GE(row[kAge], 0.5F);
    ASSERT_LE(row[kAge], 0.926F);
    for (std::size_t k = 0; k < head().coefficients.size(); ++k) ASSERT_LE(std::abs(c[k]), 1.0F);
  }
  // N(0, 0.6) cut at k = 1 / 0.6 sigma: variance 0.36 (1 - 2 k phi(k) / (2 Phi(k) - 1)) = 0.2280.
  EXPECT_NEAR(square_sum / kPeople, 0.2280, 0.02);
  EXPECT_NEAR(together / kPeople, 0.2280, 0.025);
  EXPECT_NEAR(apart / kPeople, 4 * 0.072 * 0.072, 0.003);
  EXPECT_NEAR(age / kPeople, 0.5 + 0.5 * 1.0 / 2.9, 0.014);
  EXPECT_NEAR(male / kPeople, 0.5, 0.046);
}

// The errors have the table's mean and covariance, and `jitter` scales both.
TEST(DetectorErrors, FollowTheTable) {
  constexpr uint32_t kDraws = 20000;
  std::array<double, 10> mean{};
  std::array<std::array<double, 10>, 10> second{};
  for (uint32_t n = 0; n < kDraws; ++n) {
    Random random(5, 259, n, 0);
    float e[10];
    draw_detector_errors(random, 2.0, e);
    for (std::size_t i = 0; i < 10; ++i) {
      mean[i] += static_cast<double>(e[i]) / kDraws;
      for (std::size_t k = 0; k < 10; ++k)
        second[i][k] += static_cast<double>(e[i] * e[k]) / kDraws;
    }
  }
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(mean[i], 2 * static_cast<double>(kMtcnnErrors.mean[i]), 0.15) << i;
    for (std::size_t k = 0; k < 10; ++k) {
      double covariance = 0;
      for (std::size_t j = 0; j < 10; ++j) {
        covariance += static_cast<double>(kMtcnnErrors.factor[i][j] * kMtcnnErrors.factor[k][j]);
      }
      EXPECT_NEAR(second[i][k] - mean[i] * mean[k], 4 * covariance, 0.4) << i << ", " << k;
    }
  }
}

TEST(DetectorErrors, AreNoneAtZero) {
  Random random(5, 259, 1, 0);
  float e[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  draw_detector_errors(random, 0.0, e);
  for (const float x : e) EXPECT_EQ(x, 0.0F);
}

// Bounds at 5 standard errors and more of 2000 identities and their samples.
TEST(Prior, PeopleWearWhatTheParametersSay) {
  constexpr uint32_t kPeople = 2000;
  const Layout l(head());
  const auto worn_of = [&](const PriorOptions& options, uint32_t i, uint32_t k) {
    const auto row = row_of(options, 6, i, k);
    return load_block<Accessories>(row.data() + l.grooming_end);
  };
  PriorOptions always;
  always.glasses_persistence = 1;
  int wearers = 0;
  int pictures = 0;
  int worn = 0;
  int hats = 0;
  int hidden = 0;
  for (uint32_t i = 0; i < kPeople; ++i) {
    // Clear lenses are a person's own, dark ones are of the day.
    const Accessories own = worn_of(always, i, 0);
    bool wearer = false;
    for (uint32_t k = 0; k < 4; ++k) {
      const Accessories seen = worn_of(always, i, k);
      wearer |= seen.glasses > 0.5F && seen.lens_color.y > 0.5F;
    }
    wearers += wearer;
    if (own.glasses > 0.5F && own.lens_color.y > 0.5F) {
      for (uint32_t k = 1; k < 5; ++k) {
        const Accessories now = worn_of({}, i, k);
        if (now.glasses > 0.5F && now.lens_color.y < 0.5F) continue;
        ++pictures;
        worn += now.glasses > 0.5F;
        if (now.glasses > 0.5F) {
          EXPECT_EQ(now.glasses_width, own.glasses_width);
        }
      }
    }
    const Accessories now = worn_of({}, i, 1);
    hats += now.hat > 0.5F;
    hidden += now.occluder > 0.5F;
  }
  EXPECT_NEAR(static_cast<double>(wearers) / kPeople, 0.15, 0.025);
  EXPECT_NEAR(static_cast<double>(worn) / pictures, 0.8, 0.06);
  EXPECT_NEAR(static_cast<double>(hats) / kPeople, 0.06, 0.027);
  EXPECT_NEAR(static_cast<double>(hidden) / kPeople, 0.04, 0.022);
}

TEST(Prior, EverySilhouetteOccurs) {
  constexpr uint32_t kPeople = 2000;
  const Layout l(head());
  std::map<std::string, int> seen;
  for (uint32_t i = 0; i < kPeople; ++i) {
    const auto row = row_of({}, 6, i, 0);
    const auto a = load_block<Appearance>(row.data() + l.appearance);
    seen["covered"] += a.scarf > 0.5F;
    seen["hat"] += a.hat > 0.5F;
    seen["shaven"] += a.hair_presence < 0.5F;
    seen["receding"] += a.hairline > 1.4F && a.hair_presence >= 0.5F;
    seen["fringe"] += a.fringe > 0.2F;
    seen["long"] += a.hair_length > 0.58F;
    seen["bob"] += a.hair_length > 0.2F && a.hair_length < 0.58F;
    seen["tied"] += a.bun + a.ponytail + a.plaits > 0.4F;
    seen["curly"] += a.hair_curl > 0.55F && a.hair_volume > 0.17F;
    seen["cropped"] += a.hair_volume < 0.06F && a.hair_presence >= 0.5F && a.hair_length <= 0.0F;
    seen["short"] += a.hair_volume > 0.06F && a.hair_volume < 0.2F && a.hair_length <= 0.0F;
  }
  for (const auto& [name, n] : seen) EXPECT_GT(n, kPeople / 100) << name;
}

}  // namespace
