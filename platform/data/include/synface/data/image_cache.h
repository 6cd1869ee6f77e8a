// Rendered images on disk, built once for every trial and every worker that needs them.
//
// LAYOUT. <cache>/images/<first 32 hex digits of SHA-256 of the identity>/
//   identity.json   what the pictures are a function of (generator, revision, parameters, size,
//   data
//                   seed, device kind, the latent mixup and its N); its mtime is the last use
//   lock            byte ranges: one byte a block (held while it is rendered), one for "in use"
//   I_S.block       identities 64 I .. 64 I + 63 x samples 8 S .. 8 S + 7: see block_file.h
// Number of identities and samples are no part of the identity, so that the 4 x 5 part of 8 x 10 is
// read from the same blocks. (With a latent mixup N is: a partner depends on it.)
//
// CONCURRENCY. A block is rendered under a lock of its own: workers that need the same pictures
// share the work, and one that finds a block taken does others first, then waits and says so. Block
// files are replaced whole; a torn or damaged one is rendered again.
#pragma once

#include <synface/data/image.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace synface::data {

// The grid of blocks, part of the format.
inline constexpr std::uint32_t kBlockIdentities = 64;
inline constexpr std::uint32_t kBlockSamples = 8;

struct ImageId {
  std::uint32_t identity = 0;
  std::uint32_t sample = 0;
};

class ImageCache {
 public:
  // Fills images[n * H * W * 3] for the ids, which belong to one block and ascend.
  using Render = std::function<void(std::span<const ImageId> ids, std::uint8_t* images)>;

  struct Observer {
    // Images present of those wanted; called after every batch.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;
    // So many were rendered just now, of those that no block held.
    std::function<void(std::uint64_t images)> drawn;
    // Another worker renders what this one needs; called once.
    std::function<void(const std::string& text)> waiting;
    // A damaged block is rendered again.
    std::function<void(const std::string& text)> repaired;
    // True ends ensure() early: what was rendered is kept, and ensure() returns false.
    std::function<bool()> cancelled;
  };

  // `folder` is the user's cache folder, made if absent; `identity` a canonical JSON text.
  ImageCache(const std::string& folder, const std::string& identity, std::int64_t height,
             std::int64_t width);
  ~ImageCache();
  ImageCache(ImageCache&&) noexcept;
  ImageCache& operator=(ImageCache&&) noexcept;

  // Makes images (i, k), i < samples.size(), k < samples[i], present and maps them; renders those
  // that are missing, at most `batch` in a call of `render`. Returns false when cancelled.
  bool ensure(std::span<const std::uint32_t> samples, std::uint32_t batch, const Render& render,
              const Observer& observer);

  // [H, W, 3] of an image that ensure() has covered; nullptr for any other. Thread-safe.
  const std::uint8_t* find(ImageId id) const;

  // Images of the wanted that no block held when ensure() began.
  std::uint64_t rendered() const;
  const std::string& folder() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace synface::data
