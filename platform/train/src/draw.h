// Which people, and which images of each, are taken out of a set that has more of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace synface::train {

struct DrawnPerson {
  std::uint64_t person = 0;           // index in the whole set
  std::vector<std::uint64_t> images;  // of that person, in the order of the draw
};

// Number of people with at least `samples` images; `images` [people] says how many each has.
std::size_t people_with(std::span<const std::uint64_t> images, std::uint64_t samples);

// `identities` of the people with at least `samples` images, and that many images of each, by keyed
// permutations of `seed`: a smaller N is the beginning of a larger one. identities = 0: all people
// who have so many, in their order; samples = 0: all images of each. At most people_with() people.
std::vector<DrawnPerson> draw_people(std::span<const std::uint64_t> images,
                                     std::uint64_t identities, std::uint64_t samples,
                                     std::uint64_t seed);

}  // namespace synface::train
