// Each part of the augmentation alone against a slow computation in double precision, written from
// its definition.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "augment_recipe.h"
#include "augmented.h"

namespace synface::train {
namespace {

constexpr std::int64_t kH = 29, kW = 38;
constexpr std::size_t kFloats = 3 * kH * kW;

// [H, W, 3] of numbers, with edges repeated.
struct Picture {
  std::int64_t height, width;
  std::vector<double> values;

  double at(std::int64_t y, std::int64_t x, int c) const {
    y = std::clamp<std::int64_t>(y, 0, height - 1);
    x = std::clamp<std::int64_t>(x, 0, width - 1);
    return values[static_cast<std::size_t>(3 * (y * width + x) + c)];
  }
  double between(double y, double x, int c) const {
    y = std::clamp(y, 0.0, static_cast<double>(height - 1));
    x = std::clamp(x, 0.0, static_cast<double>(width - 1));
    const double fy = y - std::floor(y), fx = x - std::floor(x);
    const auto iy = static_cast<std::int64_t>(y), ix = static_cast<std::int64_t>(x);
    return (1 - fy) * ((1 - fx) * at(iy, ix, c) + fx * at(iy, ix + 1, c)) +
           fy * ((1 - fx) * at(iy + 1, ix, c) + fx * at(iy + 1, ix + 1, c));
  }
};

Picture picture_of(std::int64_t height, std::int64_t width,
                   const std::function<double(std::int64_t y, std::int64_t x, int c)>& value) {
  Picture p{height, width, {}};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) p.values.push_back(value(y, x, c));
    }
  }
  return p;
}

const std::vector<std::uint8_t>& pixels() {
  static const std::vector<std::uint8_t> kPixels = smooth_picture(kH, kW);
  return kPixels;
}

Picture source() {
  return {kH, kW, {pixels().begin(), pixels().end()}};
}

Recipe recipe_of(const Augmentation& settings, std::uint64_t image) {
  return train::recipe_of(settings, 5, image, {kH, kW}, pixels().data());
}

std::vector<float> augmented(const Augmentation& settings, std::uint64_t image) {
  return augmented(settings, 5, image, kH, kW, pixels().data());
}

// Greatest difference in grey levels, of wanted values limited to 0 .. 255.
double difference(const std::vector<float>& got, const Picture& wanted) {
  double most = 0;
  for (std::size_t i = 0; i < kFloats; ++i) {
    most = std::max(most, std::abs(level(got[i]) - std::clamp(wanted.values[i], 0.0, 255.0)));
  }
  return most;
}

// Straight lines stay straight, the corners go where they were sent: that defines a perspective.
TEST(AugmentReference, TheWarpIsAPerspectiveWithItsCornersWithinTheLimit) {
  const Augmentation settings = only([](auto& a) { a.warp = 0.1; });
  double farthest = 0;
  for (std::uint64_t image = 0; image < 200; ++image) {
    const Warp t = recipe_of(settings, image).warp;
    const auto map = [&](double x, double y) {
      const double w = t.g * x + t.h * y + 1;
      return std::array<double, 2>{(t.a * x + t.b * y + t.c) / w, (t.d * x + t.e * y + t.f) / w};
    };
    for (const double x : {0.0, kW - 1.0}) {
      for (const double y : {0.0, kH - 1.0}) {
        const auto to = map(x, y);
        const double dx = std::abs(to[0] - x) / (kW - 1), dy = std::abs(to[1] - y) / (kH - 1);
        EXPECT_LE(dx, 0.1001);
        EXPECT_LE(dy, 0.1001);
        farthest = std::max({farthest, dx, dy});
      }
    }
  }
  EXPECT_GT(farthest, 0.099);  // of 1,600 uniform draws
}

TEST(AugmentReference, TheWarpInterpolates) {
  const Augmentation settings = only([](auto& a) {
    a.warp = 0.1;
    a.rotation = 20;
    a.scale = 0.2;
    a.flip = true;
  });
  for (std::uint64_t image = 0; image < 20; ++image) {
    const Warp t = recipe_of(settings, image).warp;
    const Picture from = source();
    const Picture wanted = picture_of(kH, kW, [&](std::int64_t iy, std::int64_t ix, int c) {
      const auto x = static_cast<double>(ix), y = static_cast<double>(iy);
      const double w = t.g * x + t.h * y + 1;
      return from.between((t.d * x + t.e * y + t.f) / w, (t.a * x + t.b * y + t.c) / w, c);
    });
    EXPECT_LT(difference(augmented(settings, image), wanted), 0.01);
  }
}

// Area means over two dimensions at once, then bilinear interpolation between their centres.
TEST(AugmentReference, ALowerResolutionIsTheMeanOverAreas) {
  const Augmentation settings = only([](auto& a) { a.resample = 1; });
  const Picture from = source();
  for (std::uint64_t image = 0; image < 20; ++image) {
    const Recipe recipe = recipe_of(settings, image);
    const std::int64_t h = recipe.small_height, w = recipe.small_width;
    EXPECT_GE(h, std::floor(.35 * kH));
    EXPECT_LE(w, std::ceil(.85 * kW));
    const double sy = static_cast<double>(kH) / static_cast<double>(h);
    const double sx = static_cast<double>(kW) / static_cast<double>(w);
    const auto covered = [](std::int64_t pixel, std::int64_t j, double scale) {
      const double low = std::max(static_cast<double>(pixel), static_cast<double>(j) * scale);
      const double high =
          std::min(static_cast<double>(pixel + 1), static_cast<double>(j + 1) * scale);
      return std::max(0.0, high - low);
    };
    const Picture small = picture_of(h, w, [&](std::int64_t y, std::int64_t x, int c) {
      double sum = 0;
      for (std::int64_t v = 0; v < kH; ++v) {
        for (std::int64_t u = 0; u < kW; ++u) {
          sum += covered(v, y, sy) * covered(u, x, sx) * from.at(v, u, c);
        }
      }
      return sum / (sx * sy);
    });
    const Picture wanted = picture_of(kH, kW, [&](std::int64_t y, std::int64_t x, int c) {
      return small.between((static_cast<double>(y) + .5) / sy - .5,
                           (static_cast<double>(x) + .5) / sx - .5, c);
    });
    EXPECT_LT(difference(augmented(settings, image), wanted), 0.01);
  }
}

