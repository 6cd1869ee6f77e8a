#include <synface/data/resize.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace synface::data {
namespace {

// Source indices first .. first + weights.size() - 1 of one output index.
struct Taps {
  std::int64_t first = 0;
  std::vector<float> weights;
};

Taps area_taps(std::int64_t out, double ratio, std::int64_t n) {
  const double low = static_cast<double>(out) * ratio;
  const double high = std::min(low + ratio, static_cast<double>(n));
  Taps taps{static_cast<std::int64_t>(std::floor(low)), {}};
  for (std::int64_t i = taps.first; static_cast<double>(i) < high && i < n; ++i) {
    const double covered =
        std::min(high, static_cast<double>(i + 1)) - std::max(low, static_cast<double>(i));
    taps.weights.push_back(static_cast<float>(covered / ratio));
  }
  return taps;
}

Taps linear_taps(std::int64_t out, double ratio, std::int64_t n) {
  const double centre = (static_cast<double>(out) + 0.5) * ratio - 0.5;
  const double clamped = std::clamp(centre, 0.0, static_cast<double>(n - 1));
  const auto first = std::min(static_cast<std::int64_t>(clamped), std::max<std::int64_t>(n - 2, 0));
  if (n == 1) return {0, {1.0F}};
  const double part = clamped - static_cast<double>(first);
  return {first, {static_cast<float>(1.0 - part), static_cast<float>(part)}};
}

std::vector<Taps> taps_of(std::int64_t from, std::int64_t to) {
  std::vector<Taps> all;
  all.reserve(static_cast<std::size_t>(to));
  const double ratio = static_cast<double>(from) / static_cast<double>(to);
  for (std::int64_t i = 0; i < to; ++i) {
    all.push_back(ratio > 1.0 ? area_taps(i, ratio, from) : linear_taps(i, ratio, from));
  }
  return all;
}

// One source row to [width, 3] float.
void shrink_row(const std::uint8_t* row, const std::vector<Taps>& columns, float* out) {
  for (const Taps& taps : columns) {
    float sum[3] = {0, 0, 0};
    const std::uint8_t* p = row + 3 * taps.first;
    for (const float w : taps.weights) {
      for (int c = 0; c < 3; ++c) sum[c] += w * static_cast<float>(p[c]);
      p += 3;
    }
    for (const float s : sum) *out++ = s;
  }
}

}  // namespace

void resize(const ImageView& from, std::int64_t height, std::int64_t width, std::uint8_t* to) {
  if (from.height == height && from.width == width) {
    std::memcpy(to, from.pixels, static_cast<std::size_t>(3 * height * width));
    return;
  }
  const std::vector<Taps> columns = taps_of(from.width, width);
  const std::vector<Taps> rows = taps_of(from.height, height);
  const auto line = static_cast<std::size_t>(3 * width);
  std::vector<float> narrow(static_cast<std::size_t>(from.height) * line);
  for (std::int64_t y = 0; y < from.height; ++y) {
    shrink_row(from.pixels + 3 * y * from.width, columns,
               narrow.data() + static_cast<std::size_t>(y) * line);
  }
  std::vector<float> sum(line);
  for (const Taps& taps : rows) {
    std::fill(sum.begin(), sum.end(), 0.5F);
    const float* source = narrow.data() + static_cast<std::size_t>(taps.first) * line;
    for (const float w : taps.weights) {
      for (std::size_t i = 0; i < line; ++i) sum[i] += w * source[i];
      source += line;
    }
    for (const float s : sum) *to++ = static_cast<std::uint8_t>(std::clamp(s, 0.0F, 255.0F));
  }
}

Image resize(const ImageView& from, std::int64_t height, std::int64_t width) {
  Image out{height, width, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * height * width))};
  resize(from, height, width, out.pixels.data());
  return out;
}

}  // namespace synface::data
