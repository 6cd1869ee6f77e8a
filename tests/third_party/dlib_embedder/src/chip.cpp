#include "chip.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace dlib_embedder {
namespace {

struct Point {
  double x, y;
};

// Both eyes, tip of the nose, corners of the mouth; the image's left first.
// ArcFace's template for 112 x 112 (Deng et al., CVPR 2019).
constexpr Point kCrop[5] = {{38.2946, 51.6963},
                            {73.5318, 51.5014},
                            {56.0252, 71.7366},
                            {41.5493, 92.3655},
                            {70.7299, 92.2041}};
// The same points of dlib's mean shape (points 36..41, 42..47, 30, 48, 54 of its 68; an eye is the
// mean of its six), in units of the face's box.
constexpr Point kMeanShape[5] = {{0.2254918, 0.2159903},
                                 {0.7547613, 0.2159903},
                                 {0.490127, 0.515625},
                                 {0.254149, 0.780233},
                                 {0.726104, 0.780233}};
constexpr double kPadding = 0.25;

// Value at (x, y); beyond the edge that of the edge.
void sample(const Picture& p, std::int64_t height, std::int64_t width, double x, double y,
            float weight, float* to) {
  x = std::clamp(x, 0.0, static_cast<double>(width - 1));
  y = std::clamp(y, 0.0, static_cast<double>(height - 1));
  const auto left = static_cast<std::int64_t>(x), top = static_cast<std::int64_t>(y);
  const std::int64_t right = std::min(left + 1, width - 1), bottom = std::min(top + 1, height - 1);
  const auto across = static_cast<float>(x - static_cast<double>(left));
  const auto down = static_cast<float>(y - static_cast<double>(top));
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto at = [&](std::int64_t row, std::int64_t column) {
      return p.data[c * p.channel + row * p.row + column * p.column];
    };
    const float upper = at(top, left) + across * (at(top, right) - at(top, left));
    const float lower = at(bottom, left) + across * (at(bottom, right) - at(bottom, left));
    to[c] += weight * (upper + down * (lower - upper));
  }
}

}  // namespace

// Least squares over the five points (Umeyama 1991 in the plane, closed form).
Cutter::Cutter(std::int64_t height, std::int64_t width, double face_scale)
    : height_(height), width_(width) {
  const auto side = static_cast<double>(std::min(height, width));
  Point from[5], to[5], p{}, t{};
  for (int i = 0; i < 5; ++i) {
    from[i] = {(kPadding + kMeanShape[i].x) / (2 * kPadding + 1) * kChip,
               (kPadding + kMeanShape[i].y) / (2 * kPadding + 1) * kChip};
    const auto drawn_in = [&](double at) { return side * (0.5 + face_scale * (at / 112 - 0.5)); };
    to[i] = {drawn_in(kCrop[i].x) + 0.5 * (static_cast<double>(width) - side),
             drawn_in(kCrop[i].y) + 0.5 * (static_cast<double>(height) - side)};
    p = {p.x + from[i].x / 5, p.y + from[i].y / 5};
    t = {t.x + to[i].x / 5, t.y + to[i].y / 5};
  }
  double along = 0, across = 0, size = 0;
  for (int i = 0; i < 5; ++i) {
    const Point d{from[i].x - p.x, from[i].y - p.y}, e{to[i].x - t.x, to[i].y - t.y};
    along += d.x * e.x + d.y * e.y;
    across += d.x * e.y - d.y * e.x;
    size += d.x * d.x + d.y * d.y;
  }
  const double a = along / size, b = across / size;
  // dlib maps the middle of the chip, and lets its 149 steps span the 150 pixels less one of the
  // picture's (chip_details and get_mapping_to_chip).
  const double scale = std::hypot(a, b), step = (kChip * scale - 1) / ((kChip - 1) * scale);
  constexpr double kMiddle = 0.5 * kChip, kMiddlePixel = 0.5 * (kChip - 1);
  const Point middle{t.x + a * (kMiddle - p.x) - b * (kMiddle - p.y),
                     t.y + b * (kMiddle - p.x) + a * (kMiddle - p.y)};
  a_ = a * step;
  b_ = b * step;
  u_ = middle.x - (a_ - b_) * kMiddlePixel;
  v_ = middle.y - (a_ + b_) * kMiddlePixel;
}

void Cutter::place(double column, double row, double& x, double& y) const {
  x = a_ * column - b_ * row + u_;
  y = b_ * column + a_ * row + v_;
}

void Cutter::cut(const Picture& picture, float* chip) const {
  // Where the crop is larger than the chip, a pixel is the mean of several places.
  const int parts = std::max(1, static_cast<int>(std::ceil(std::hypot(a_, b_) - 1e-3)));
  const float weight = 1.0F / static_cast<float>(parts * parts);
  std::fill(chip, chip + kChip * kChip * 3, 0.0F);
  for (std::int64_t i = 0; i < kChip; ++i) {
    for (std::int64_t j = 0; j < kChip; ++j) {
      for (int part = 0; part < parts * parts; ++part) {
        const int across = part % parts, down = part / parts;
        const auto inside = [&](int at) { return (at + 0.5) / parts - 0.5; };
        double x = 0, y = 0;
        place(static_cast<double>(j) + inside(across), static_cast<double>(i) + inside(down), x, y);
        sample(picture, height_, width_, x, y, weight, chip + (i * kChip + j) * 3);
      }
    }
  }
}

}  // namespace dlib_embedder
