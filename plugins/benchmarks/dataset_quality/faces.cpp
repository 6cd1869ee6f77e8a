#include "faces.h"

#include <synface/sdk/philox.h>

#include <cmath>

namespace dataset_quality {

namespace {
namespace sdk = synface::sdk;
constexpr uint32_t kSplitStream = 302;
}  // namespace

Faces make_faces(const float* embeddings, std::size_t width, std::size_t first,
                 const std::vector<uint32_t>& sizes) {
  Faces faces;
  std::size_t n = 0;
  for (std::size_t p = 0; p < sizes.size(); ++p) {
    faces.starts.push_back(n);
    for (uint32_t k = 0; k < sizes[p]; ++k) {
      faces.person.push_back(static_cast<uint32_t>(p));
      faces.request.push_back(first + n++);
    }
  }
  faces.starts.push_back(n);
  faces.x = linear::Matrix(n, width);
  for (std::size_t i = 0; i < n * width; ++i) {
    const auto value = static_cast<double>(embeddings[first * width + i]);
    if (!std::isfinite(value)) {
      throw sdk::Error(SYNFACE_ERR_NUMERIC, "an embedding is not a number", "embeddings");
    }
    faces.x.values[i] = value;
  }
  return faces;
}

std::vector<std::size_t> spread_over_people(const Faces& faces,
                                            const std::vector<std::size_t>& people, std::size_t n) {
  std::vector<std::size_t> taken;
  for (std::size_t k = 0; taken.size() < n; ++k) {
    const std::size_t before = taken.size();
    for (const std::size_t p : people) {
      if (taken.size() < n && k < faces.images_of(p)) taken.push_back(faces.starts[p] + k);
    }
    if (taken.size() == before) break;
  }
  return taken;
}

std::vector<std::size_t> shuffled_people(std::size_t n) {
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) {
    order[i] = sdk::permute(static_cast<uint32_t>(i), static_cast<uint32_t>(n), 0, kSplitStream);
  }
  return order;
}

Halves split_people(std::size_t n) {
  Halves halves;
  const std::vector<std::size_t> order = shuffled_people(n);
  for (std::size_t i = 0; i < n; ++i) {
    (i % 2 == 0 ? halves.first : halves.second).push_back(order[i]);
  }
  return halves;
}

}  // namespace dataset_quality
