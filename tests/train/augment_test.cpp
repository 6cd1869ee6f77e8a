#include <gtest/gtest.h>
#include <synface/base/hash.h>
#include <synface/train/augment.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "augmented.h"

namespace synface::train {
namespace {

constexpr std::int64_t kH = 20, kW = 24;
constexpr std::size_t kCount = 3 * kH * kW;

std::vector<std::uint8_t> picture() {
  std::vector<std::uint8_t> pixels(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    pixels[i] = static_cast<std::uint8_t>(100 + 80 * std::sin(static_cast<double>(i) * .05));
  }
  return pixels;
}

std::vector<float> augmented(const Augmentation& settings, std::uint64_t image,
                             std::uint64_t seed = 5) {
  return augmented(settings, seed, image, kH, kW, picture().data());
}

std::vector<float> converted(bool mirror) {
  std::vector<float> out(kCount);
  convert(kH, kW, picture().data(), mirror, out.data());
  return out;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return most;
}

TEST(Augment, EverythingOffIsThePlainImage) {
  EXPECT_LT(distance(augmented(kNothing, 3), converted(false)), 1e-5);
  EXPECT_FLOAT_EQ(converted(false)[0], 100.0F / 127.5F - 1.0F);
}

TEST(Augment, FlipMirrorsHalfOfTheImages) {
  Augmentation settings = kNothing;
  settings.flip = true;
  int mirrored = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const auto image = augmented(settings, i);
    const bool flip = distance(image, converted(true)) < 1e-4;
    EXPECT_TRUE(flip || distance(image, converted(false)) < 1e-4);
    mirrored += flip ? 1 : 0;
  }
  EXPECT_NEAR(mirrored, 200, 50);  // 5 standard deviations
}

// Each switch alone changes the picture, and leaves the limits in force.
TEST(Augment, EachPartWorksAlone) {
  const Augmentation parts[] = {
      only([](auto& a) { a.scale = .2; }),    only([](auto& a) { a.rotation = 15; }),
      only([](auto& a) { a.shift = .1; }),    only([](auto& a) { a.color = .4; }),
      only([](auto& a) { a.blur = 1; }),      only([](auto& a) { a.erasing = 1; }),
      only([](auto& a) { a.warp = .1; }),     only([](auto& a) { a.resample = 1; }),
      only([](auto& a) { a.jpeg = 1; }),      only([](auto& a) { a.gamma = .5; }),
      only([](auto& a) { a.contrast = .5; }), only([](auto& a) { a.white_balance = .2; }),
      only([](auto& a) { a.grey = 1; })};
  for (const Augmentation& part : parts) {
    double most = 0;
    for (std::uint64_t i = 0; i < 10; ++i) {
      const auto image = augmented(part, i);
      most = std::max(most, distance(image, converted(false)));
      EXPECT_LE(*std::max_element(image.begin(), image.end()), 1.0F);
      EXPECT_GE(*std::min_element(image.begin(), image.end()), -1.0F);
    }
    EXPECT_GT(most, 0.02);
  }
}

TEST(Augment, ErasingCoversTwoToTwentyPercent) {
  Augmentation settings = kNothing;
  settings.erasing = 1;
  for (std::uint64_t i = 0; i < 50; ++i) {
    const auto image = augmented(settings, i);
    double grey = 0;
    for (std::size_t p = 0; p < kCount; p += 3) {
      grey += image[p] == 0 && image[p + 1] == 0 && image[p + 2] == 0 ? 1.0 / (kH * kW) : 0;
    }
    EXPECT_GT(grey, 0.01);
    EXPECT_LT(grey, 0.23);
  }
}

TEST(Augment, ADrawDependsOnSeedAndImageAlone) {
  const Augmentation settings;
  EXPECT_EQ(augmented(settings, 7), augmented(settings, 7));
  EXPECT_GT(distance(augmented(settings, 7), augmented(settings, 8)), 0.01);
  EXPECT_GT(distance(augmented(settings, 7, 1), augmented(settings, 7, 2)), 0.01);
}

// Switching one part off leaves what the others draw: without erasing, the pixels outside of the
// rectangle stay.
TEST(Augment, PartsDrawIndependently) {
  Augmentation with, without;
  with.erasing = 1;
  without.erasing = 0;
  const auto a = augmented(with, 11), b = augmented(without, 11);
  std::size_t equal = 0;
  for (std::size_t i = 0; i < kCount; ++i) equal += a[i] == b[i] ? 1 : 0;
  EXPECT_GT(equal, kCount * 3 / 4);
  EXPECT_LT(equal, kCount);
}

// A picture of one colour stays so under warp and blur: edges are repeated, weights sum to 1.
TEST(Augment, AFlatPictureStaysFlatUnderWarpAndBlur) {
  Augmentation settings;
  settings.color = 0;
  settings.erasing = 0;
  settings.blur = 1;
  settings.warp = 0.1;
  settings.resample = 1;
  const std::vector<std::uint8_t> flat(kCount, 51);
  for (std::uint64_t i = 0; i < 20; ++i) {
    for (const float v : augmented(settings, 1, i, kH, kW, flat.data())) {
      ASSERT_NEAR(v, -0.6F, 1e-5F);
    }
  }
}

// What is off changes no bit, and neither does a part whose draw says no.
TEST(Augment, AProbabilityIsTheShareOfImagesThatChange) {
  const Augmentation parts[] = {
      only([](auto& a) { a.blur = .3; }), only([](auto& a) { a.resample = .3; }),
      only([](auto& a) { a.jpeg = .3; }), only([](auto& a) { a.grey = .3; }),
      only([](auto& a) { a.erasing = .3; })};
  for (const Augmentation& part : parts) {
    int changed = 0;
    for (std::uint64_t i = 0; i < 400; ++i) {
      changed += augmented(part, i) == augmented(kNothing, i) ? 0 : 1;
    }
    EXPECT_NEAR(changed, 120, 46);  // 5 standard deviations
  }
}

// What recorded trials were trained on: SHA-256 of 200 images under the settings that there were at
// first, taken from that version's program. Where it changes, every recorded trial's numbers do.
TEST(Augment, SettingsThatAreRecordedGiveTheBitsThatTheyGave) {
  std::vector<std::uint8_t> pixels(3 * 48 * 48);
  std::uint32_t state = 1;
  for (std::uint8_t& p : pixels) {
    state = state * 1664525U + 1013904223U;
    p = static_cast<std::uint8_t>(state >> 24);
  }
  const auto sum = [&](const Augmentation& settings) {
    Sha256 hash;
    for (std::uint64_t i = 0; i < 200; ++i) {
      const auto image = augmented(settings, 5, i, 48, 48, pixels.data());
      hash.update(std::as_bytes(std::span(image)));
    }
    return hash.hex();
  };
  EXPECT_EQ(sum({}), "cb46472b52b4138344f4ee8b2a66b9fd6ff3d0af19f3b8dfbb211b5e8784579b");
  EXPECT_EQ(sum({true, .3, 30, .1, .4, 1, 1}),
            "2c106d7a4c1b216faa9c9fe0b2ded83a9937e4da0478ada95102d849d0a51dfe");
}

}  // namespace
}  // namespace synface::train
