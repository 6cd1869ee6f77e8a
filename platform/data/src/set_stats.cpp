#include <synface/base/hash.h>
#include <synface/data/set_stats.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "fork_join.h"
#include "set_blocks.h"

namespace synface::data {
namespace {

// An image's own mean is counted in units of 1/256 grey level.
constexpr std::uint64_t kUnits = 256;

struct Sums {
  std::vector<std::uint64_t> pixels;  // [H, W, 3]
  std::array<std::uint64_t, 3> squares{}, shades{}, shade_squares{};
  std::vector<std::uint64_t> hashes;

  void add(std::span<const std::uint8_t> image) {
    std::array<std::uint64_t, 3> own{}, square{};
    for (std::size_t i = 0; i < image.size(); i += 3) {
      for (std::size_t c = 0; c < 3; ++c) {
        const std::uint32_t value = image[i + c];
        pixels[i + c] += value;
        own[c] += value;
        square[c] += std::uint64_t{value} * value;
      }
    }
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint64_t shade = own[c] * kUnits / (image.size() / 3);
      squares[c] += square[c];
      shades[c] += shade;
      shade_squares[c] += shade * shade;
    }
    hashes.push_back(xxh3_64(std::as_bytes(image)));
  }
  void add(const Sums& other) {
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] += other.pixels[i];
    for (std::size_t c = 0; c < 3; ++c) {
      squares[c] += other.squares[c];
      shades[c] += other.shades[c];
      shade_squares[c] += other.shade_squares[c];
    }
    hashes.insert(hashes.end(), other.hashes.begin(), other.hashes.end());
  }
};

PartStats figures(Sums& sums, std::int64_t side) {
  PartStats stats;
  stats.images = sums.hashes.size();
  std::sort(sums.hashes.begin(), sums.hashes.end());
  stats.distinct = static_cast<std::uint64_t>(std::unique(sums.hashes.begin(), sums.hashes.end()) -
                                              sums.hashes.begin());
  const auto n = static_cast<double>(stats.images);
  const auto area = static_cast<double>(side * side);
  for (std::size_t c = 0; c < 3; ++c) {
    std::uint64_t total = 0;
    for (std::size_t i = c; i < sums.pixels.size(); i += 3) total += sums.pixels[i];
    const double mean = static_cast<double>(total) / (n * area);
    stats.mean[c] = mean;
    stats.sd[c] =
        std::sqrt(std::max(0.0, static_cast<double>(sums.squares[c]) / (n * area) - mean * mean));
    const double shade = static_cast<double>(sums.shades[c]) / n;
    stats.shade[c] =
        std::sqrt(std::max(0.0, static_cast<double>(sums.shade_squares[c]) / n - shade * shade)) /
        static_cast<double>(kUnits);
  }
  stats.mean_image = {side, side, std::vector<std::uint8_t>(sums.pixels.size())};
  for (std::size_t i = 0; i < sums.pixels.size(); ++i) {
    stats.mean_image.pixels[i] = static_cast<std::uint8_t>(
        (sums.pixels[i] + stats.images / 2) / std::max<std::uint64_t>(1, stats.images));
  }
  return stats;
}

}  // namespace

PartStats measure_part(const std::filesystem::path& cache, const NamedSet& set, const SetPart& part,
                       const Work& work) {
  PartReader reader(cache, set, part);
  const auto bytes = static_cast<std::size_t>(set.image_bytes());
  Sums sums{std::vector<std::uint64_t>(bytes), {}, {}, {}, {}};
  std::mutex mutex;
  for (std::uint32_t row = 0; row < reader.rows(); ++row) {
    reader.open(row);
    const auto people = reader.people(row);
    const std::uint32_t first = people.first, last = people.second;
    fork_join(work, last - first, [&](std::size_t i) {
      Sums own{std::vector<std::uint64_t>(bytes), {}, {}, {}, {}};
      for (std::uint32_t k = 0; k < part.samples; ++k) {
        own.add({reader.image({first + static_cast<std::uint32_t>(i), k}), bytes});
      }
      const std::lock_guard hold(mutex);
      sums.add(own);
    });
    if (work.progress) work.progress(std::uint64_t{last - first} * part.samples);
  }
  return figures(sums, set.side);
}

}  // namespace synface::data
