#include "network.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "chip.h"

namespace dlib_embedder {
namespace {

constexpr std::int64_t kRows = 4 * kRowBlock;   // of a product at a time: they stay in the cache
constexpr std::int64_t kMostColumns = 9 * 256;  // of a row: 3 x 3 pixels of 256 channels
constexpr std::int64_t kMostNumbers = 72 * 72 * 32;  // of a map

// The blocks in their order: channels, and whether the block halves the side.
constexpr std::pair<std::int64_t, bool> kBlocks[] = {
    {32, false}, {32, false},  {32, false},  {64, true},  {64, false},  {64, false},  {64, false},
    {128, true}, {128, false}, {128, false}, {256, true}, {256, false}, {256, false}, {256, true}};

void expect(bool holds) {
  if (!holds) throw WeightsError("the weights do not have the shapes of this network");
}

void clip(float* values, std::int64_t n) {  // ReLU
  for (std::int64_t i = 0; i < n; ++i) values[i] = std::max(values[i], 0.0F);
}

// `count` pixels of a map [side, side, channels] from (y, x) on to the right; 0 outside of it.
void copy_row(const float* map, std::int64_t side, std::int64_t channels, std::int64_t y,
              std::int64_t x, std::int64_t count, float* to) {
  const std::int64_t first = std::max<std::int64_t>(0, -x), last = std::min(count, side - x);
  if (y < 0 || y >= side || first >= last) {
    std::fill(to, to + count * channels, 0.0F);
    return;
  }
  std::fill(to, to + first * channels, 0.0F);
  std::copy(map + (y * side + x + first) * channels, map + (y * side + x + last) * channels,
            to + first * channels);
  std::fill(to + last * channels, to + count * channels, 0.0F);
}

// Filters [out][in][row][column] to [row][column][in][out], the order of a row of columns.
std::vector<float> reordered(const std::vector<float>& filters, std::int64_t out, std::int64_t in,
                             std::int64_t size) {
  std::vector<float> b(filters.size());
  std::size_t at = 0;
  for (std::int64_t i = 0; i < size * size; ++i) {
    for (std::int64_t c = 0; c < in; ++c) {
      for (std::int64_t o = 0; o < out; ++o) {
        b[at++] = filters[static_cast<std::size_t>((o * in + c) * size * size + i)];
      }
    }
  }
  return b;
}

Factor factor_of(const ConvWeights& w, std::int64_t in, std::int64_t out, std::int64_t size) {
  const auto n = static_cast<std::size_t>(out);
  expect(w.filters.size() == n * static_cast<std::size_t>(in * size * size));
  expect(w.bias.size() == n && w.gamma.size() == n && w.beta.size() == n);
  std::vector<float> shift(n);
  for (std::size_t o = 0; o < n; ++o) shift[o] = w.gamma[o] * w.bias[o] + w.beta[o];
  return {size * size * in, out, reordered(w.filters, out, in, size), w.gamma, std::move(shift)};
}

Factor last_of(const Weights& w) {
  expect(w.last.size() == static_cast<std::size_t>(256 * kLength));
  return {256, kLength, w.last, std::vector<float>(kLength, 1.0F),
          std::vector<float>(kLength, 0.0F)};
}

}  // namespace

Network::Network(const Weights& weights) : last_(last_of(weights)) {
  std::copy(std::begin(weights.mean), std::end(weights.mean), std::begin(mean_));
  expect(weights.convs.size() == 1 + 2 * std::size(kBlocks));
  convs_.push_back({7, 2, 0, 3, factor_of(weights.convs[0], 3, 32, 7)});
  std::int64_t in = 32;
  for (const auto& [channels, down] : kBlocks) {
    convs_.push_back({3, down ? 2 : 1, down ? 0 : 1, in,
                      factor_of(weights.convs[convs_.size()], in, channels, 3)});
    convs_.push_back(
        {3, 1, 1, channels, factor_of(weights.convs[convs_.size()], channels, channels, 3)});
    in = channels;
  }
}

Network::Scratch Network::scratch() {
  const std::vector<float> map(static_cast<std::size_t>(kMostNumbers));
  return {std::vector<float>(static_cast<std::size_t>(kRows * kMostColumns)), map, map, map};
}

// Rows of columns (im2col), a few at a time, times the filters.
Network::Map Network::convolve(const Conv& conv, const Map& from, float* to,
                               std::vector<float>& columns) const {
  const std::int64_t side = (from.side + 2 * conv.padding - conv.size) / conv.stride + 1;
  const std::int64_t n = side * side, channels = from.channels, k = conv.factor.k;
  for (std::int64_t first = 0; first < n; first += kRows) {
    const std::int64_t rows = std::min(kRows, n - first);
    for (std::int64_t r = 0; r < rows; ++r) {
      float* row = columns.data() + r * k;
      const std::int64_t top = (first + r) / side * conv.stride - conv.padding;
      const std::int64_t left = (first + r) % side * conv.stride - conv.padding;
      for (std::int64_t i = 0; i < conv.size; ++i, row += conv.size * channels) {
        copy_row(from.data, from.side, channels, top + i, left, conv.size, row);
      }
    }
    multiply(columns.data(), rows, conv.factor, to + first * conv.factor.n);
  }
  return {side, conv.factor.n, to};
}

// x + f(x) with two convolutions in f. Where f halves the side, x is averaged over 2 x 2; the sum
// has the larger of both sizes, and what one of them lacks is 0.
void Network::block(std::size_t first, bool down, Map& x, Scratch& scratch) const {
  Map inner = convolve(convs_[first], x, scratch.b.data(), scratch.columns);
  clip(inner.data, inner.side * inner.side * inner.channels);
  const Map f = convolve(convs_[first + 1], inner, scratch.c.data(), scratch.columns);
  const std::int64_t step = down ? 2 : 1, side = down ? x.side / 2 : x.side;
  const std::int64_t channels = f.channels;
  // In place where nothing moves; else into b, which is free again.
  const Map sum{std::max(side, f.side), channels, down ? scratch.b.data() : x.data};
  for (std::int64_t i = 0; i < sum.side; ++i) {
    for (std::int64_t j = 0; j < sum.side; ++j) {
      float* to = sum.data + (i * sum.side + j) * channels;
      const bool has_f = i < f.side && j < f.side;
      const float* add = f.data + (i * f.side + j) * channels;
      for (std::int64_t c = 0; c < channels; ++c) {
        float value = has_f ? add[c] : 0.0F;
        if (c < x.channels && i < side && j < side) {
          const auto at = [&](std::int64_t row, std::int64_t column) {
            return x.data[((step * i + row) * x.side + step * j + column) * x.channels + c];
          };
          value += down ? 0.25F * (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) : at(0, 0);
        }
        to[c] = std::max(value, 0.0F);
      }
    }
  }
  if (down) scratch.a.swap(scratch.b);
  x = sum;
}

void Network::descriptor(float* chip, Scratch& scratch, float* descriptor) const {
  for (std::int64_t i = 0; i < kChip * kChip * 3; ++i) {
    chip[i] = ((chip[i] + 1.0F) * 127.5F - mean_[i % 3]) / 256.0F;
  }
  const Map first = convolve(convs_[0], {kChip, 3, chip}, scratch.b.data(), scratch.columns);
  clip(first.data, first.side * first.side * first.channels);

  // The largest of 3 x 3, at every second pixel.
  Map x{(first.side - 3) / 2 + 1, first.channels, scratch.a.data()};
  for (std::int64_t i = 0; i < x.side; ++i) {
    for (std::int64_t j = 0; j < x.side; ++j) {
      for (std::int64_t c = 0; c < x.channels; ++c) {
        float most = 0;  // nothing is below it
        for (std::int64_t p = 0; p < 9; ++p) {
          const std::int64_t at = (2 * i + p / 3) * first.side + 2 * j + p % 3;
          most = std::max(most, first.data[at * x.channels + c]);
        }
        x.data[(i * x.side + j) * x.channels + c] = most;
      }
    }
  }

  std::size_t conv = 1;
  for (const auto& [channels, down] : kBlocks) {
    block(conv, down, x, scratch);
    conv += 2;
  }

  std::vector<float> means(static_cast<std::size_t>(kRowBlock * x.channels));
  const std::int64_t pixels = x.side * x.side;
  for (std::int64_t i = 0; i < pixels * x.channels; ++i) {
    means[static_cast<std::size_t>(i % x.channels)] += x.data[i];
  }
  for (std::int64_t c = 0; c < x.channels; ++c) {
    means[static_cast<std::size_t>(c)] /= static_cast<float>(pixels);
  }
  multiply(means.data(), 1, last_, descriptor);
}

}  // namespace dlib_embedder
