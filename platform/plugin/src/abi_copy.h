// From what a plugin lends to what the host keeps. A table is read up to its struct_size only.
#pragma once

#include <synface/base.h>
#include <synface/base/error.h>
#include <synface/base/text.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace synface::plugin {

// The host's full-size copy of a table, of which the plugin must have at least `minimum` bytes;
// what it has not is zero. `what` names the table in messages.
template <typename T>
T copy_table(const T* from, std::size_t minimum, std::string_view what) {
  static_assert(std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T>);
  constexpr std::uint32_t kAbsurd = 1U << 20U;
  if (from == nullptr) fail(ExitCode::kPlugin, "{} is NULL", what);
  std::uint32_t size = 0;
  std::memcpy(&size, static_cast<const void*>(from), sizeof size);
  if (size < minimum || size > kAbsurd) {
    fail(ExitCode::kPlugin, "{} has struct_size {}, this program needs {} to {}", what, size,
         minimum, kAbsurd);
  }
  T copy{};
  std::memcpy(static_cast<void*>(&copy), static_cast<const void*>(from),
              std::min<std::size_t>(size, sizeof(T)));
  return copy;
}

// A lent text; `what` names it in messages.
inline std::string copy_text(synface_str text, std::string_view what) {
  constexpr std::uint64_t kMost = 65536;
  if (text.size == 0) return {};
  if (text.data == nullptr) fail(ExitCode::kPlugin, "{} is NULL with a size", what);
  if (text.size > kMost) fail(ExitCode::kPlugin, "{} is longer than 64 KiB", what);
  std::string copy(text.data, static_cast<std::size_t>(text.size));
  if (copy.find('\0') != std::string::npos) fail(ExitCode::kPlugin, "{} holds a NUL", what);
  if (!is_utf8(copy)) fail(ExitCode::kPlugin, "{} is not UTF-8", what);
  return copy;
}

inline synface_str lend(std::string_view text) {
  return {text.data(), text.size()};
}

// An unknown flag among the low 32 bits changes the meaning and is refused; <synface/base.h>.
inline void check_flags(std::uint64_t flags, std::uint64_t known, std::string_view what) {
  const std::uint64_t unknown = flags & 0xFFFFFFFFU & ~known;
  if (unknown != 0) fail(ExitCode::kPlugin, "{} has unknown flags {:#x}", what, unknown);
}

}  // namespace synface::plugin
