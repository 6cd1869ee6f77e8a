// Pictures and their augmentation, for the tests of it.
#pragma once

#include <synface/train/augment.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace synface::train {

constexpr Augmentation kNothing{false, 0, 0, 0, 0, 0, 0};

// One setting beside nothing else: only([](Augmentation& a) { a.jpeg = 1; }).
template <typename Change>
Augmentation only(const Change& change) {
  Augmentation settings = kNothing;
  change(settings);
  return settings;
}

// All there is, each for about half of the images where it is a probability.
inline Augmentation everything() {
  Augmentation settings;
  settings.blur = settings.resample = settings.jpeg = settings.grey = settings.erasing = 0.5;
  settings.warp = 0.05;
  settings.gamma = 0.5;
  settings.contrast = 0.35;
  settings.white_balance = 0.15;
  return settings;
}

// Smooth, coloured and not symmetric; [height, width, 3].
inline std::vector<std::uint8_t> smooth_picture(std::int64_t height, std::int64_t width,
                                                double phase = 0) {
  std::vector<std::uint8_t> pixels;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const auto dx = static_cast<double>(x), dy = static_cast<double>(y);
        const double wave = std::sin(.21 * dx + .13 * dy + phase + c) + std::cos(.17 * dy - .7 * c);
        pixels.push_back(static_cast<std::uint8_t>(125 + 60 * wave));
      }
    }
  }
  return pixels;
}

// The working memory holds what no result may depend on.
inline std::vector<float> augmented(const Augmentation& settings, std::uint64_t seed,
                                    std::uint64_t image, std::int64_t height, std::int64_t width,
                                    const std::uint8_t* pixels) {
  std::vector<float> scratch(static_cast<std::size_t>(augment_scratch(height, width)),
                             std::numeric_limits<float>::quiet_NaN());
  std::vector<float> out(static_cast<std::size_t>(3 * height * width));
  augment(settings, seed, image, height, width, pixels, scratch.data(), out.data());
  return out;
}

// Grey levels of what augment() gives.
inline double level(float v) {
  return 127.5 * (static_cast<double>(v) + 1);
}

}  // namespace synface::train
