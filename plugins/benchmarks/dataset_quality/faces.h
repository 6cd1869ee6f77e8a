// The images of a set as they are compared: embeddings, and whose they are.
#pragma once

#include <cstdint>
#include <vector>

#include "linear/matrix.h"

namespace dataset_quality {

struct Faces {
  linear::Matrix x;               // [images, D], the images of a person in a row
  std::vector<uint32_t> person;   // of each image, 0 .. people() - 1 in order
  std::vector<uint64_t> request;  // of each image, for its picture

  std::size_t people() const { return starts.empty() ? 0 : starts.size() - 1; }
  std::size_t images() const { return person.size(); }
  std::size_t images_of(std::size_t p) const { return starts[p + 1] - starts[p]; }

  std::vector<std::size_t> starts;  // first image of each person, and the end
};

// `sizes`: images of each person, whose embeddings lie one after the other from row `first` on.
// Error NUMERIC where an embedding holds what is no number.
Faces make_faces(const float* embeddings, std::size_t width, std::size_t first,
                 const std::vector<uint32_t>& sizes);

// People of some faces, in the order in which they are taken.
struct Group {
  const Faces* faces;
  std::vector<std::size_t> people;
};
// Of each group the rows of equally many people, of whom the k-th has equally many images in every
// group; `most` rows of each at most. The first people are taken, as many as possible; those with
// most images are matched with each other. Everybody's first image comes before anybody's second.
std::vector<std::vector<std::size_t>> matched_rows(std::vector<Group> groups, std::size_t most);

// The given rows alone, those of a person in a row; persons are numbered anew in their order.
Faces some_of(const Faces& faces, std::vector<std::size_t> rows);

// The people of a set in an order of chance that depends on their number alone.
std::vector<std::size_t> shuffled_people(std::size_t n);

// Two halves without a person in common.
struct Halves {
  std::vector<std::size_t> first, second;
};
Halves split_people(std::size_t n);

}  // namespace dataset_quality
