// One file of the image cache.
//
// LAYOUT, little endian: a header of 256 bytes, then the images that are present, [H, W, 3] uint8
// each, in ascending order of their slot = (identity mod 64) * 8 + (sample mod 8).
//   0  magic "SYNFIMG1"      8  u32 height     12  u32 width    16  u64 count of images
//   24 XXH3-64 of the images 32 64 bytes: bit s of the presence map is slot s
//   96 zeros ... 248 XXH3-64 of bytes 0 .. 247
#pragma once

#include <synface/data/image_cache.h>

#include <array>
#include <bitset>
#include <optional>

#include "pieces.h"

namespace synface::data {

inline constexpr std::size_t kBlockSlots = std::size_t{kBlockIdentities} * kBlockSamples;
using Presence = std::bitset<kBlockSlots>;

inline std::size_t slot_of(ImageId id) {
  return std::size_t{id.identity % kBlockIdentities} * kBlockSamples + id.sample % kBlockSamples;
}

// A block that was read and checked.
class BlockFile {
 public:
  // Nothing when the file is absent; Error(kData) when it is damaged or of another image size.
  static std::optional<BlockFile> open(const std::string& path, std::int64_t height,
                                       std::int64_t width);

  // Writes the images of `present`, in the order of their slots.
  static void write(const std::string& path, std::int64_t height, std::int64_t width,
                    const Presence& present, std::span<const std::uint8_t> images);

  const Presence& present() const { return present_; }
  // nullptr when it is absent.
  const std::uint8_t* image(std::size_t slot) const;
  std::span<const std::uint8_t> images() const;

 private:
  MappedFile file_;
  Presence present_;
  std::size_t image_bytes_ = 0;
  std::array<std::uint16_t, kBlockSlots> index_{};
};

// Images in a block by its header alone, for listings; 0 when it is no block.
std::uint64_t count_images(const std::string& path);
// Which are in it, likewise; nothing when it is absent, no block or of another length than that.
std::optional<Presence> present_in(const std::string& path);

}  // namespace synface::data
