// The note that a plugin carries (<synface/note.h>), read from the file before anything of it runs.
#pragma once

#include <synface/plugin/elf.h>
#include <synface/plugin/kind.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace synface::plugin {

struct NotePlugin {
  Kind kind = Kind::kGenerator;
  std::string id;
  std::uint32_t revision = 0;

  bool operator==(const NotePlugin&) const = default;
};

struct Note {
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  std::vector<NotePlugin> plugins;  // at least one
  std::string torch;                // "" when the library does not link LibTorch
  std::string cuda;
  std::string sdk;
};

// What this host accepts.
struct HostVersions {
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  std::string torch;  // the LibTorch that this build was configured with

  static HostVersions built();  // of this program
};

// Parses the text of a note. Error(kPlugin) names the line that is wrong.
Note parse_note(std::string_view text);

// The whole way from bytes to a note; Error(kPlugin) says why there is none, without a file name.
// Never reads beyond the span, whatever it holds: the entry point of the fuzzer.
Note note_of(std::span<const std::byte> file);

struct Inspected {
  Note note;
  ElfFile elf;
};

// Reads the note of a file and decides whether this host may load it: refused are a file that is no
// shared library or has no note, a foreign architecture, another ABI, another LibTorch (both
// versions named), a library that links LibTorch without saying so. Nothing of the file runs.
// Error(kPlugin) that names the file.
Inspected inspect(const std::filesystem::path& file,
                  const HostVersions& host = HostVersions::built());
Note read_note(const std::filesystem::path& file);

}  // namespace synface::plugin
