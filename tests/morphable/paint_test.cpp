// What is painted stays within its tables and ranges, whatever comes in.
#include "core/paint_body.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/dress.h"

namespace {

using namespace synface::morphable;

Chart chart() {
  return Chart(HeadModel::read(SYNFACE_MORPHABLE_HEAD));
}

TEST(Paint, ACurveIsReadWithinItsTable) {
  const Chart c = chart();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float first = c.brow.at(-9.0F).b;
  const float last = c.brow.at(9.0F).b;
  EXPECT_NE(first, last);
  EXPECT_EQ(c.brow.at(-kInfinity).b, first);
  EXPECT_EQ(c.brow.at(kInfinity).b, last);
  EXPECT_EQ(c.brow.at(std::nanf("")).b, first);
}

TEST(Paint, WhatIsNoNumberIsOutside) {
  const Chart c = chart();
  Appearance a{};
  a.brow_width = a.brow_alpha = 1;
  Spot lip{};
  lip.b = -1.1F;
  EXPECT_GT(lip_cover(c, lip), 0.5F);
  Spot brow{};
  brow.a = 0.5F;
  brow.b = c.brow.at(0.5F).b;
  EXPECT_GT(brow_cover(a, c, brow), 0.1F);
  for (float Spot::*at : {&Spot::a, &Spot::b}) {
    Spot bad = lip;
    bad.*at = std::nanf("");
    EXPECT_EQ(lip_cover(c, bad), 0.0F);
    bad = brow;
    bad.*at = std::nanf("");
    EXPECT_EQ(brow_cover(a, c, bad), 0.0F);
  }
}

// A variance-preserving mixture gives its third person a share down to -1/3.
TEST(Paint, AMixtureBeyondPeopleIsBroughtBackToThem) {
  Appearance beyond{};
  beyond.freckles = beyond.lash = beyond.hair_volume = beyond.hollow = beyond.fold = -0.3F;
  beyond.frown = beyond.socket = beyond.beard_length = beyond.brow_width = -0.3F;
  beyond.fringe = beyond.rows = 1.3F;
  beyond.hair_color = beyond.iris = {-0.1F, 0.2F, -0.05F};
  Grooming same{};
  same.hair_length = same.hair_volume = same.hair_density = same.beard_density = 1;
  const Appearance a = groomed(beyond, same);
  for (const float amount : {a.freckles, a.lash, a.hair_volume, a.hollow, a.fold, a.frown, a.socket,
                             a.beard_length, a.hair_color.x, a.hair_color.z, a.iris.x}) {
    EXPECT_EQ(amount, 0.0F);
  }
  EXPECT_EQ(a.fringe, 1.0F);
  EXPECT_EQ(a.rows, 1.0F);
  EXPECT_GT(a.brow_width, 0.0F);
  EXPECT_EQ(a.iris.y, 0.2F);
}

}  // namespace
