// The layout that crumb.h describes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace synface::plugin {

inline constexpr char kCrumbMagic[8] = {'S', 'Y', 'N', 'C', 'R', 'U', 'M', 'B'};
inline constexpr std::uint32_t kCrumbVersion = 1;
inline constexpr std::uint32_t kCrumbSlots = 64;

struct CrumbHeader {
  char magic[8];
  std::uint32_t version, slots, slot_size, pid, signal, signal_slot;
  std::uint8_t zero[32];
};
static_assert(sizeof(CrumbHeader) == 64);

struct CrumbSlot {
  std::uint32_t sequence, depth;
  std::uint64_t step, entered_ns;
  std::uint32_t thread, zero;
  char plugin[56];
  char call[40];
};
static_assert(sizeof(CrumbSlot) == 128 && offsetof(CrumbSlot, plugin) == 32 &&
              offsetof(CrumbSlot, call) == 88);

inline constexpr std::size_t kCrumbSize = sizeof(CrumbHeader) + kCrumbSlots * sizeof(CrumbSlot);

}  // namespace synface::plugin
