#include "faces.h"

#include <synface/sdk/philox.h>

#include <algorithm>
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

std::vector<std::vector<std::size_t>> matched_rows(std::vector<Group> groups, std::size_t most) {
  std::size_t people = most;
  for (const Group& group : groups) people = std::min(people, group.people.size());
  std::vector<std::size_t> images(people, most);  // of the k-th person
  for (Group& group : groups) {
    group.people.resize(people);
    std::stable_sort(group.people.begin(), group.people.end(), [&](std::size_t a, std::size_t b) {
      return group.faces->images_of(a) > group.faces->images_of(b);
    });
    for (std::size_t k = 0; k < people; ++k) {
      images[k] = std::min(images[k], group.faces->images_of(group.people[k]));
    }
  }
  std::vector<std::vector<std::size_t>> rows(groups.size());
  for (std::size_t turn = 0; turn < most; ++turn) {
    for (std::size_t k = 0; k < people && rows.front().size() < most; ++k) {
      if (turn >= images[k]) break;  // the numbers fall
      for (std::size_t g = 0; g < groups.size(); ++g) {
        rows[g].push_back(groups[g].faces->starts[groups[g].people[k]] + turn);
      }
    }
  }
  return rows;
}

Faces some_of(const Faces& faces, std::vector<std::size_t> rows) {
  std::sort(rows.begin(), rows.end());
  Faces out;
  out.x = linear::rows_of(faces.x, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || faces.person[rows[i]] != faces.person[rows[i - 1]]) out.starts.push_back(i);
    out.person.push_back(static_cast<uint32_t>(out.starts.size() - 1));
    out.request.push_back(faces.request[rows[i]]);
  }
  out.starts.push_back(rows.size());
  return out;
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
