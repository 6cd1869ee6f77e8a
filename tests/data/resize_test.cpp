#include <gtest/gtest.h>
#include <synface/data/resize.h>

namespace synface::data {
namespace {

Image grey(std::int64_t height, std::int64_t width, const std::vector<int>& values) {
  Image image{height, width, {}};
  for (const int v : values) {
    for (int c = 0; c < 3; ++c) image.pixels.push_back(static_cast<std::uint8_t>(v));
  }
  return image;
}

std::vector<int> first_channel(const Image& image) {
  std::vector<int> values;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) values.push_back(image.pixels[i]);
  return values;
}

TEST(Resize, ShrinkingTakesTheMeanOfTheCoveredArea) {
  const Image image = grey(2, 4, {0, 10, 20, 30, 40, 50, 60, 70});
  EXPECT_EQ(first_channel(resize(view(image), 1, 2)), (std::vector<int>{25, 45}));
  // 3 to 2: an output covers one and a half pixels, (0 + 30 / 2) / 1.5 = 10, (30 / 2 + 60) / 1.5.
  EXPECT_EQ(first_channel(resize(view(grey(1, 3, {0, 30, 60})), 1, 2)), (std::vector<int>{10, 50}));
}

TEST(Resize, GrowingInterpolatesBetweenPixelCentres) {
  // Centres of the outputs lie at -0.25 (clamped), 0.25, 0.75, 1.25 (clamped) of the inputs.
  EXPECT_EQ(first_channel(resize(view(grey(1, 2, {0, 100})), 1, 4)),
            (std::vector<int>{0, 25, 75, 100}));
  EXPECT_EQ(first_channel(resize(view(grey(1, 1, {7})), 3, 2)), std::vector<int>(6, 7));
}

TEST(Resize, TheSameSizeIsACopyAndAFlatPictureStaysFlat) {
  const Image image = grey(2, 2, {1, 2, 3, 4});
  EXPECT_EQ(resize(view(image), 2, 2).pixels, image.pixels);
  for (const auto& [h, w] : {std::pair{7, 13}, {100, 3}, {64, 64}}) {
    EXPECT_EQ(first_channel(resize(view(grey(19, 5, std::vector<int>(95, 255))), h, w)),
              std::vector<int>(static_cast<std::size_t>(h * w), 255));
  }
}

}  // namespace
}  // namespace synface::data
