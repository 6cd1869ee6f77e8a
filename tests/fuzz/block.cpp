// Blocks of the image cache: as they are, and with their sums mended, because no fuzzer guesses
// those.
#include "block_file.h"

#include <synface/base/error.h>
#include <xxhash.h>

#include <cstring>

#include "fuzz.h"

namespace {

constexpr std::size_t kHeader = 256, kImagesHash = 24, kHeaderHash = 248;

void put(std::string& bytes, std::size_t at, std::uint64_t value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

void try_block(std::string_view bytes) {
  using namespace synface::data;
  using synface::fuzz::require;
  static synface::fuzz::MemoryFile file;
  file.write(bytes);
  const std::string path = file.path().string();
  std::uint32_t side[2] = {8, 8};
  if (bytes.size() >= 16) std::memcpy(side, bytes.data() + 8, sizeof side);
  const auto present = present_in(path);
  require(!present || count_images(path) == present->count(), "a block counts its images");
  try {
    const auto block = BlockFile::open(path, side[0] % 1025, side[1] % 1025);
    require(block.has_value(), "the file is there");
    const std::size_t image = std::size_t{3} * (side[0] % 1025) * (side[1] % 1025);
    for (std::size_t slot = 0; slot < kBlockSlots; ++slot) {
      const std::uint8_t* pixels = block->image(slot);
      require((pixels != nullptr) == block->present().test(slot), "what is present has pixels");
      if (pixels == nullptr) continue;
      std::uint8_t sum = 0;
      for (std::size_t i = 0; i < image; ++i) {
        sum = static_cast<std::uint8_t>(sum + static_cast<const volatile std::uint8_t*>(pixels)[i]);
      }
    }
  } catch (const synface::Error& e) {
    require(e.code() == synface::ExitCode::kData && *e.what() != '\0',
            "a bad block is an error of data");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(synface::fuzz::as_text(data, size));
  try_block(bytes);
  if (bytes.size() < kHeader) return 0;
  std::memcpy(bytes.data(), "SYNFIMG1", 8);
  put(bytes, kImagesHash, XXH3_64bits(bytes.data() + kHeader, bytes.size() - kHeader));
  put(bytes, kHeaderHash, XXH3_64bits(bytes.data(), kHeaderHash));
  try_block(bytes);
  return 0;
}
