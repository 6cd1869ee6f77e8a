// Reading from a file that may be hostile: nothing outside the span is ever touched.
#pragma once

#include <synface/base/error.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

namespace synface::plugin {

class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> all) : all_(all) {}

  std::size_t size() const { return all_.size(); }

  // The part [offset, offset + length); Error(kPlugin) "is cut off" when it is not all there.
  Bytes part(std::uint64_t offset, std::uint64_t length, const char* what) const {
    if (offset > all_.size() || length > all_.size() - offset) {
      fail(ExitCode::kPlugin, "is cut off or damaged: {} (bytes {} + {}) lies outside the file",
           what, offset, length);
    }
    return Bytes(all_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length)));
  }

  // A little-endian number; this program runs on little-endian machines only.
  template <typename T>
  T number(std::uint64_t offset, const char* what) const {
    static_assert(std::is_unsigned_v<T>);
    const Bytes there = part(offset, sizeof(T), what);
    T value;
    std::memcpy(&value, there.all_.data(), sizeof value);
    return value;
  }

  // A NUL-terminated text of at most `limit` bytes.
  std::string text(std::uint64_t offset, std::size_t limit, const char* what) const {
    const Bytes rest = part(offset, offset > size() ? 1 : size() - offset, what);
    const auto* start = reinterpret_cast<const char*>(rest.all_.data());
    const std::size_t most = rest.size() < limit ? rest.size() : limit;
    const void* end = most == 0 ? nullptr : std::memchr(start, 0, most);
    if (end == nullptr) fail(ExitCode::kPlugin, "is damaged: {} has no end", what);
    return std::string(start, static_cast<const char*>(end));
  }

  std::string all_text() const {
    return size() == 0 ? std::string()
                       : std::string(reinterpret_cast<const char*>(all_.data()), all_.size());
  }

 private:
  std::span<const std::byte> all_;
};

}  // namespace synface::plugin
