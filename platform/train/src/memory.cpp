#include <synface/train/memory.h>
#include <sys/mman.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

namespace synface::train {
namespace {

constexpr std::size_t kAlignment = 256;
constexpr std::size_t kHuge = std::size_t{2} << 20;     // a huge page
constexpr std::size_t kMapFrom = std::size_t{1} << 20;  // mapped directly from here on

// Lies in the 256 bytes before each block.
struct Header {
  std::uint32_t size_class;
  std::uint32_t mapped;
  std::size_t bytes;  // of the whole, header included
  void* start;        // of the mapping
};

// Eight classes an octave: 256 * 2^(c / 8) * (1 + (c % 8) / 8).
std::size_t class_bytes(std::uint32_t c) {
  return (std::size_t{32} << (c / 8)) * (8 + c % 8);
}

std::uint32_t class_of(std::size_t size) {
  if (size <= kAlignment) return 0;
  const auto octave = static_cast<std::uint32_t>(std::bit_width(size - 1)) - 9;  // size > 256 << o
  const std::size_t step = std::size_t{32} << octave;
  const auto part = static_cast<std::uint32_t>((size + step - 1) / step) - 8;
  return octave * 8 + part;  // part = 8 is the next octave's first
}

constexpr std::uint32_t kClasses = 8 * 48;

Header* header_of(void* memory) {
  return reinterpret_cast<Header*>(static_cast<char*>(memory) - kAlignment);
}

void* map_block(std::size_t total, Header& header) {
  const std::size_t span = (total + kHuge - 1) / kHuge * kHuge + kHuge;
  void* start = ::mmap(nullptr, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  const auto address = reinterpret_cast<std::uintptr_t>(start);
  const std::uintptr_t aligned = (address + kHuge - 1) / kHuge * kHuge;
  // Only the part that lies in whole huge pages is worth them; what is never touched costs nothing.
  ::madvise(reinterpret_cast<void*>(aligned), span - kHuge, MADV_HUGEPAGE);
  header.mapped = 1;
  header.bytes = span;
  header.start = start;
  return reinterpret_cast<void*>(aligned);
}

void* fetch(std::uint32_t size_class) {
  const std::size_t total = class_bytes(size_class) + kAlignment;
  Header header{size_class, 0, total, nullptr};
  void* base = nullptr;
  if (total >= kMapFrom) {
    base = map_block(total, header);
  } else {
    base = std::aligned_alloc(kAlignment, (total + kAlignment - 1) / kAlignment * kAlignment);
    if (base == nullptr) throw std::bad_alloc();
    header.start = base;
  }
  *static_cast<Header*>(base) = header;
  return static_cast<char*>(base) + kAlignment;
}

void release(void* memory) {
  const Header header = *header_of(memory);
  if (header.mapped != 0) {
    ::munmap(header.start, header.bytes);
  } else {
    std::free(header.start);
  }
}

}  // namespace

struct CachingAllocator::State {
  mutable std::mutex mutex;
  std::array<std::vector<void*>, kClasses> free;
  Counts counts;
  std::size_t limit = 0;

  // Returns kept blocks to the system until `wanted` more bytes fit under the limit.
  void make_room(std::size_t wanted) {
    for (std::uint32_t c = kClasses; c-- > 0 && counts.held + wanted > limit;) {
      while (!free[c].empty() && counts.held + wanted > limit) {
        release(free[c].back());
        free[c].pop_back();
        counts.held -= class_bytes(c);
      }
    }
    if (counts.held + wanted > limit) throw std::bad_alloc();
  }
};

CachingAllocator::CachingAllocator() : state_(std::make_unique<State>()) {}

CachingAllocator::~CachingAllocator() {
  for (const auto& blocks : state_->free) {
    for (void* memory : blocks) release(memory);
  }
}

void* CachingAllocator::take(std::size_t size) {
  if (size == 0) return nullptr;
  const std::uint32_t c = class_of(size);
  if (c >= kClasses) throw std::bad_alloc();
  const std::lock_guard lock(state_->mutex);
  Counts& counts = state_->counts;
  void* memory = nullptr;
  if (!state_->free[c].empty()) {
    memory = state_->free[c].back();
    state_->free[c].pop_back();
  } else {
    if (state_->limit > 0) state_->make_room(class_bytes(c));
    memory = fetch(c);
    counts.held += class_bytes(c);
    ++counts.fetched;
    // give() must not need memory.
    state_->free[c].reserve(state_->free[c].size() + counts.fetched);
  }
  counts.in_use += class_bytes(c);
  return memory;
}

void CachingAllocator::give(void* memory) noexcept {
  if (memory == nullptr) return;
  const std::uint32_t c = header_of(memory)->size_class;
  const std::lock_guard lock(state_->mutex);
  state_->counts.in_use -= class_bytes(c);
  state_->free[c].push_back(memory);
}

void CachingAllocator::set_limit(std::size_t bytes) noexcept {
  const std::lock_guard lock(state_->mutex);
  state_->limit = bytes;
}

CachingAllocator::Counts CachingAllocator::counts() const noexcept {
  const std::lock_guard lock(state_->mutex);
  return state_->counts;
}

CachingAllocator& process_allocator() {
  static auto* const kAllocator = new CachingAllocator;
  return *kAllocator;
}

}  // namespace synface::train
