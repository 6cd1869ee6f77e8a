// The fill rule: every sample of a closed surface is covered once, and what is covered is what
// exact arithmetic says; with each instruction set that this processor has.
#include "core/raster.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "core/random.h"

namespace {

using namespace synface::morphable;
using Triangle = std::array<ScreenVertex, 3>;

ScreenVertex point(Random& random, double low, double high, double depth = 1.0) {
  return {to_fixed(static_cast<float>(random.uniform(low, high))),
          to_fixed(static_cast<float>(random.uniform(low, high))), static_cast<float>(depth)};
}

// Draws triangles as 0, 1, ...
void draw(Raster& raster, const std::vector<Triangle>& triangles, bool both_sides,
          const Kernels& kernels) {
  std::vector<ScreenVertex> vertices;
  std::vector<Corners> corners;
  for (const Triangle& t : triangles) {
    const auto first = static_cast<int32_t>(vertices.size());
    vertices.insert(vertices.end(), t.begin(), t.end());
    corners.push_back({first, first + 1, first + 2});
  }
  raster.draw(vertices, corners, corners.size(), both_sides ? 0 : corners.size(), kernels);
}

template <typename Visit>  // (sample's index in the image, row, column, sample)
void for_samples(int height, int width, const Visit& visit) {
  std::size_t index = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (std::size_t s = 0; s < kSamples; ++s) visit(index++, y, x, s);
    }
  }
}

