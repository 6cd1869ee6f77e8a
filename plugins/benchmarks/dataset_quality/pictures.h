// Pixels of the images that a benchmark asked for, and embeddings of changed ones.
#pragma once

#include <synface/ext/codec.h>
#include <synface/ext/images.h>

#include <string>
#include <vector>

#include "linear/matrix.h"

namespace dataset_quality {

struct Picture {
  std::size_t height = 0, width = 0;
  std::vector<uint8_t> pixels;  // [H, W, 3]
};

// During one evaluate(). All lent.
class Pictures {
 public:
  Pictures(const synface_ext_images& images, const synface_ext_codec& codec,
           const synface_context& ctx, const synface_dims& dims)
      : images_(images),
        codec_(codec),
        ctx_(ctx),
        height_(static_cast<std::size_t>(dims.height)),
        width_(static_cast<std::size_t>(dims.width)),
        embedding_(static_cast<std::size_t>(dims.embedding)) {}

  std::size_t height() const { return height_; }
  std::size_t width() const { return width_; }
  Picture read(uint64_t request) const;

  // Embeddings [n, D] of the pictures of these requests, each after change(pixels).
  template <typename Change>
  linear::Matrix embed(const std::vector<uint64_t>& requests, const Change& change) const {
    constexpr std::size_t kBatch = 64;
    linear::Matrix out(requests.size(), embedding_);
    for (std::size_t first = 0; first < requests.size(); first += kBatch) {
      const std::size_t n = std::min(kBatch, requests.size() - first);
      std::vector<uint8_t> batch;
      for (std::size_t i = 0; i < n; ++i) {
        Picture picture = read(requests[first + i]);
        change(picture.pixels.data());
        batch.insert(batch.end(), picture.pixels.begin(), picture.pixels.end());
      }
      embed_batch(batch, n, out.row(first));
    }
    return out;
  }

  std::string jpeg(Picture& picture) const;

 private:
  void embed_batch(std::vector<uint8_t>& batch, std::size_t n, double* rows) const;

  const synface_ext_images& images_;
  const synface_ext_codec& codec_;
  const synface_context& ctx_;
  std::size_t height_, width_, embedding_;
};

}  // namespace dataset_quality
