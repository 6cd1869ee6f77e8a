#include "draw.h"

#include <synface/base/philox.h>

#include <algorithm>

namespace synface::train {
namespace {

// Words that keep the draws of people and of their photographs apart.
constexpr std::uint64_t kPeople = 0, kPhotographs = 1;

}  // namespace

std::size_t people_with(std::span<const std::uint64_t> images, std::uint64_t samples) {
  return static_cast<std::size_t>(
      std::count_if(images.begin(), images.end(), [&](auto n) { return n >= samples; }));
}

std::vector<DrawnPerson> draw_people(std::span<const std::uint64_t> images,
                                     std::uint64_t identities, std::uint64_t samples,
                                     std::uint64_t seed) {
  std::vector<std::uint64_t> able;
  for (std::uint64_t i = 0; i < images.size(); ++i) {
    if (images[i] >= samples) able.push_back(i);
  }
  std::vector<DrawnPerson> drawn(identities == 0 ? able.size() : identities);
  if (drawn.empty()) return drawn;
  const KeyedPermutation people(seed, kPeople, able.size());
  for (std::uint64_t i = 0; i < drawn.size(); ++i) {
    drawn[i].person = able[identities == 0 ? i : people(i)];
    const std::uint64_t have = images[drawn[i].person];
    const std::uint64_t wanted = samples == 0 ? have : samples;
    if (have == 0) continue;
    const KeyedPermutation photographs(seed, kPhotographs + i, have);
    for (std::uint64_t k = 0; k < wanted; ++k) {
      drawn[i].images.push_back(samples == 0 ? k : photographs(k));
    }
  }
  return drawn;
}

}  // namespace synface::train
