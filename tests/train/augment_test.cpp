#include <gtest/gtest.h>
#include <synface/train/augment.h>

#include <algorithm>
#include <cmath>
#include <vector>

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

constexpr Augmentation kOff{false, 0, 0, 0, 0, 0, 0};

std::vector<float> augmented(const Augmentation& settings, std::uint64_t image,
                             std::uint64_t seed = 5) {
  std::vector<float> out(kCount);
  augment(settings, seed, image, kH, kW, picture().data(), out.data());
  return out;
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
  EXPECT_LT(distance(augmented(kOff, 3), converted(false)), 1e-5);
  EXPECT_FLOAT_EQ(converted(false)[0], 100.0F / 127.5F - 1.0F);
}

TEST(Augment, FlipMirrorsHalfOfTheImages) {
  Augmentation settings = kOff;
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
  const auto with = [](auto change) {
    Augmentation settings = kOff;
    change(settings);
    return settings;
  };
  const Augmentation parts[] = {
      with([](Augmentation& a) { a.scale = .2; }), with([](Augmentation& a) { a.rotation = 15; }),
      with([](Augmentation& a) { a.shift = .1; }), with([](Augmentation& a) { a.color = .4; }),
      with([](Augmentation& a) { a.blur = 1; }),   with([](Augmentation& a) { a.erasing = 1; })};
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
  Augmentation settings = kOff;
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
  const std::vector<std::uint8_t> flat(kCount, 51);
  std::vector<float> out(kCount);
  for (std::uint64_t i = 0; i < 20; ++i) {
    augment(settings, 1, i, kH, kW, flat.data(), out.data());
    for (const float v : out) ASSERT_NEAR(v, -0.6F, 1e-5F);
  }
}

}  // namespace
}  // namespace synface::train
