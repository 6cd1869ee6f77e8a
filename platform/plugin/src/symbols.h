// Names of functions out of an ELF file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace synface::plugin {

struct SymbolPlace {
  std::uint64_t address = 0;  // as the file counts, what addr2line takes
  std::string function;       // as it is linked; "" where no symbol covers the place
  std::uint64_t into = 0;     // bytes from the function's start
  bool has_lines = false;     // the file has a table of source lines
};

// What lies at `offset` of the file. Nothing where the file is no ELF64 file or is damaged, or
// where nothing of it is loaded from there.
std::optional<SymbolPlace> symbol_at(std::span<const std::byte> file, std::uint64_t offset);

// The same by the address that the file counts, as in memory less where the library begins.
std::optional<SymbolPlace> symbol_of_address(std::span<const std::byte> file,
                                             std::uint64_t address);

// C++ names as they were written; Rust's without their hash. Other names come back as they are.
std::string demangled(const std::string& name);
// The name of a type, from std::type_info::name().
std::string demangled_type(const char* name);

}  // namespace synface::plugin
