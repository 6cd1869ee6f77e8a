// Files written whole or not at all from several pieces, and the bytes of a mapping.
#pragma once

#include <synface/base/file.h>

#include <cstdint>
#include <span>
#include <string>

namespace synface::data {

inline std::span<const std::uint8_t> bytes_of(const MappedFile& file) {
  return {reinterpret_cast<const std::uint8_t*>(file.data()), file.size()};
}

// Writes the pieces one after the other into a temporary file beside `path`, syncs it where asked
// and renames it: write_file_atomic() without the copy of everything into one buffer.
// Error(kNoSpace) on a full disk, Error(kData) otherwise; nothing is left behind.
void write_pieces(const std::string& path, std::span<const std::span<const std::uint8_t>> pieces,
                  bool sync);

}  // namespace synface::data
