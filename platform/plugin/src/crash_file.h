// Writing the file that crash.h describes from a signal handler: system calls only.
#pragma once

namespace synface::plugin {

// What is known. `context`: the handler's ucontext_t; nullptr: an exit(), whose stack is that of
// the frame that returns to `from`.
struct CrashFacts {
  int signal = 0;  // 0: an exit
  bool has_address = false;
  const void* address = nullptr;
  bool lent = false;
  void* context = nullptr;
  const void* from = nullptr;
};

// Overwrites the file at `path`. What cannot be written is left out: there is nobody to tell.
void write_crash(const char* path, const CrashFacts& facts) noexcept;

}  // namespace synface::plugin
