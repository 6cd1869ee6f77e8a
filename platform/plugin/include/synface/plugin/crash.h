// The stack of a worker that died. Its signal handler writes raw addresses and the map of the
// process into a file, with nothing but system calls; whoever looks at the file afterwards finds
// the functions' names in the libraries.
//
// THE FILE, text, in this order (a later line may be missing: the process was dying):
//   synface-stack/1
//   why signal 11            or: why exit (somebody called exit() or quick_exit() within a call)
//   address 0x10             of the access that faulted; only with the signals that have one
//   lent                     that address lies in memory that was lent to an earlier call
//   thread 4711
//   maps                     /proc/self/maps follows, up to a line "frames"
//   frames
//   0x7f0123456789           innermost first, each an address within the instruction
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace synface::plugin {

struct StackFrame {
  std::string module;              // path of the library or program; "" for code without a file
  std::uint64_t offset = 0;        // address within the module as its ELF file counts them
  std::string function;            // demangled; "" where the module names none
  std::uint64_t into = 0;          // bytes from the function's start
  std::string source;              // "probe.c:120" where the module has line numbers
  std::vector<std::string> outer;  // functions into which this one was inlined, with their source

  // "probe_margin+0x3a in probe.so (+0x12fa) at probe.c:120".
  std::string text() const;
};

struct CrashStack {
  int signal = 0;  // 0: an exit
  std::optional<std::uint64_t> address;
  bool lent = false;  // `address` is memory that was lent to an earlier call
  std::vector<StackFrame> frames;

  // What the address tells: "an access to address 0x10 (through a NULL pointer)"; "" where nothing.
  std::string cause() const;
  // At most `most` lines, one a frame, indented and numbered; repeats of a recursion are counted.
  std::string text(std::size_t most) const;
};

// Names the functions; asks addr2line for lines of the source where it is installed and the module
// has some (5 s at most for all of them). Nothing where there is no such file, or a foreign one.
std::optional<CrashStack> read_crash(const std::filesystem::path& file);

// For a worker that nobody watches: the handler starts this very program again as
// {self, "--explain-crash", STACK, CRUMB}, which tells on standard error what is known, and waits
// for it. After CrumbWriter::mark_crashes().
void explain_crashes(const std::filesystem::path& crumb);
// To be called first in the main() of such a program; returns where it was not started so.
void maybe_explain(int argc, char** argv);

// For the handler: whether an address lies in memory that was lent to an earlier call and taken
// back since. Async-signal-safe; nullptr: nobody knows.
using LentMemory = bool (*)(const void* address) noexcept;
void name_lent_memory(LentMemory lent) noexcept;

}  // namespace synface::plugin
