// What can be told about a shared library from its bytes, without loading it. The file may be
// hostile: every offset is checked against the span, and nothing is allocated by a size that the
// file claims.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace synface::plugin {

enum class Machine { kX86_64, kAarch64, kOther };

// The machine for which this program was compiled, and names for messages ("x86-64", "aarch64").
Machine host_machine();
const char* to_text(Machine machine);

struct ElfFile {
  Machine machine = Machine::kOther;
  std::optional<std::string> note;    // descriptor of the note `synface`, NUL padding removed
  std::vector<std::string> needed;    // DT_NEEDED: sonames
  std::vector<std::string> run_path;  // DT_RUNPATH or DT_RPATH, split at ':'
  std::string soname;                 // DT_SONAME
  std::vector<std::string> exported;  // global or weak, defined, default visibility; sorted
  bool executable_stack = false;      // PT_GNU_STACK asks for it, or there is none
  bool text_relocations = false;      // DT_TEXTREL or DF_TEXTREL
};

// Reads a little-endian ELF64 shared library. Error(kPlugin) whose message says what is wrong with
// the file ("is a text file", "is cut off", "is a 32-bit library" ...) but not which file it is.
ElfFile read_elf(std::span<const std::byte> file);

}  // namespace synface::plugin
