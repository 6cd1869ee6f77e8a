// Meshes with a texture: mip maps, perspective, light, and the same bytes from every instruction
// set.
#include "core/textured.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "core/random.h"

namespace {

using namespace synface::morphable;
using Image = std::vector<uint8_t>;

constexpr int kSize = 64;

Texture plain(int side, uint8_t grey) {
  return Texture(side, Image(static_cast<std::size_t>(3 * side * side), grey).data());
}

// A square of two eye distances that faces the camera, 16 x 16 cells.
TexturedMesh square_mesh() {
  TexturedMesh mesh;
  constexpr int kCells = 16;
  for (int y = 0; y <= kCells; ++y) {
    for (int x = 0; x <= kCells; ++x) {
      const float u = static_cast<float>(x) / kCells;
      const float v = static_cast<float>(y) / kCells;
      mesh.positions.push_back({2 * u - 1, 1 - 2 * v, 0});
      mesh.normals.push_back({0, 0, 1});
      mesh.uv.push_back({u, v});
    }
  }
  for (int y = 0; y < kCells; ++y) {
    for (int x = 0; x < kCells; ++x) {
      const int32_t at = y * (kCells + 1) + x;
      mesh.triangles.push_back({at, at + kCells + 1, at + kCells + 2});
      mesh.triangles.push_back({at, at + kCells + 2, at + 1});
    }
  }
  return mesh;
}

// The square fills the image when its rotation is none.
View view_of(float yaw, float pitch, float distance) {
  View view{};
  view.rotation = rotation_of({yaw, pitch, 0});
  view.camera.distance = distance;
  view.similarity = {kSize / 2.0F, 0, kSize / 2.0F, kSize / 2.0F};
  return view;
}

SphericalLight even_light(float level) {
  SphericalLight light{};
  light.c[0] = {level, level, level};
  return light;
}

Image draw(const TexturedMesh& mesh, const View& view, const Texture& texture,
           const SphericalLight& light, const Kernels& kernels = best_kernels()) {
  Image image(3 * kSize * kSize);
  TexturedScratch scratch;
  draw_textured(mesh, view, texture, light, kSize, kSize, scratch, image.data(), kernels);
  return image;
}

TEST(Texture, LevelsAreMeansOfFourTexels) {
  Image rgb;
  for (int i = 0; i < 16; ++i) {
    for (const int channel : {i, 10 * i, 255 - i}) rgb.push_back(static_cast<uint8_t>(channel));
  }
  const Texture texture(4, rgb.data());
  ASSERT_EQ(texture.levels(), 3);
  const uint32_t* level1 = texture.texels() + texture.offsets()[1];
  // Texels 0, 1, 4, 5 of 0..15: mean 2.5; ten times that: 25; 255 - 2.5: 252.5.
  EXPECT_EQ(level1[0] & 255U, 3U);
  EXPECT_EQ((level1[0] >> 8) & 255U, 25U);
  EXPECT_EQ((level1[0] >> 16) & 255U, 253U);
  const uint32_t* level2 = texture.texels() + texture.offsets()[2];
  EXPECT_EQ((*level2 >> 8) & 255U, 75U);
}

TEST(Texture, OnlyPowersOfTwoAreTaken) {
  const Image rgb(3 * 24 * 24);
  EXPECT_THROW(Texture(24, rgb.data()), std::invalid_argument);
  EXPECT_THROW(Texture(1, rgb.data()), std::invalid_argument);
  EXPECT_THROW(Texture(8192, rgb.data()), std::invalid_argument);
}

TEST(Textured, APlainSquareInEvenLightIsPlain) {
  const Image image = draw(square_mesh(), view_of(0, 0, 12), plain(64, 200), even_light(0.5F));
  for (const uint8_t byte : image) ASSERT_EQ(byte, 100);
}

TEST(Textured, PixelsThatAreHalfCoveredAreHalfAsBright) {
  View view = view_of(0, 0, 12);
  view.similarity.u += 10.5F;  // the left edge runs through the middle of column 10
  const Image image = draw(square_mesh(), view, plain(64, 200), even_light(1));
  for (int y = 0; y < kSize; ++y) {
    const auto at = [&](int x) { return image[static_cast<std::size_t>(3 * (y * kSize + x))]; };
    EXPECT_EQ(at(9), 0);
    EXPECT_EQ(at(10), 100);
    EXPECT_EQ(at(11), 200);
  }
}

// Texture coordinates as colours on a turned square near the camera, against the plane's equation.
TEST(Textured, CoordinatesFollowThePerspective) {
  constexpr int kSide = 256;
  Image rgb;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      for (const int channel : {x, y, 255}) rgb.push_back(static_cast<uint8_t>(channel));
    }
  }
  const Texture texture(kSide, rgb.data());
  const View view = view_of(0.7F, 0.3F, 6);
  const Image image = draw(square_mesh(), view, texture, even_light(1));
  int seen = 0;
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const auto at = static_cast<std::size_t>(3 * (y * kSize + x));
      if (image[at + 2] != 255) continue;  // not wholly covered
      // The ray through the pixel's middle meets the plane z = 0 of the head.
      const double px = (x + 0.5 - kSize / 2.0) / (kSize / 2.0);
      const double py = -(y + 0.5 - kSize / 2.0) / (kSize / 2.0);
      // Camera position c and direction d in head axes.
      const Vec3 c = view.rotation.undo({0, 0, 6});
      const Vec3 d = view.rotation.undo({static_cast<float>(px), static_cast<float>(py), -6});
      const double t = -c.z / d.z;
      const double u = (c.x + t * d.x + 1) / 2;
      const double v = (1 - c.y - t * d.y) / 2;
      const auto inner = [](double w) {
        return w > 0.03 && w < 0.97;
      };  // away from the last texels
      if (!inner(u) || !inner(v)) continue;
      EXPECT_NEAR(image[at], 256 * u - 0.5, 2.0) << x << ", " << y;
      EXPECT_NEAR(image[at + 1], 256 * v - 0.5, 2.0) << x << ", " << y;
      ++seen;
    }
  }
  EXPECT_GT(seen, 2000);
}

