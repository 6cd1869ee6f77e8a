// The fill rule: every sample of a closed surface is covered once, and what is covered is what
// exact arithmetic says.
#include "core/raster.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/random.h"

namespace {

using namespace synface::morphable;
using Triangle = std::array<ScreenVertex, 3>;

int64_t cross(const ScreenVertex& a, const ScreenVertex& b, int64_t x, int64_t y) {
  return (int64_t{b.x} - a.x) * (y - a.y) - (x - a.x) * (int64_t{b.y} - a.y);
}

ScreenVertex point(Random& random, double low, double high) {
  return {to_fixed(static_cast<float>(random.uniform(low, high))),
          to_fixed(static_cast<float>(random.uniform(low, high))), 1.0F};
}

// How often each sample is drawn when every triangle is drawn on its own.
std::vector<int> coverage(const std::vector<Triangle>& triangles, int size) {
  Raster raster;
  raster.resize(size, size);
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  std::vector<int> count(pixels * kSamples);
  for (const Triangle& t : triangles) {
    raster.clear();
    raster.draw(t[0], t[1], t[2], 0, true);
    for (std::size_t p = 0; p < pixels; ++p) {
      for (std::size_t s = 0; s < kSamples; ++s) count[kSamples * p + s] += raster.ids(p)[s] == 0;
    }
  }
  return count;
}

// A grid of jittered points, two triangles a cell; it reaches beyond the image on all sides.
std::vector<Triangle> jittered_grid(int cells, double from, double to, double jitter) {
  Random random(5, 0, 0, 0);
  std::vector<ScreenVertex> points;
  const double step = (to - from) / cells;
  for (int y = 0; y <= cells; ++y) {
    for (int x = 0; x <= cells; ++x) {
      points.push_back({to_fixed(static_cast<float>(from + step * x + random.normal(0, jitter))),
                        to_fixed(static_cast<float>(from + step * y + random.normal(0, jitter))),
                        1.0F});
    }
  }
  std::vector<Triangle> out;
  const auto at = [&](int x, int y) {
    return points[static_cast<std::size_t>(y * (cells + 1) + x)];
  };
  for (int y = 0; y < cells; ++y) {
    for (int x = 0; x < cells; ++x) {
      out.push_back({at(x, y), at(x, y + 1), at(x + 1, y + 1)});
      out.push_back({at(x, y), at(x + 1, y + 1), at(x + 1, y)});
    }
  }
  return out;
}

class Watertight : public testing::TestWithParam<int> {};

TEST_P(Watertight, EverySampleOfASurfaceIsCoveredOnce) {
  const int cells = GetParam();
  const double step = 60.0 / cells;
  const auto count = coverage(jittered_grid(cells, -14, 46, step < 1.5 ? 0 : 0.12 * step), 32);
  for (std::size_t i = 0; i < count.size(); ++i) ASSERT_EQ(count[i], 1) << "sample " << i;
}
// From one pair of triangles wider than 40 pixels to triangles of a tenth of a pixel.
INSTANTIATE_TEST_SUITE_P(Sizes, Watertight, testing::Values(1, 2, 5, 17, 40, 90, 300));

// Corners on sample positions and edges through them are where a fill rule fails first.
TEST(Raster, EdgesThroughSamplesBelongToOneTriangle) {
  std::vector<Triangle> triangles;
  const ScreenVertex middle{16 * kSubpixel + kSampleX[1], 16 * kSubpixel + kSampleY[1], 1.0F};
  const std::array<std::array<int, 2>, 8> around = {
      {{-64, -64}, {0, -64}, {64, -64}, {64, 0}, {64, 64}, {0, 64}, {-64, 64}, {-64, 0}}};
  for (std::size_t i = 0; i < 8; ++i) {
    const auto corner = [&](std::size_t k) {
      return ScreenVertex{middle.x + around[k % 8][0] * kSubpixel,
                          middle.y + around[k % 8][1] * kSubpixel, 1.0F};
    };
    triangles.push_back({middle, corner(i), corner(i + 1)});
  }
  for (const int n : coverage(triangles, 32)) ASSERT_EQ(n, 1);
}

TEST(Raster, CoverageEqualsExactArithmetic) {
  Random random(1, 0, 0, 0);
  constexpr int kSize = 24;
  for (int i = 0; i < 400; ++i) {
    const double reach = i % 2 == 0 ? 12 : 90;
    const Triangle t = {point(random, 12 - reach, 12 + reach),
                        point(random, 12 - reach, 12 + reach),
                        point(random, 12 - reach, 12 + reach)};
    const std::vector<int> count = coverage({t}, kSize);
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        for (std::size_t s = 0; s < kSamples; ++s) {
          const int64_t px = int64_t{x} * kSubpixel + kSampleX[s];
          const int64_t py = int64_t{y} * kSubpixel + kSampleY[s];
          const int64_t e[3] = {cross(t[0], t[1], px, py), cross(t[1], t[2], px, py),
                                cross(t[2], t[0], px, py)};
          const bool on_edge = e[0] == 0 || e[1] == 0 || e[2] == 0;
          const bool inside =
              (e[0] > 0 && e[1] > 0 && e[2] > 0) || (e[0] < 0 && e[1] < 0 && e[2] < 0);
          const auto at = kSamples * static_cast<std::size_t>(y * kSize + x) + s;
          if (on_edge) continue;
          ASSERT_EQ(count[at], inside ? 1 : 0) << "triangle " << i;
        }
      }
    }
  }
}

TEST(Raster, TheNearestTriangleWinsInAnyOrder) {
  Raster raster;
  raster.resize(16, 16);
  Triangle near = {ScreenVertex{-99, -99, 0.5F}, {-99, 30000, 0.5F}, {30000, -99, 0.5F}};
  Triangle tilted = near;
  tilted[0].depth = 0.2F;  // behind at one corner, in front at the others
  tilted[1].depth = 4.9F;
  tilted[2].depth = 4.9F;
  std::vector<int32_t> seen[2];
  for (int order = 0; order < 2; ++order) {
    raster.clear();
    for (int k = 0; k < 2; ++k) {
      const bool first = (k == 0) == (order == 0);
      const Triangle& t = first ? near : tilted;
      raster.draw(t[0], t[1], t[2], first ? 1 : 2, true);
    }
    for (std::size_t p = 0; p < 256; ++p) {
      for (std::size_t s = 0; s < kSamples; ++s) seen[order].push_back(raster.ids(p)[s]);
    }
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0].front(), 1);
  EXPECT_EQ(seen[0].back(), 2);
}

TEST(Raster, ClockwiseTrianglesAreDrawnOnlyFromBothSides) {
  Raster raster;
  raster.resize(4, 4);
  raster.clear();
  // Clockwise as the viewer sees it: right along the top, then down.
  const Triangle t = {ScreenVertex{0, 0, 1.0F}, {5000, 0, 1.0F}, {0, 5000, 1.0F}};
  raster.draw(t[0], t[1], t[2], 7, false);
  EXPECT_EQ(raster.ids(0)[0], -1);
  raster.draw(t[0], t[1], t[2], 7, true);
  EXPECT_EQ(raster.ids(0)[0], 7);
  raster.clear();
  raster.draw(t[0], t[2], t[1], 8, false);
  EXPECT_EQ(raster.ids(0)[0], 8);
}

}  // namespace
