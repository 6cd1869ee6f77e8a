#include "memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

namespace synface::plugin::check {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlign = 256;
constexpr std::size_t kMostBlocks = 65536;

// GLOBAL STATE of the child: a fault handler has no argument of ours. Only ever appended to.
std::atomic<Memory::Block*> all_blocks[kMostBlocks];
std::atomic<std::size_t> n_blocks{0};

std::size_t round_up(std::size_t size, std::size_t to) {
  return (size + to - 1) / to * to;
}

}  // namespace

std::byte* Memory::take(std::string_view name, std::size_t size, Role role) {
  auto* block = new Block;  // kept as long as its pages are
  block->tight = tight_ && (role == Role::kInput || role == Role::kCall);
  const std::size_t n = std::min(name.size(), sizeof block->name - 1);
  std::memcpy(block->name, name.data(), n);
  const std::size_t body = std::max(round_up(size, kPage), kPage);
  block->map_size = body + 2 * kPage;
  void* map =
      mmap(nullptr, block->map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) throw std::bad_alloc();
  block->map = static_cast<std::byte*>(map);
  std::memset(block->map, kCanary, block->map_size);
  const std::size_t offset = block->tight ? (body - size) / kAlign * kAlign : 0;
  block->data = block->map + kPage + offset;
  block->size = size;
  block->role = role;
  std::memset(block->data, role == Role::kOutput ? fill_ : 0, size);
  if (block->tight) mprotect(block->map + kPage + body, kPage, PROT_NONE);
  const std::size_t place = n_blocks.fetch_add(1);
  if (place < kMostBlocks) all_blocks[place].store(block);
  blocks_.push_back(block);
  return block->data;
}

std::vector<std::string> Memory::overwritten() const {
  std::vector<std::string> found;
  for (const Block* block : blocks_) {
    if (block->role != Role::kOutput && block->role != Role::kBound) continue;
    const auto dirty = [](std::byte b) { return b != std::byte{kCanary}; };
    const std::byte* end = block->data + block->size;
    const std::byte* map_end = block->map + block->map_size - (block->tight ? kPage : 0);
    const std::byte* after = std::find_if(end, map_end, dirty);
    if (after != map_end) {
      found.push_back(fmt::format("`{}`, {} bytes behind its end", block->name, after - end));
    }
    const std::byte* before = std::find_if(static_cast<const std::byte*>(block->map),
                                           static_cast<const std::byte*>(block->data), dirty);
    if (before != block->data) {
      found.push_back(
          fmt::format("`{}`, {} bytes before its start", block->name, block->data - before));
    }
  }
  return found;
}

void Memory::protect(Role role, bool read_only) {
  for (const Block* block : blocks_) {
    if (block->role != role) continue;
    mprotect(block->map, block->map_size - (block->tight ? kPage : 0),
             read_only ? PROT_READ : PROT_READ | PROT_WRITE);
  }
}

void Memory::close(bool inputs) {
  const auto goes = [&](const Block* block) {
    return block->role == Role::kOutput || block->role == Role::kCall ||
           (inputs && block->role == Role::kInput);
  };
  for (const Block* block : blocks_) {
    if (goes(block)) mprotect(block->map, block->map_size, PROT_NONE);
  }
  std::erase_if(blocks_, goes);
}

void Memory::release() {
  for (Block* block : blocks_) {
    if (block->role == Role::kBound) continue;
    for (std::size_t i = std::min(n_blocks.load(), kMostBlocks); i-- > 0;) {
      if (all_blocks[i].load() != block) continue;
      all_blocks[i].store(nullptr);
      break;
    }
    munmap(block->map, block->map_size);
  }
  std::erase_if(blocks_, [](Block* block) {
    const bool gone = block->role != Role::kBound;
    if (gone) delete block;
    return gone;
  });
  while (n_blocks > 0 && all_blocks[n_blocks - 1].load() == nullptr) --n_blocks;
}

const Memory::Block* Memory::find(const void* address) noexcept {
  const auto* at = static_cast<const std::byte*>(address);
  const std::size_t n = std::min(n_blocks.load(), kMostBlocks);
  for (std::size_t i = 0; i < n; ++i) {
    const Block* block = all_blocks[i].load();
    if (block != nullptr && at >= block->map && at < block->map + block->map_size) return block;
  }
  return nullptr;
}

}  // namespace synface::plugin::check
