// SHA-256 for identity, XXH3 for speed, CRC-32 for frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "synface/base/error.h"

namespace synface {

// SHA-256 in pieces. hex() ends it: 64 lower-case digits.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(std::span<const std::byte> bytes);
  Sha256& update(std::string_view text);
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256(std::string_view text);
std::string sha256(std::span<const std::byte> bytes);
// Of a file's content; throws Error(code) where it cannot be read.
std::string sha256_file(const std::filesystem::path& path, ExitCode code = ExitCode::kData);

// XXH3 (xxHash 0.8), seed 0: 32 hex digits, and the 64-bit number. Not for identity that outlives
// a cache.
std::string xxh3_128(std::span<const std::byte> bytes);
std::string xxh3_128(std::string_view text);
std::uint64_t xxh3_64(std::span<const std::byte> bytes);
std::uint64_t xxh3_64(std::string_view text);

// CRC-32 as in zlib (polynomial 0xEDB88320), continued from `start`.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t start = 0);

// Lower-case hex of bytes.
std::string to_hex(std::span<const std::byte> bytes);
std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace synface
