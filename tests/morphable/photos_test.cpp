// Photographs behind the head: the crop is where the latents say, in the tint of the scene's light.
#include "core/photos.h"

#include <gtest/gtest.h>

#include "core/prior.h"
#include "core/renderer.h"

namespace {

using namespace synface::morphable;

// A photograph whose red grows to the right and whose green grows downwards.
std::vector<uint8_t> ramp(int height, int width, uint8_t blue) {
  std::vector<uint8_t> rgb;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      rgb.push_back(static_cast<uint8_t>(40 + 180 * x / width));
      rgb.push_back(static_cast<uint8_t>(40 + 180 * y / height));
      rgb.push_back(blue);
    }
  }
  return rgb;
}

Lights even_light(Vec3 ambient) {
  Illumination light{};
  light.ambient = ambient;
  return lights_of(light);
}

Background whole(float photo) {
  Background b{};
  b.photo = photo;
  b.photo_size = 1;
  return b;
}

TEST(Photos, TheMemoryIsBounded) {
  EXPECT_EQ(photo_side(10, 112), 140);
  EXPECT_EQ(photo_side(10, 32), 40);
  EXPECT_LT(photo_side(10000, 112), 112);
  EXPECT_GE(photo_side(20000, 112), 32);
  // No more than small pictures need, however few the photographs.
  EXPECT_EQ(photo_side(10, 16), 20);
  EXPECT_EQ(photo_side(20000, 25), 31);
}

TEST(Photos, TheLatentChoosesAmongAll) {
  Photos photos;
  for (const uint8_t blue : {uint8_t{0}, uint8_t{120}, uint8_t{250}}) {
    photos.add(20, 30, ramp(20, 30, blue));
  }
  const Lights light = even_light({0.4F, 0.4F, 0.4F});
  const auto blue_at = [&](float which) {
    return PhotoCrop(photos, whole(which), light, 1.0F).at(0.5F, 0.5F).z;
  };
  EXPECT_LT(blue_at(0.0F), 0.01F);
  EXPECT_EQ(blue_at(0.34F), blue_at(0.65F));
  EXPECT_LT(blue_at(0.5F), blue_at(0.99F));
  EXPECT_EQ(blue_at(1.0F), blue_at(0.99F));  // a mixture may reach 1
}

TEST(Photos, TheCropLiesInsideAndMayBeMirrored) {
  Photos photos;
  photos.add(20, 60, ramp(20, 60, 100));
  const Lights light = even_light({0.4F, 0.4F, 0.4F});
  Background b = whole(0);
  b.photo_size = 0.5F;
  const auto red_at = [&](float x) { return PhotoCrop(photos, b, light, 1.0F).at(x, 0.5F).x; };
  const float left = red_at(0.1F);
  const float right = red_at(0.9F);
  EXPECT_LT(left, right);
  b.photo_mirror = 1;
  EXPECT_NEAR(red_at(0.1F), right, 0.02F * right);
  b.photo_mirror = 0;
  b.photo_x = 1;
  EXPECT_GT(red_at(0.1F), right);
}

TEST(Photos, TheMeanColourFollowsTheLight) {
  Photos photos;
  photos.add(16, 16, std::vector<uint8_t>(3 * 16 * 16, 128));
  const auto color = [&](Vec3 ambient, float exposure) {
    return PhotoCrop(photos, whole(0), even_light(ambient), exposure).at(0.5F, 0.5F);
  };
  const Vec3 even = color({0.4F, 0.4F, 0.4F}, 2.0F);
  EXPECT_NEAR(even.x, even.z, 1e-5F);
  const Vec3 warm = color({0.5F, 0.4F, 0.3F}, 2.0F);
  EXPECT_NEAR(warm.x / warm.z, 5.0F / 3.0F, 1e-3F);
  EXPECT_GT(color({0.4F, 0.4F, 0.4F}, 4.0F).y, even.y);
}

// The photograph is seen behind the head and nowhere on it, and not where the block is neutral.
TEST(Photos, LieBehindTheHead) {
  const auto head = std::make_shared<const HeadModel>(HeadModel::read(SYNFACE_MORPHABLE_HEAD));
  auto photos = std::make_shared<Photos>();
  photos->add(16, 16, std::vector<uint8_t>(3 * 16 * 16, 128));
  RenderOptions options;
  const Renderer plain(head, options);
  options.photos = photos;
  const Renderer over(head, options);
  PriorOptions still;
  still.pose = still.camera = still.expression = still.hair = still.accessories = false;
  still.jitter = 0;
  std::vector<float> row(plain.layout().size);
  std::vector<uint8_t> a(3 * 112 * 112);
  std::vector<uint8_t> b(a.size());
  Scratch scratch;
  const auto draw = [&] {
    Prior(*head, still).draw(3, 1, 0, row.data());
    plain.render(row.data(), {3, 1, 0, 0}, scratch, a.data());
    over.render(row.data(), {3, 1, 0, 0}, scratch, b.data());
  };
  draw();
  const auto differs = [&](int x, int y) {
    const auto at = 3 * (static_cast<std::ptrdiff_t>(y) * 112 + x);
    return !std::equal(a.begin() + at, a.begin() + at + 3, b.begin() + at);
  };
  EXPECT_TRUE(differs(2, 2));
  for (int y = 50; y < 90; ++y) {
    for (int x = 40; x < 72; ++x) EXPECT_FALSE(differs(x, y)) << x << ", " << y;
  }
  still.background = false;
  draw();
  EXPECT_EQ(a, b);
}

}  // namespace