// How often each sample is drawn when every triangle is drawn on its own.
std::vector<int> coverage(const std::vector<Triangle>& triangles, int height, int width,
                          const Kernels& kernels) {
  Raster raster;
  raster.resize(height, width);
  std::vector<int> count(static_cast<std::size_t>(height * width * kSamples));
  for (const Triangle& t : triangles) {
    raster.clear();
    draw(raster, {t}, true, kernels);
    for_samples(height, width, [&](std::size_t i, int y, int x, std::size_t s) {
      count[i] += raster.ids(y, x)[s] == 0;
    });
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
  const auto grid = jittered_grid(cells, -14, 46, step < 1.5 ? 0 : 0.12 * step);
  for (const Kernels* kernels : usable_kernels()) {
    const auto count = coverage(grid, 32, 31, *kernels);
    for (std::size_t i = 0; i < count.size(); ++i) {
      ASSERT_EQ(count[i], 1) << "sample " << i << ", lanes " << kernels->lanes;
    }
  }
}
// From one pair of triangles wider than 40 pixels to triangles under half a pixel.
INSTANTIATE_TEST_SUITE_P(Sizes, Watertight, testing::Values(1, 2, 5, 17, 40, 90, 130));

// Corners on sample positions and edges through them are where a fill rule fails first.
TEST(Raster, EdgesThroughSamplesBelongToOneTriangle) {
  std::vector<Triangle> triangles;
  const ScreenVertex middle{16 * kSubpixel + kSampleX[1], 16 * kSubpixel + kSampleY[1], 1.0F};
  const std::array<std::array<int, 2>, 8> around = {
      {{-64, -64}, {0, -64}, {64, -64}, {64, 0}, {64, 64}, {0, 64}, {-64, 64}, {-64, 0}}};
  for (const int reach :
       {64, 25}) {  // beyond the image with wide triangles, to it with narrow ones
    triangles.clear();
    for (std::size_t i = 0; i < 8; ++i) {
      const auto corner = [&](std::size_t k) {
        return ScreenVertex{middle.x + around[k % 8][0] * reach / 64 * kSubpixel,
                            middle.y + around[k % 8][1] * reach / 64 * kSubpixel, 1.0F};
      };
      triangles.push_back({middle, corner(i), corner(i + 1)});
    }
    for (const Kernels* kernels : usable_kernels()) {
      for (const int n : coverage(triangles, 32, 32, *kernels)) ASSERT_EQ(n, 1);
    }
  }
}

// Exact arithmetic on a triangle whose corners run counter-clockwise as the viewer sees them: a
// sample on an edge belongs to it when the edge is a left one (it runs down) or a top one (it is
// level and runs to the left).
bool covers(const Triangle& t, int64_t x, int64_t y) {
  for (std::size_t i = 0; i < 3; ++i) {
    const ScreenVertex& p = t[i];
    const ScreenVertex& q = t[(i + 1) % 3];
    const int64_t right_of = (x - p.x) * (int64_t{q.y} - p.y) - (y - p.y) * (int64_t{q.x} - p.x);
    const bool left_or_top = q.y > p.y || (q.y == p.y && q.x < p.x);
    if (right_of < 0 || (right_of == 0 && !left_or_top)) return false;
  }
  return true;
}
int64_t turn(const Triangle& t) {
  return (int64_t{t[1].x} - t[0].x) * (int64_t{t[2].y} - t[0].y) -
         (int64_t{t[2].x} - t[0].x) * (int64_t{t[1].y} - t[0].y);
}

// Corners on a coarse lattice put many samples on edges.
TEST(Raster, CoverageEqualsExactArithmetic) {
  constexpr int kHeight = 24;
  constexpr int kWidth = 21;
  for (const Kernels* kernels : usable_kernels()) {
    Random random(1, 0, 0, 0);
    int drawn = 0;
    for (int i = 0; i < 900; ++i) {
      const double reach = i % 3 == 0 ? 12 : i % 3 == 1 ? 90 : 2;
      Triangle t = {point(random, 12 - reach, 12 + reach), point(random, 12 - reach, 12 + reach),
                    point(random, 12 - reach, 12 + reach)};
      if (i % 2 == 0) {
        for (ScreenVertex& v : t) v = {v.x & ~31, v.y & ~31, 1.0F};
      }
      const auto count = coverage({t}, kHeight, kWidth, *kernels);
      if (turn(t) > 0) std::swap(t[1], t[2]);
      for_samples(kHeight, kWidth, [&](std::size_t at, int y, int x, std::size_t s) {
        const bool want = turn(t) != 0 && covers(t, int64_t{x} * kSubpixel + kSampleX[s],
                                                 int64_t{y} * kSubpixel + kSampleY[s]);
        ASSERT_EQ(count[at], want ? 1 : 0) << "triangle " << i << ", lanes " << kernels->lanes;
        drawn += want;
      });
    }
    EXPECT_GT(drawn, 100000);
  }
}

// Level triangles at different depths in any order: each sample has the nearest that covers it.
TEST(Raster, ASoupOfTrianglesIsSortedSampleBySample) {
  constexpr int kSize = 40;
  Random random(3, 0, 0, 0);
  std::vector<Triangle> soup;
  for (int i = 0; i < 300; ++i) {
    const double depth = 0.1 + 0.001 * ((i * 77) % 300);
    const double x = random.uniform(-4, 44);
    const double reach = i % 5 == 0 ? 60 : 5;
    soup.push_back({point(random, x - reach, x + reach, depth), point(random, 0, 40, depth),
                    point(random, x - reach, x + reach, depth)});
    if (turn(soup.back()) > 0) std::swap(soup.back()[1], soup.back()[2]);
  }
  for (const Kernels* kernels : usable_kernels()) {
    Raster raster;
    raster.resize(kSize, kSize);
    raster.clear();
    draw(raster, soup, false, *kernels);
    for_samples(kSize, kSize, [&](std::size_t, int y, int x, std::size_t s) {
      int32_t nearest = -1;
      for (std::size_t t = 0; t < soup.size(); ++t) {
        const bool seen =
            turn(soup[t]) != 0 && covers(soup[t], int64_t{x} * kSubpixel + kSampleX[s],
                                         int64_t{y} * kSubpixel + kSampleY[s]);
        if (seen &&
            (nearest < 0 || soup[t][0].depth > soup[static_cast<std::size_t>(nearest)][0].depth)) {
          nearest = static_cast<int32_t>(t);
        }
      }
      ASSERT_EQ(raster.ids(y, x)[s], nearest) << x << ", " << y << ", lanes " << kernels->lanes;
    });
  }
}

// Tilted triangles of all sizes: the same ids and the same bits of depth.
TEST(Raster, EveryInstructionSetGivesTheSameBits) {
  Random random(8, 0, 0, 0);
  std::vector<Triangle> soup;
  for (int i = 0; i < 4000; ++i) {
    const double x = random.uniform(-4, 60);
    const double y = random.uniform(-4, 60);
    const double reach = i % 50 == 0 ? 80 : i % 5 == 0 ? 9 : 1.5;
    Triangle t;
    for (ScreenVertex& v : t) {
      v = {to_fixed(static_cast<float>(random.uniform(x - reach, x + reach))),
           to_fixed(static_cast<float>(random.uniform(y - reach, y + reach))),
           static_cast<float>(random.uniform(0.05, 0.2))};
    }
    soup.push_back(t);
  }
  Raster want;
  want.resize(57, 55);
  want.clear();
  draw(want, soup, true, kKernelsPortable);
  for (const Kernels* kernels : usable_kernels()) {
    Raster got;
    got.resize(57, 55);
    got.clear();
    draw(got, soup, true, *kernels);
    for (int y = 0; y < 57; ++y) {
      for (int x = 0; x < 55; ++x) {
        ASSERT_EQ(std::memcmp(&got.ids(y, x), &want.ids(y, x), sizeof(Int4)), 0);
        ASSERT_EQ(std::memcmp(&got.depths(y, x), &want.depths(y, x), sizeof(Float4)), 0);
      }
    }
  }
}

TEST(Raster, TheNearestTriangleWinsInAnyOrder) {
  const Triangle near = {ScreenVertex{-99, -99, 0.5F}, {-99, 30000, 0.5F}, {30000, -99, 0.5F}};
  Triangle tilted = near;
  tilted[0].depth = 0.2F;  // behind at one corner, in front at the others
  tilted[1].depth = 4.9F;
  tilted[2].depth = 4.9F;
  for (const Kernels* kernels : usable_kernels()) {
    Raster one;
    Raster other;
    for (Raster* raster : {&one, &other}) {
      raster->resize(16, 16);
      raster->clear();
    }
    draw(one, {near, tilted}, true, *kernels);
    draw(other, {tilted, near}, true, *kernels);
    for_samples(16, 16, [&](std::size_t, int y, int x, std::size_t s) {
      ASSERT_EQ(one.ids(y, x)[s], 1 - other.ids(y, x)[s]);
    });
    EXPECT_EQ(one.ids(0, 0)[0], 0);
    EXPECT_EQ(one.ids(15, 15)[3], 1);
  }
}

TEST(Raster, AtEqualDepthTheFirstTriangleStays) {
  const Triangle t = {ScreenVertex{-99, -99, 0.5F}, {-99, 3000, 0.5F}, {3000, -99, 0.5F}};
  for (const Kernels* kernels : usable_kernels()) {
    Raster raster;
    raster.resize(4, 4);
    raster.clear();
    draw(raster, {t, t}, true, *kernels);
    EXPECT_EQ(raster.ids(1, 1)[2], 0);
  }
}

TEST(Raster, ClockwiseTrianglesAreDrawnOnlyFromBothSides) {
  // Clockwise as the viewer sees it: right along the top, then down.
  const Triangle t = {ScreenVertex{0, 0, 1.0F}, {5000, 0, 1.0F}, {0, 5000, 1.0F}};
  for (const Kernels* kernels : usable_kernels()) {
    Raster raster;
    raster.resize(4, 4);
    raster.clear();
    draw(raster, {t}, false, *kernels);
    EXPECT_EQ(raster.ids(0, 0)[0], -1);
    draw(raster, {t}, true, *kernels);
    EXPECT_EQ(raster.ids(0, 0)[0], 0);
    raster.clear();
    draw(raster, {{t[0], t[2], t[1]}}, false, *kernels);
    EXPECT_EQ(raster.ids(0, 0)[0], 0);
  }
}

}  // namespace
