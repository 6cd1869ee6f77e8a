#include "crash_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace synface::plugin {
namespace {

constexpr int kMostFrames = 256;

// A file with a little buffer, which lies on the signal's stack.
class RawFile {
 public:
  explicit RawFile(int fd) : fd_(fd) {}
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile() {
    flush();
    close(fd_);
  }

  void text(const char* text) { bytes(text, std::strlen(text)); }
  void bytes(const char* from, std::size_t size) {
    while (size > 0) {
      if (used_ == sizeof buffer_) flush();
      const std::size_t n = std::min(size, sizeof buffer_ - used_);
      std::memcpy(buffer_ + used_, from, n);
      used_ += n;
      from += n;
      size -= n;
    }
  }
  void number(std::uint64_t value, unsigned base) {
    char digits[24];
    std::size_t at = sizeof digits;
    do {
      digits[--at] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value > 0);
    if (base == 16) text("0x");
    bytes(digits + at, sizeof digits - at);
  }
  void flush() {
    std::size_t done = 0;
    while (done < used_) {
      const ssize_t n = write(fd_, buffer_ + done, used_ - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    used_ = 0;
  }

 private:
  int fd_;
  std::size_t used_ = 0;
  char buffer_[1024];
};

void copy_maps(RawFile& out) {
  const int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char piece[1024];
  for (;;) {
    const ssize_t n = read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    out.bytes(piece, static_cast<std::size_t>(n));
  }
  close(fd);
}

struct Place {
  std::uintptr_t pc = 0, stack = 0;
};

Place place_of(void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return {static_cast<std::uintptr_t>(machine.gregs[REG_RIP]),
          static_cast<std::uintptr_t>(machine.gregs[REG_RSP])};
#elif defined(__aarch64__)
  return {machine.pc, machine.sp};
#else
#error "tell where this machine's context keeps the program counter"
#endif
}

// Memory that may not be there.
bool peek(std::uintptr_t address, std::uintptr_t& value) {
  iovec here = {&value, sizeof value};
  iovec there = {reinterpret_cast<void*>(address), sizeof value};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == static_cast<ssize_t>(sizeof value);
}

struct Walk {
  RawFile* out = nullptr;
  std::uintptr_t from = 0;  // frames before this one are the handler's
  bool begun = false;
  int written = 0;
};

_Unwind_Reason_Code on_frame(_Unwind_Context* frame, void* user) {
  auto& walk = *static_cast<Walk*>(user);
  int before = 0;
  const std::uintptr_t ip = _Unwind_GetIPInfo(frame, &before);
  if (!walk.begun) {
    if (ip != walk.from) return _URC_NO_REASON;
    walk.begun = true;
  }
  if (ip == 0 || walk.written++ == kMostFrames) return _URC_END_OF_STACK;
  // A return address may lie behind its function's end, the call before it does not.
  walk.out->number(before != 0 ? ip : ip - 1, 16);
  walk.out->text("\n");
  walk.out->flush();  // the next step may crash
  return _URC_NO_REASON;
}

void write_frames(RawFile& out, const CrashFacts& facts) {
  Walk walk;
  walk.out = &out;
  if (facts.context == nullptr) {
    walk.from = reinterpret_cast<std::uintptr_t>(facts.from);
    _Unwind_Backtrace(&on_frame, &walk);
    return;
  }
  const Place place = place_of(facts.context);
  walk.from = place.pc;
  if (place.pc != 0) _Unwind_Backtrace(&on_frame, &walk);
  if (walk.written > 1) return;
  // A call of something that is no function: who called lies on top of the stack, where the machine
  // keeps it there.
  if (walk.written == 0) {
    out.number(place.pc, 16);
    out.text("\n");
  }
#if defined(__x86_64__)
  std::uintptr_t caller = 0;
  if (peek(place.stack, caller) && caller != 0) {
    out.number(caller - 1, 16);
    out.text("\n");
  }
#endif
}

}  // namespace

void write_crash(const char* path, const CrashFacts& facts) noexcept {
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return;
  RawFile out(fd);
  out.text("synface-stack/1\n");
  if (facts.signal != 0) {
    out.text("why signal ");
    out.number(static_cast<std::uint64_t>(facts.signal), 10);
  } else {
    out.text("why exit");
  }
  if (facts.has_address) {
    out.text("\naddress ");
    out.number(reinterpret_cast<std::uintptr_t>(facts.address), 16);
  }
  if (facts.lent) out.text("\nlent");
  out.text("\nthread ");
  out.number(static_cast<std::uint64_t>(gettid()), 10);
  out.text("\nmaps\n");
  copy_maps(out);
  out.text("frames\n");
  out.flush();
  write_frames(out, facts);
}

}  // namespace synface::plugin
