#include <fcntl.h>
#include <signal.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "crash_writer.h"
#include "crumb_layout.h"
#include "synface/plugin/crumb.h"

namespace synface::plugin {
namespace {

// Tells writers apart, so that a thread's remembered slot is never one of an earlier writer.
std::atomic<std::uint64_t> next_generation{1};

// What this thread remembers: its slot, and the calls around the innermost one.
struct Frame {
  std::string_view plugin;
  const char* call = nullptr;
  std::uint64_t step = 0, entered_ns = 0;
};
constexpr std::size_t kFrames = 8;  // deeper nesting keeps the innermost call's text
struct ThreadState {
  std::uint64_t generation = 0;
  CrumbSlot* slot = nullptr;
  std::size_t depth = 0;
  Frame frames[kFrames];
};
thread_local ThreadState thread_state;

std::uint64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1000000000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

template <std::size_t N>
void put_text(char (&to)[N], const char* from, std::size_t size) {
  const std::size_t n = std::min(size, N - 1);
  std::memcpy(to, from, n);
  to[n] = '\0';
}

// The order of these stores is what a reader of a dead process's file relies on; the kernel keeps
// whatever was stored, so that the compiler's order is all that has to be forced.
void fill(CrumbSlot& slot, std::uint32_t depth, const Frame& frame) {
  slot.sequence |= 1U;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  slot.depth = depth;
  slot.step = frame.step;
  slot.entered_ns = frame.entered_ns;
  put_text(slot.plugin, frame.plugin.data(), frame.plugin.size());
  put_text(slot.call, frame.call, std::strlen(frame.call));
  std::atomic_signal_fence(std::memory_order_seq_cst);
  slot.sequence += 1;
}

CrumbHeader* header_of(std::byte* map) {
  return reinterpret_cast<CrumbHeader*>(map);
}
CrumbSlot* slots_of(std::byte* map) {
  return reinterpret_cast<CrumbSlot*>(map + sizeof(CrumbHeader));
}

// The slot of a thread that has ended, or the last one, which is then shared.
CrumbSlot* take_over(CrumbSlot* slots, std::uint32_t self) {
  for (std::uint32_t i = 0; i < kCrumbSlots; ++i) {
    const std::atomic_ref<std::uint32_t> owner(slots[i].thread);
    std::uint32_t thread = owner.load();
    if (slots[i].depth != 0 || tgkill(getpid(), static_cast<pid_t>(thread), 0) == 0) continue;
    if (owner.compare_exchange_strong(thread, self)) return slots + i;
  }
  return slots + kCrumbSlots - 1;
}

}  // namespace

CrumbWriter::CrumbWriter(const std::filesystem::path& file)
    : generation_(next_generation.fetch_add(1)) {
  unlink(file.c_str());  // a reader of an earlier attempt keeps its own file
  const UniqueFd fd = open_file(file, O_RDWR | O_CREAT | O_EXCL, ExitCode::kInternal);
  const int full = posix_fallocate(fd.get(), 0, static_cast<off_t>(kCrumbSize));
  if (full != 0) fail_errno(full, ExitCode::kInternal, "writing", file);
  void* map = mmap(nullptr, kCrumbSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (map == MAP_FAILED) fail_errno(errno, ExitCode::kInternal, "mapping", file);
  map_ = static_cast<std::byte*>(map);
  CrumbHeader& header = *header_of(map_);
  std::memcpy(header.magic, kCrumbMagic, sizeof kCrumbMagic);
  header.version = kCrumbVersion;
  header.slots = kCrumbSlots;
  header.slot_size = sizeof(CrumbSlot);
  header.pid = static_cast<std::uint32_t>(getpid());
}

CrumbWriter::~CrumbWriter() {
  forget_crash_writer(*this);
  munmap(map_, kCrumbSize);
}

void CrumbWriter::attach() noexcept {
  ThreadState& state = thread_state;
  if (marks_crashes_) give_signal_stack();
  const auto self = static_cast<std::uint32_t>(gettid());
  const std::uint32_t taken = taken_.fetch_add(1, std::memory_order_relaxed);
  state.slot = taken < kCrumbSlots ? slots_of(map_) + taken : take_over(slots_of(map_), self);
  state.slot->thread = self;
  state.depth = 0;
  state.generation = generation_;
}

void CrumbWriter::enter(std::string_view plugin, const char* call, std::uint64_t step) noexcept {
  ThreadState& state = thread_state;
  if (state.generation != generation_) attach();
  const Frame frame = {plugin, call, step, now_ns()};
  if (state.depth < kFrames) state.frames[state.depth] = frame;
  ++state.depth;
  fill(*state.slot, static_cast<std::uint32_t>(state.depth), frame);
}

void CrumbWriter::leave() noexcept {
  ThreadState& state = thread_state;
  if (state.generation != generation_ || state.depth == 0) return;
  --state.depth;
  if (state.depth > 0 && state.depth <= kFrames) {
    fill(*state.slot, static_cast<std::uint32_t>(state.depth), state.frames[state.depth - 1]);
  } else {
    state.slot->depth = static_cast<std::uint32_t>(state.depth);
  }
}

bool CrumbWriter::in_call() const noexcept {
  const ThreadState& state = thread_state;
  return state.generation == generation_ && state.depth > 0;
}

void CrumbWriter::mark(int signal) noexcept {
  CrumbHeader& header = *header_of(map_);
  header.signal = static_cast<std::uint32_t>(signal);
  const auto self = static_cast<std::uint32_t>(gettid());
  for (std::uint32_t i = 0; i < kCrumbSlots; ++i) {
    const CrumbSlot& slot = slots_of(map_)[i];
    if (slot.thread != self) continue;
    // The number of a thread that has ended may have been given again.
    if (slot.depth > 0 || header.signal_slot == 0) header.signal_slot = i + 1;
  }
}

}  // namespace synface::plugin
