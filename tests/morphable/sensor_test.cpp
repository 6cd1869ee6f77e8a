// What a camera and a file do: each step does what its name says and no more.
#include "core/sensor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/noise.h"

namespace {

using namespace synface::morphable;

constexpr int kSize = 112;  // of which a camera's figures speak

// A camera that does nothing.
Camera ideal() {
  Camera camera{};
  camera.detail = camera.saturation = 1;
  camera.jpeg = 101;
  return camera;
}
Film film_of(const Camera& camera) {
  return synface::morphable::film_of(camera, {}, kSize, kSize);
}
Motion motion_of(float length, float angle) {
  Camera camera = ideal();
  camera.motion = length;
  camera.motion_angle = angle;
  return film_of(camera).motion;
}
Vec3 graded_by(float warm, float saturation, Vec3 color) {
  Camera camera = ideal();
  camera.warm = warm;
  camera.saturation = saturation;
  return graded(film_of(camera).grading, color);
}
std::vector<uint8_t> compressed_by(float quality, int height, int width,
                                   std::vector<uint8_t> image) {
  Camera camera = ideal();
  camera.jpeg = quality;
  std::vector<float> work;
  compress(height, width, film_of(camera).steps, image.data(), work);
  return image;
}

std::vector<Vec3> pattern() {
  std::vector<Vec3> image;
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      image.push_back({lattice(x, y), lattice(x + 100, y), lattice(x, y + 100)});
    }
  }
  return image;
}
double mean_of(const std::vector<Vec3>& image) {
  double sum = 0;
  for (const Vec3& c : image) sum += c.x + c.y + c.z;
  return sum / (3.0 * static_cast<double>(image.size()));
}
double spread_of(const std::vector<Vec3>& image) {
  const double mean = mean_of(image);
  double sum = 0;
  for (const Vec3& c : image) sum += (c.x - mean) * (c.x - mean) + (c.y - mean) * (c.y - mean);
  return sum / (2.0 * static_cast<double>(image.size()));
}
bool equal(const std::vector<Vec3>& a, const std::vector<Vec3>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].x != b[i].x || a[i].y != b[i].y || a[i].z != b[i].z) return false;
  }
  return true;
}

TEST(Sensor, NothingIsDoneWhereNothingIsAsked) {
  auto image = pattern();
  std::vector<Vec3> work;
  const Film film = film_of(ideal());
  soften(kSize, kSize, film.softness, image, work);
  move(kSize, kSize, film.motion, image, work);
  shrink(kSize, kSize, film.shrinking, image, work);
  EXPECT_TRUE(equal(image, pattern()));
  const Vec3 color = graded(film.grading, {0.8F, 0.3F, 0.1F});  // rounded
  EXPECT_NEAR(color.x, 0.8, 1e-6);
  EXPECT_NEAR(color.y, 0.3, 1e-6);
  EXPECT_NEAR(color.z, 0.1, 1e-6);
  EXPECT_EQ(film.grain.amount, 0);
  EXPECT_EQ(film.compressed, 0);
}

// At 56 pixels half as many pixels are blurred, grain is a mean over four, 60% of 112 is more than
// is shown, and JPEG's steps are halved: quality 40 has steps of 125%, 68.75 has 62.5%.
TEST(Sensor, ASmallPictureIsALargeOneMadeSmaller) {
  Camera camera{};
  camera.softness = 0.8F;
  camera.noise = 3;
  camera.motion = 4;
  camera.detail = 0.6F;
  camera.jpeg = 40;
  const Camera half = at_size(camera, 56);
  EXPECT_FLOAT_EQ(half.softness, 0.2F);
  EXPECT_FLOAT_EQ(half.noise, 1.5F);
  EXPECT_FLOAT_EQ(half.motion, 2);
  EXPECT_FLOAT_EQ(half.detail, 1);
  EXPECT_FLOAT_EQ(half.jpeg, 68.75F);
  const Camera as_is = at_size(camera, 112);
  EXPECT_EQ(as_is.softness, camera.softness);
  EXPECT_EQ(as_is.noise, camera.noise);
  EXPECT_EQ(as_is.motion, camera.motion);
  EXPECT_EQ(as_is.detail, camera.detail);
  EXPECT_EQ(as_is.jpeg, camera.jpeg);
  const Camera twice = at_size(camera, 224);
  EXPECT_EQ(twice.motion, 8);
  EXPECT_EQ(twice.noise, 3);
  camera.jpeg = 101;
  camera.detail = 0.45F;
  EXPECT_EQ(at_size(camera, 56).jpeg, 101);
  EXPECT_FLOAT_EQ(at_size(camera, 56).detail, 0.9F);
  camera.jpeg = 10;
  EXPECT_FLOAT_EQ(at_size(camera, 56).jpeg, 20);
}

