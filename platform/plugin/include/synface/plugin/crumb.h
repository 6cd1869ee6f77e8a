// The breadcrumb: a small file in shared memory in which a worker notes the plugin call that each
// of its threads is in. After the worker's death the coordinator reads who did it.
//
// LAYOUT, version 1, little endian. A header of 64 bytes:
//   0  char[8]  "SYNCRUMB"
//   8  u32      version, 1
//  12  u32      slots, 64
//  16  u32      size of a slot, 128
//  20  u32      pid of the writer
//  24  u32      signal that killed the writer, when its handler saw it; 0
//  28  u32      slot of the thread that received it, plus 1; 0: a thread without one
//  32  u8[32]   zero
// then the slots, one a thread, in the order in which threads made their first call (later ones
// take over the slots of threads that have ended; where there is none, they share the last one):
//   0  u32      sequence: odd while the slot is being written
//   4  u32      depth of nested calls; 0: the thread is in no plugin
//   8  u64      step
//  16  u64      when the call was entered, CLOCK_MONOTONIC in ns
//  24  u32      thread id
//  28  u32      zero
//  32  char[56] plugin ("loss/cosface"), NUL-terminated, cut when longer
//  88  char[40] call ("margin"), likewise
// A nested call overwrites the outer one until it returns; the outer one's texts come back then.
#pragma once

#include <synface/plugin/trace.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace synface::plugin {

class CrumbWriter final : public CallTrace {
 public:
  // Creates the file (or overwrites it) and maps it. Error(kNoSpace) or Error(kInternal).
  explicit CrumbWriter(const std::filesystem::path& file);
  CrumbWriter(const CrumbWriter&) = delete;
  CrumbWriter& operator=(const CrumbWriter&) = delete;
  ~CrumbWriter() override;

  void enter(std::string_view plugin, const char* call, std::uint64_t step) noexcept override;
  void leave() noexcept override;

  // Notes the signal and the calling thread; async-signal-safe.
  void mark(int signal) noexcept;

  // Whether the calling thread is in a plugin's call; async-signal-safe.
  bool in_call() const noexcept;

  // Installs handlers for SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT that mark(), write the stack
  // into `stack` (crash.h) and then let the signal do what it did before. An exit() or quick_exit()
  // from within a call leaves its stack as well; a plugin's _exit() leaves the breadcrumb alone.
  // Threads that call plugins get a signal stack, so that an overflow of theirs is seen too. One
  // writer a process: the handlers need a global pointer.
  void mark_crashes(const std::filesystem::path& stack);

 private:
  void attach() noexcept;  // gives the calling thread a slot

  std::byte* map_ = nullptr;
  std::uint64_t generation_ = 0;
  bool marks_crashes_ = false;
  std::atomic<std::uint32_t> taken_{0};  // slots
};

// A call that was under way.
struct Crumb {
  std::string plugin, call;
  std::uint64_t step = 0;
  std::uint64_t entered_ns = 0;
  std::uint32_t thread = 0;
  bool crashed = false;  // this thread received the signal
};

struct CrumbReport {
  std::uint32_t pid = 0;
  int signal = 0;            // 0: not seen
  std::vector<Crumb> calls;  // threads that were in a plugin; a crashed one first

  // "backbone/iresnet, call backward, step 812", several joined by " or "; "" when there is none.
  std::string text() const;
};

// Nothing when there is no such file, or it is foreign or cut off.
std::optional<CrumbReport> read_crumb(const std::filesystem::path& file);

}  // namespace synface::plugin
