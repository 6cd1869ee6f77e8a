// Images of people in memory, by identity and sample.
#pragma once

#include <synface/data/image_cache.h>

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace synface::train {

using data::ImageId;

// [height, width, 3] uint8 of every (identity i < samples().size(), sample k < samples()[i]).
class ImageSet {
 public:
  virtual ~ImageSet() = default;

  // Samples of each identity.
  const std::vector<std::uint32_t>& samples() const { return samples_; }
  std::int64_t identities() const { return static_cast<std::int64_t>(samples_.size()); }
  std::int64_t count() const { return starts_.back(); }
  // The n-th image in the order of identity, then sample.
  ImageId id(std::int64_t n) const;

  // Brings images into memory; before image() of them. Not for two threads at once.
  virtual void prepare(std::span<const ImageId> ids) = 0;
  // Valid as long as the set. Thread-safe.
  virtual const std::uint8_t* image(ImageId id) const = 0;

 protected:
  explicit ImageSet(std::vector<std::uint32_t> samples);

 private:
  std::vector<std::uint32_t> samples_;
  std::vector<std::int64_t> starts_;
};

// Rendered images out of the cache.
class CachedSet final : public ImageSet {
 public:
  // `cache` must have ensured all of them.
  CachedSet(data::ImageCache cache, std::vector<std::uint32_t> samples);
  void prepare(std::span<const ImageId>) override {}
  const std::uint8_t* image(ImageId id) const override { return cache_.find(id); }

 private:
  data::ImageCache cache_;
};

// Encoded files, decoded and scaled when first asked for, then kept.
class DecodedSet final : public ImageSet {
 public:
  struct Encoded {
    std::string bytes;
    std::string name;  // for errors
  };
  // One call at a time.
  using Fetch = std::function<Encoded(ImageId)>;

  DecodedSet(std::vector<std::uint32_t> samples, std::int64_t height, std::int64_t width,
             int threads, Fetch fetch);
  void prepare(std::span<const ImageId> ids) override;
  const std::uint8_t* image(ImageId id) const override;

 private:
  std::int64_t height_, width_;
  int threads_;
  Fetch fetch_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint8_t>> images_;
};

}  // namespace synface::train
