#include <malloc.h>
#include <synface/train/memory.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

namespace synface::train {
namespace {

constexpr std::size_t kAlignment = 256;
constexpr std::size_t kHuge = std::size_t{2} << 20;     // a huge page
constexpr std::size_t kMapFrom = std::size_t{1} << 20;  // mapped directly from here on

// Bytes of this value lie around what was asked for.
constexpr unsigned char kCanary = 0xA7;
constexpr std::size_t kGuard = 64;

enum class Kind : std::uint32_t { kHeap, kMapped, kLent };

// Lies in the 256 bytes before each block, at the beginning; the rest of them are canaries.
struct Header {
  std::uint32_t size_class;
  Kind kind;
  std::size_t bytes;  // of the whole, header included
  void* start;        // of the mapping
  std::size_t size;   // asked for
  const char* name;   // nullptr: not watched
  Header *earlier, *later;
};
static_assert(sizeof(Header) + kGuard <= kAlignment);

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
  header.kind = Kind::kMapped;
  header.bytes = span;
  header.start = start;
  return reinterpret_cast<void*>(aligned);
}

// GLOBAL STATE: a signal handler looks these ranges up.
struct Range {
  std::atomic<std::uintptr_t> start{0}, end{0};
};
constexpr std::size_t kRanges = 64;
Range taken_back[kRanges];
std::atomic<std::size_t> taken_back_count{0};

// Pages of its own, whose addresses nobody gets again.
Header* map_lent(std::size_t size) {
  const std::size_t page = 4096;
  const std::size_t bytes = (size + 2 * kAlignment + page - 1) / page * page;
  void* start = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  auto* header = static_cast<Header*>(start);
  *header = {};
  header->kind = Kind::kLent;
  header->bytes = bytes;
  header->start = start;
  return header;
}

void take_back(const Header& lent) {
  const Header header = lent;
  // An access finds no page; the memory itself is free again.
  ::madvise(header.start, header.bytes, MADV_DONTNEED);
  ::mprotect(header.start, header.bytes, PROT_NONE);
  const std::size_t at = taken_back_count.fetch_add(1);
  if (at >= kRanges) return;  // a fault there is reported without its reason
  taken_back[at].start = reinterpret_cast<std::uintptr_t>(header.start);
  taken_back[at].end = reinterpret_cast<std::uintptr_t>(header.start) + header.bytes;
}

char* data_of(const Header& header) {
  return reinterpret_cast<char*>(const_cast<Header*>(&header)) + kAlignment;
}

// The canaries before the data lie next to it, those behind it likewise.
void set_canaries(Header& header) {
  char* const data = data_of(header);
  std::memset(data - kGuard, kCanary, kGuard);
  std::memset(data + header.size, kCanary, kGuard);
}

// Bytes from the data to the nearest canary that was written over: negative before its start; 0:
// none was.
std::ptrdiff_t overrun_of(const Header& header) {
  static const auto kWhole = [] {
    std::array<unsigned char, kGuard> whole{};
    whole.fill(kCanary);
    return whole;
  }();
  const char* const data = data_of(header);
  const char* const end = data + header.size;
  const auto dirty = [](char byte) { return static_cast<unsigned char>(byte) != kCanary; };
  if (std::memcmp(end, kWhole.data(), kGuard) != 0) {
    return std::find_if(end, end + kGuard, dirty) - end + 1;
  }
  if (std::memcmp(data - kGuard, kWhole.data(), kGuard) == 0) return 0;
  std::ptrdiff_t back = -1;
  while (!dirty(data[back])) --back;
  return back;
}

void* fetch(std::uint32_t size_class) {
  const std::size_t total = class_bytes(size_class) + 2 * kAlignment;
  Header header{};
  header.size_class = size_class;
  header.bytes = total;
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
  if (header.kind == Kind::kMapped) {
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
  bool lending = false;
  Header* watched = nullptr;       // the latest of those in use that are watched
  std::optional<Overrun> overrun;  // of a block that has come back

  void watch(Header& header) {
    header.earlier = watched;
    header.later = nullptr;
    if (watched != nullptr) watched->later = &header;
    watched = &header;
  }
  void forget(const Header& header) {
    if (header.earlier != nullptr) header.earlier->later = header.later;
    (header.later != nullptr ? header.later->earlier : watched) = header.earlier;
  }

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

void* CachingAllocator::take(std::size_t size, const char* name) {
  if (size == 0) return nullptr;
  const std::uint32_t c = class_of(size);
  if (c >= kClasses) throw std::bad_alloc();
  const std::lock_guard lock(state_->mutex);
  Counts& counts = state_->counts;
  void* memory = nullptr;
  const auto use = [&](Header& header) {
    header.size = size;
    header.name = name;
    set_canaries(header);
    if (name != nullptr) state_->watch(header);
    return data_of(header);
  };
  if (state_->lending && name != nullptr) {
    if (state_->limit > 0) state_->make_room(size);
    Header* const header = map_lent(size);
    counts.held += header->bytes;
    counts.in_use += header->bytes;
    return use(*header);
  }
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
  return use(*header_of(memory));
}

void CachingAllocator::give(void* memory) noexcept {
  if (memory == nullptr) return;
  const Header& header = *header_of(memory);
  const std::uint32_t c = header.size_class;
  const std::lock_guard lock(state_->mutex);
  const std::ptrdiff_t overrun = overrun_of(header);
  if (overrun != 0 && !state_->overrun) {
    state_->overrun = Overrun{header.name == nullptr ? "" : header.name, header.size, overrun};
  }
  if (header.name != nullptr) state_->forget(header);
  if (header.kind == Kind::kLent) {
    state_->counts.in_use -= header.bytes;
    state_->counts.held -= header.bytes;
    take_back(header);
    return;
  }
  state_->counts.in_use -= class_bytes(c);
  state_->free[c].push_back(memory);
}

std::optional<CachingAllocator::Overrun> CachingAllocator::overrun() const noexcept {
  const std::lock_guard lock(state_->mutex);
  if (state_->overrun) return state_->overrun;
  for (const Header* header = state_->watched; header != nullptr; header = header->earlier) {
    if (const std::ptrdiff_t distance = overrun_of(*header); distance != 0) {
      return Overrun{header->name, header->size, distance};
    }
  }
  return std::nullopt;
}

void CachingAllocator::mend_canaries() noexcept {
  const std::lock_guard lock(state_->mutex);
  state_->overrun.reset();
  for (Header* header = state_->watched; header != nullptr; header = header->earlier) {
    set_canaries(*header);
  }
}

void CachingAllocator::set_lending(bool lending) noexcept {
  const std::lock_guard lock(state_->mutex);
  state_->lending = lending;
}

bool CachingAllocator::was_lent(const void* address) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const std::size_t n = std::min(taken_back_count.load(), kRanges);
  for (std::size_t i = 0; i < n; ++i) {
    if (at >= taken_back[i].start && at < taken_back[i].end) return true;
  }
  return false;
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

void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  mallopt(M_TOP_PAD, 16 << 20);
}

}  // namespace synface::train