// A board of single black and white texels, eight a pixel: without mip maps it would flicker.
TEST(Textured, FarTexelsAreAveraged) {
  constexpr int kSide = 512;
  Image rgb;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        rgb.push_back((x + y) % 2 == 0 ? 255 : 0);
      }
    }
  }
  const Image image =
      draw(square_mesh(), view_of(0, 0, 12), Texture(kSide, rgb.data()), even_light(1));
  for (const uint8_t byte : image) ASSERT_NEAR(byte, 128, 1);
}

TEST(Textured, LightIsThatOfTheNormal) {
  Random random(4, 0, 0, 0);
  SphericalLight light{};
  for (std::size_t i = 0; i < 9; ++i) {
    const double scale = i == 0 ? 0.45 : 0.05;
    for (float* x : {&light.c[i].x, &light.c[i].y, &light.c[i].z}) {
      *x = static_cast<float>(scale * random.uniform(0.5, 1));
    }
  }
  TexturedMesh mesh = square_mesh();
  for (int k = 0; k < 20; ++k) {
    const Vec3 n = normalized(
        {static_cast<float>(random.normal(0, 0.5)), static_cast<float>(random.normal(0, 0.5)), 1});
    for (Vec3& normal : mesh.normals) normal = n;
    const View view = view_of(0.4F, 0, 12);
    const Image image = draw(mesh, view, plain(2, 255), light);
    const Vec3 want = light.at(view.rotation.apply(n));
    const auto middle = static_cast<std::size_t>(3 * (kSize / 2 * kSize + kSize / 2));
    EXPECT_NEAR(image[middle], 255 * want.x, 1);
    EXPECT_NEAR(image[middle + 1], 255 * want.y, 1);
    EXPECT_NEAR(image[middle + 2], 255 * want.z, 1);
  }
}

TEST(Textured, EveryInstructionSetGivesTheSameBytes) {
  Random random(6, 0, 0, 0);
  TexturedMesh mesh = square_mesh();
  for (std::size_t v = 0; v < mesh.positions.size(); ++v) {
    mesh.positions[v].z = static_cast<float>(random.normal(0, 0.15));
    mesh.normals[v] = normalized(
        {static_cast<float>(random.normal(0, 0.4)), static_cast<float>(random.normal(0, 0.4)), 1});
  }
  Image rgb(3 * 128 * 128);
  for (uint8_t& byte : rgb) byte = static_cast<uint8_t>(random.word());
  const Texture texture(128, rgb.data());
  SphericalLight light = even_light(0.5F);
  light.c[3] = {0.3F, 0.2F, 0.1F};
  light.c[8] = {0.1F, 0.0F, 0.2F};
  for (int k = 0; k < 5; ++k) {
    const View view = view_of(0.2F * static_cast<float>(k), -0.1F, 7);
    const Image want = draw(mesh, view, texture, light, kKernelsPortable);
    for (const Kernels* kernels : usable_kernels()) {
      EXPECT_EQ(draw(mesh, view, texture, light, *kernels), want) << kernels->lanes;
    }
  }
}

}  // namespace