TEST(AugmentReference, TheBlurIsAGaussian) {
  const Augmentation settings = only([](auto& a) { a.blur = 1; });
  const Picture from = source();
  for (std::uint64_t image = 0; image < 10; ++image) {
    const Recipe recipe = recipe_of(settings, image);
    const int r = recipe.radius;
    ASSERT_GT(r, 0);
    // Neighbouring weights of a Gaussian have ratios exp(-(2k + 1) / (2 sigma^2)).
    const double ratio = std::log(recipe.blur[r] / recipe.blur[r + 1]);
    for (int k = 1; k < r; ++k) {
      EXPECT_NEAR(std::log(recipe.blur[r + k] / recipe.blur[r + k + 1]), (2 * k + 1) * ratio, 1e-3);
    }
    const Picture wanted = picture_of(kH, kW, [&](std::int64_t y, std::int64_t x, int c) {
      double sum = 0;
      for (int v = -r; v <= r; ++v) {
        for (int u = -r; u <= r; ++u) {
          sum += static_cast<double>(recipe.blur[r + v]) * static_cast<double>(recipe.blur[r + u]) *
                 from.at(y + v, x + u, c);
        }
      }
      return sum;
    });
    EXPECT_LT(difference(augmented(settings, image), wanted), 0.01);
  }
}

TEST(AugmentReference, GammaIsThePower) {
  const Augmentation settings = only([](auto& a) { a.gamma = 0.5; });
  const Picture from = source();
  double low = 1, high = 1;
  for (std::uint64_t image = 0; image < 100; ++image) {
    const double gamma = recipe_of(settings, image).colour.gamma;
    low = std::min(low, gamma);
    high = std::max(high, gamma);
    Picture wanted = from;
    for (double& v : wanted.values) v = 255 * std::pow(v / 255, gamma);
    EXPECT_LT(difference(augmented(settings, image), wanted), 0.01);
  }
  EXPECT_GT(low, std::exp(-.5) - 1e-6);
  EXPECT_LT(low, std::exp(-.45));
  EXPECT_LT(high, std::exp(.5) + 1e-6);
  EXPECT_GT(high, std::exp(.45));
}

TEST(AugmentReference, ThePowerOfOurOwn) {
  EXPECT_EQ(power(0.0F, 0.5F), 0.0F);
  EXPECT_EQ(power(1.0F, 0.7F), 1.0F);
  for (const float y : {0.135F, 0.5F, 1.0F, 1.7F, 7.4F}) {
    // The exponent's error, 2^-24 of it, is the value's; below 2^-126 there is nothing.
    for (float x = 1e-6F; x < 1; x *= 1.01F) {
      const double wanted = std::pow(static_cast<double>(x), static_cast<double>(y));
      ASSERT_NEAR(power(x, y), wanted, 2e-5 * wanted + 2e-38) << x << "^" << y;
    }
  }
}

// Contrast turns about the mean grey, white balance scales red and blue, grey is Rec. 601's.
TEST(AugmentReference, Colours) {
  const Picture from = source();
  const auto grey = [](const double* rgb) { return .299 * rgb[0] + .587 * rgb[1] + .114 * rgb[2]; };
  double mean = 0;
  for (std::size_t i = 0; i < kFloats; i += 3) mean += grey(&from.values[i]) / (kH * kW);
  const auto factor = [](double got, double was) { return got / was; };
  for (std::uint64_t image = 0; image < 30; ++image) {
    const auto contrast = augmented(only([](auto& a) { a.contrast = .35; }), image);
    const double c = factor(level(contrast[0]) - mean, from.values[0] - mean);
    EXPECT_NEAR(c, 1, .3501);
    Picture wanted = from;
    for (double& v : wanted.values) v = mean + c * (v - mean);
    EXPECT_LT(difference(contrast, wanted), 0.05);

    const auto balance = augmented(only([](auto& a) { a.white_balance = .15; }), image);
    const double red = factor(level(balance[0]), from.values[0]);
    const double blue = factor(level(balance[2]), from.values[2]);
    EXPECT_NEAR(red, 1, .1501);
    EXPECT_NEAR(blue, 1, .1501);
    wanted = from;
    for (std::size_t i = 0; i < kFloats; i += 3) {
      wanted.values[i] *= red;
      wanted.values[i + 2] *= blue;
    }
    EXPECT_LT(difference(balance, wanted), 0.05);

    const auto without = augmented(only([](auto& a) {
                                     a.grey = 1;
                                     a.white_balance = .15;  // of a grey photograph: none
                                   }),
                                   image);
    for (std::size_t i = 0; i < kFloats; i += 3) {
      std::fill_n(wanted.values.begin() + static_cast<std::ptrdiff_t>(i), 3, grey(&from.values[i]));
    }
    EXPECT_LT(difference(without, wanted), 0.01);
  }
}

}  // namespace
}  // namespace synface::train
