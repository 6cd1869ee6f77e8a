// Figures of a named set's pictures.
#pragma once

#include <synface/data/image.h>
#include <synface/data/named_set.h>

#include <array>

namespace synface::data {

// Of one part. Sums are integers, so that the figures do not depend on an order.
struct PartStats {
  std::uint64_t images = 0;
  std::uint64_t distinct = 0;     // images of which no other has the same pixels, and one of each
                                  // group that has
  std::array<double, 3> mean{};   // of red, green, blue in 0 .. 255, over all pixels and images
  std::array<double, 3> sd{};     // over all pixels and images
  std::array<double, 3> shade{};  // standard deviation of the images' own means
  Image mean_image;               // pixel by pixel, rounded
};

// Reads every image of a part. Error(kData) for one that is missing or damaged; Stopped.
PartStats measure_part(const std::filesystem::path& cache, const NamedSet& set, const SetPart& part,
                       const Work& work);

}  // namespace synface::data
