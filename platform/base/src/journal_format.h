// The bytes of a journal: encoding and decoding of one record's body.
#pragma once

#include <bit>
#include <cstring>

#include "synface/base/journal.h"

namespace synface::journal {

static_assert(std::endian::native == std::endian::little, "the journal is little endian");

inline constexpr std::array<char, 8> kMagic = {'S', 'Y', 'N', 'J', 'R', 'N', 'L', '\x01'};
inline constexpr std::size_t kFileHead = 16;  // magic and eight zeros
inline constexpr std::size_t kFrameHead = 8;  // size and CRC
inline constexpr std::size_t kMaxBody = 64U << 20U;

enum class Type : std::uint8_t {
  kHeader = 1,
  kDefine,
  kPoint,
  kFinal,
  kInterval,
  kCurve,
  kArtifact,
  kEvent,
  kLog,
};

constexpr std::size_t padded(std::size_t size) {
  return (size + 7) / 8 * 8;
}

// Appends fields to a body.
class Encoder {
 public:
  explicit Encoder(Type type) { put(static_cast<std::uint8_t>(type)); }
  template <typename T>
  Encoder& put(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    return raw(&value, sizeof value);
  }
  Encoder& text(std::string_view value) {
    put(static_cast<std::uint32_t>(value.size()));
    return raw(value.data(), value.size());
  }
  Encoder& raw(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
    return *this;
  }
  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Decodes a body. Nothing for a type that this version does not know; throws std::out_of_range
// where the body is shorter or longer than its fields.
std::optional<JournalRecord> decode(std::span<const std::byte> body);

}  // namespace synface::journal