// A line along the path stays, one across it spreads over the path's length.
TEST(Sensor, MotionBlursAlongItsPath) {
  std::vector<Vec3> work;
  std::vector<Vec3> image(kSize * kSize);
  for (int i = 0; i < kSize; ++i) image[20 * kSize + static_cast<std::size_t>(i)] = {1, 1, 1};
  auto along = image;
  move(kSize, kSize, motion_of(5, 0), along, work);
  EXPECT_NEAR(along[20 * kSize + 20].x, 1, 1e-5);
  EXPECT_NEAR(along[22 * kSize + 20].x, 0, 1e-5);
  auto across = image;
  move(kSize, kSize, motion_of(5, 1.57079633F), across, work);
  EXPECT_LT(across[20 * kSize + 20].x, 0.35);
  EXPECT_GT(across[22 * kSize + 20].x, 0.05);
  EXPECT_NEAR(across[26 * kSize + 20].x, 0, 1e-5);
}

TEST(Sensor, LostResolutionKeepsTheMeanAndLosesDetail) {
  std::vector<Vec3> work;
  double before = spread_of(pattern());
  for (const float share : {0.8F, 0.5F, 0.25F}) {
    auto image = pattern();
    Camera camera = ideal();
    camera.detail = share;
    shrink(kSize, kSize, film_of(camera).shrinking, image, work);
    EXPECT_NEAR(mean_of(image), mean_of(pattern()), 0.02) << share;
    EXPECT_LT(spread_of(image), 0.9 * before) << share;
    before = spread_of(image);
  }
}

TEST(Sensor, GradingTurnsGreyWarmAndTakesColourAway) {
  const Vec3 grey = graded_by(0.1F, 1, {0.5F, 0.5F, 0.5F});
  EXPECT_NEAR(grey.x, 0.5 * std::exp(0.1), 1e-4);
  EXPECT_NEAR(grey.y, 0.5, 1e-5);
  EXPECT_NEAR(grey.z, 0.5 * std::exp(-0.1), 1e-4);
  const Vec3 red = graded_by(0, 0, {0.8F, 0.1F, 0.1F});
  const double y = 0.2126 * 0.8 + 0.7874 * 0.1;
  EXPECT_NEAR(red.x, y, 1e-5);
  EXPECT_NEAR(red.z, y, 1e-5);
}

// Errors fall with the quality; at 100 every step is 1, and what is left is the rounding and the
// chroma's half resolution.
TEST(Sensor, CompressionLosesTheMoreTheLowerTheQuality) {
  std::vector<uint8_t> smooth_picture;
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      for (int k = 0; k < 3; ++k) {
        smooth_picture.push_back(static_cast<uint8_t>(
            static_cast<float>(40 + x + y / 3) +
            60 * noise2(0.3F * static_cast<float>(x), 0.3F * static_cast<float>(y))));
      }
    }
  }
  double last = -1;
  for (const float quality : {100.0F, 90.0F, 60.0F, 20.0F}) {
    const auto image = compressed_by(quality, kSize, kSize, smooth_picture);
    double error = 0;
    for (std::size_t i = 0; i < image.size(); ++i) {
      error += std::abs(int{image[i]} - int{smooth_picture[i]});
    }
    error /= static_cast<double>(image.size());
    EXPECT_GT(error, last) << quality;
    last = error;
    if (quality == 100.0F) {
      EXPECT_LT(error, 1.0);
    }
  }
  EXPECT_GT(last, 1.5);
  EXPECT_LT(last, 12.0);
}

// A flat grey of 128 is coded by nothing at all, in every block and beyond the last whole one.
TEST(Sensor, MiddleGreyIsCodedExactly) {
  const std::vector<uint8_t> grey(3 * 21 * 13, 128);
  EXPECT_EQ(compressed_by(35, 21, 13, grey), grey);
}

}  // namespace
