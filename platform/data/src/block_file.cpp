#include "block_file.h"

#include <synface/base/error.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace synface::data {
namespace {

constexpr std::size_t kHeaderBytes = 256;
constexpr char kMagic[] = "SYNFIMG1";

struct Header {
  char magic[8];
  std::uint32_t height, width;
  std::uint64_t count;
  std::uint64_t images_hash;
  std::uint8_t present[kBlockSlots / 8];
  std::uint8_t zeros[152];
  std::uint64_t header_hash;
};
static_assert(sizeof(Header) == kHeaderBytes && offsetof(Header, header_hash) == 248);

bool has(const Header& header, std::size_t slot) {
  return (header.present[slot / 8] >> (slot % 8) & 1U) != 0;
}

bool is_sound(const Header& header) {
  std::uint64_t present = 0;
  for (std::size_t slot = 0; slot < kBlockSlots; ++slot) present += has(header, slot) ? 1 : 0;
  return std::memcmp(header.magic, kMagic, sizeof header.magic) == 0 &&
         header.header_hash == XXH3_64bits(&header, offsetof(Header, header_hash)) &&
         header.count == present;
}

}  // namespace

std::optional<BlockFile> BlockFile::open(const std::string& path, std::int64_t height,
                                         std::int64_t width) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  BlockFile block;
  block.file_ = MappedFile(path);
  const auto bytes = bytes_of(block.file_);
  Header header{};
  if (bytes.size() < kHeaderBytes) fail(ExitCode::kData, "{}: the block is cut off", path);
  std::memcpy(&header, bytes.data(), sizeof header);
  if (!is_sound(header)) fail(ExitCode::kData, "{}: the block's header is damaged", path);
  if (header.height != height || header.width != width) {
    fail(ExitCode::kData, "{}: the block holds images of another size", path);
  }
  block.image_bytes_ = static_cast<std::size_t>(3 * height * width);
  std::uint16_t next = 0;
  for (std::size_t slot = 0; slot < kBlockSlots; ++slot) {
    if (!has(header, slot)) continue;
    block.present_.set(slot);
    block.index_[slot] = next++;
  }
  if (next != header.count || bytes.size() != kHeaderBytes + next * block.image_bytes_ ||
      header.images_hash != XXH3_64bits(block.images().data(), block.images().size())) {
    fail(ExitCode::kData, "{}: the block is torn", path);
  }
  return block;
}

std::span<const std::uint8_t> BlockFile::images() const {
  return bytes_of(file_).subspan(kHeaderBytes);
}

const std::uint8_t* BlockFile::image(std::size_t slot) const {
  if (!present_.test(slot)) return nullptr;
  return images().data() + index_[slot] * image_bytes_;
}

void BlockFile::write(const std::string& path, std::int64_t height, std::int64_t width,
                      const Presence& present, std::span<const std::uint8_t> images) {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof header.magic);
  header.height = static_cast<std::uint32_t>(height);
  header.width = static_cast<std::uint32_t>(width);
  header.count = present.count();
  header.images_hash = XXH3_64bits(images.data(), images.size());
  for (std::size_t slot = 0; slot < kBlockSlots; ++slot) {
    if (present.test(slot)) {
      header.present[slot / 8] =
          static_cast<std::uint8_t>(header.present[slot / 8] | 1U << (slot % 8));
    }
  }
  header.header_hash = XXH3_64bits(&header, offsetof(Header, header_hash));
  const std::span<const std::uint8_t> pieces[] = {
      {reinterpret_cast<const std::uint8_t*>(&header), sizeof header}, images};
  // No fsync: what a power cut tears is found by its hash and rendered again.
  write_pieces(path, pieces, false);
}

std::uint64_t count_images(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  Header header{};
  in.read(reinterpret_cast<char*>(&header), sizeof header);
  return in && is_sound(header) ? header.count : 0;
}

std::optional<Presence> present_in(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const auto length = static_cast<std::uint64_t>(std::max<std::streamoff>(0, in.tellg()));
  in.seekg(0);
  Header header{};
  in.read(reinterpret_cast<char*>(&header), sizeof header);
  if (!in || !is_sound(header)) return std::nullopt;
  const std::uint64_t image = std::uint64_t{3} * header.height * header.width;
  if (length != kHeaderBytes + header.count * image) return std::nullopt;
  Presence present;
  for (std::size_t slot = 0; slot < kBlockSlots; ++slot) present.set(slot, has(header, slot));
  return present;
}

}  // namespace synface::data
