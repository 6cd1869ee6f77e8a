// What can be told about the file before any of it runs, and loading it.
#include <synface/base/text.h>
#include <synface/plugin/note.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "tests.h"

namespace synface::plugin::check {
namespace {

constexpr std::string_view kEntry = "synface_plugin_entry";

ElfFile elf_of(Scene& scene) {
  return read_elf(MappedFile(scene.file()).bytes());
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return text.starts_with(start); });
}

bool is_torch(std::string_view library) {
  return starts_with_any(library, {"libtorch", "libc10", "libtorch_cpu", "libtorch_cuda"});
}

// The C and C++ run-time libraries, which every host has.
bool is_usual(std::string_view library) {
  return is_torch(library) ||
         starts_with_any(
             library, {"libc.so", "libm.so", "libmvec.so", "libdl.so", "libpthread.so", "librt.so",
                       "libgcc_s.so", "libstdc++.so", "libatomic.so", "libgomp", "ld-linux",
                       "linux-vdso", "libcudart.so", "libcuda.so"});
}

std::string shortened(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, names.size())));
  std::string text = join(first, ", ");
  if (names.size() > kMost) text += fmt::format(", ... ({} in all)", names.size());
  return text;
}

}  // namespace

void file_note(Scene& scene) {
  const MappedFile bytes(scene.file());
  const HostVersions host = HostVersions::built();
  try {
    const Note note = note_of(bytes.bytes());
    if (note.abi_major != host.abi_major || note.abi_minor != host.abi_minor) {
      failed(fmt::format("a note for plugin ABI {}.{}", host.abi_major, host.abi_minor),
             fmt::format("abi={}.{}: compiled with headers of another version", note.abi_major,
                         note.abi_minor));
    }
    const ElfFile elf = read_elf(bytes.bytes());
    if (elf.machine != host_machine()) {
      failed(fmt::format("a library for {}", to_text(host_machine())),
             fmt::format("one for {}", to_text(elf.machine)));
    }
  } catch (const Error& e) {
    failed("a shared library with a note `synface` that parses",
           fmt::format("the file {}", e.what()));
  }
}

void file_symbols(Scene& scene) {
  std::vector<std::string> exported = elf_of(scene).exported;
  const auto entry = std::find(exported.begin(), exported.end(), kEntry);
  const std::string expected = fmt::format("one exported symbol, {}", kEntry);
  if (entry == exported.end()) {
    failed(expected, exported.empty() ? "none" : "not that one, but " + shortened(exported));
  }
  exported.erase(entry);
  if (!exported.empty()) {
    failed(
        expected + " (synface_add_plugin() passes a version script; by hand: -fvisibility=hidden)",
        fmt::format("{} more: {}", exported.size(), shortened(exported)));
  }
}

void file_torch(Scene& scene) {
  const MappedFile bytes(scene.file());
  const Note note = note_of(bytes.bytes());
  const ElfFile elf = read_elf(bytes.bytes());
  const HostVersions host = HostVersions::built();
  const auto library = std::find_if(elf.needed.begin(), elf.needed.end(),
                                    [](const std::string& name) { return is_torch(name); });
  const bool links = library != elf.needed.end();
  if (links && note.torch.empty()) {
    failed("a line torch=VERSION in the note of a library that links LibTorch",
           fmt::format("it links {} and has no such line", *library));
  }
  if (!links && !note.torch.empty()) {
    failed("no line torch=VERSION in the note of a library without LibTorch",
           fmt::format("torch={}, and no LibTorch among its libraries", note.torch));
  }
  if (links && note.torch != host.torch) {
    failed(fmt::format("LibTorch {}, the host's: two in one process crash", host.torch),
           fmt::format("torch={}", note.torch));
  }
}

void file_libraries(Scene& scene) {
  const ElfFile elf = elf_of(scene);
  std::vector<std::string> unusual;
  for (const std::string& name : elf.needed) {
    if (name.find('/') != std::string::npos) {
      failed("libraries named by their sonames", fmt::format("the path {}", name));
    }
    if (!is_usual(name)) unusual.push_back(name);
  }
  if (!unusual.empty()) {
    warned(
        "the C and C++ libraries only: another host may have another version of the rest (link "
        "them statically, or ship them beside the plugin)",
        shortened(unusual));
  }
}

void file_stack(Scene& scene) {
  if (elf_of(scene).executable_stack) {
    failed("a stack that is not executable",
           "the file asks for an executable one, which loading would give to the whole process "
           "(an assembler source without .note.GNU-stack, or -z execstack)");
  }
}

void file_relocations(Scene& scene) {
  if (elf_of(scene).text_relocations) {
    failed("position-independent code", "relocations in the code (compile with -fPIC)");
  }
}

void load(Scene& scene) {
  try {
    scene.library();
  } catch (const Error& e) {
    failed("the library loads, its entry agrees with the header and the note, init() succeeds",
           e.what());
  }
}

}  // namespace synface::plugin::check
