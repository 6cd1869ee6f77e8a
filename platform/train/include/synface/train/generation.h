// From a generator plugin to sets of images.
#pragma once

#include <synface/base/json.h>
#include <synface/plugin/generator.h>
#include <synface/plugin/mixup.h>
#include <synface/train/calls.h>
#include <synface/train/image_set.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace synface::train {

// What a set of images tells while it is made.
struct Progress {
  std::function<void(std::uint64_t done, std::uint64_t total)> rendered;
  std::function<void(std::uint64_t images)> drawn;  // so many just now, none of them from the cache
  std::function<void(const std::string& text)> say;
  std::function<bool()> cancelled;
};

struct DrawnPerson;

// Thrown when Progress::cancelled said so.
struct Cancelled {};

// A generator with what its pictures are a function of.
class Source {
 public:
  // `identity`: the parameters that count (plugin::identity_params).
  Source(plugin::Generator generator, Json identity, std::int64_t height, std::int64_t width,
         const CallSettings& calls);

  // Samples of each identity of the wanted N x S (0: all that there are). Of an index of images
  // (not LATENT) N people with at least S images each are wanted where both are given; else each
  // has at most what the generator has. Error(kUsage): an unbounded number is left open, or there
  // are fewer than wanted.
  std::vector<std::uint32_t> extent(std::int64_t identities, std::int64_t samples) const;

  // Images (i, k) under `data_seed`; rendered ones come from the cache in `folder`. From an index
  // of images that has more of them, people and images are drawn by `data_seed` (as folder_set()
  // draws them by its seed) where all people have equally many, and are the first ones otherwise.
  // With `mixup` (LATENT) the mixable blocks of every image are blended as it picks. Error(kUsage)
  // for a latent mixup of a generator without latent rows.
  std::unique_ptr<ImageSet> make(const std::filesystem::path& folder, std::uint64_t data_seed,
                                 const std::vector<std::uint32_t>& samples,
                                 const plugin::Mixup* mixup, const Json& mixup_identity,
                                 const Progress& progress) const;

  // Renders keys; with `mixup` blended. images [n, H, W, 3]. LATENT only.
  void render(std::span<const synface_key> keys, const std::vector<std::uint32_t>& samples,
              const plugin::Mixup* mixup, std::uint8_t* images) const;
  // Renders rows that the caller has made.
  void render_rows(std::span<const synface_key> keys, const float* rows,
                   std::uint8_t* images) const;
  // [n, L] latent rows.
  void latents(std::span<const synface_key> keys, float* rows) const;

  const plugin::Generator& generator() const { return generator_; }
  const std::vector<plugin::Block>& blocks() const { return blocks_; }
  std::int64_t row_length() const { return row_length_; }
  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  // The cache's identity of a set.
  std::string cache_identity(std::uint64_t data_seed, const std::vector<std::uint32_t>& samples,
                             const plugin::Mixup* mixup, const Json& mixup_identity) const;

 private:
  std::vector<DrawnPerson> draw(const std::vector<std::uint32_t>& samples,
                                std::uint64_t seed) const;
  void blend(std::span<const synface_key> keys, const std::vector<std::uint32_t>& samples,
             const plugin::Mixup& mixup, float* rows) const;

  plugin::Generator generator_;
  Json identity_;
  std::int64_t height_, width_;
  CallSettings calls_;
  std::vector<plugin::Block> blocks_;
  std::int64_t row_length_ = 0;
};

// Class folders of photographs as a set; `identities` people with at least `samples` images are
// drawn, and that many of each (0: all), by Philox with key `seed`.
std::unique_ptr<ImageSet> folder_set(const std::string& folder, std::int64_t identities,
                                     std::int64_t samples, std::uint64_t seed, std::int64_t height,
                                     std::int64_t width, int threads);

}  // namespace synface::train
