// Layouts: Tool Interface Standard ELF 1.2 and the System V gABI (64-bit), GNU hash table as in
// glibc's elf/dl-lookup.c.
#include "synface/plugin/elf.h"

#include <elf.h>
#include <synface/note.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "bytes.h"

namespace synface::plugin {
namespace {

// More than any library has, and little enough for a hostile file.
constexpr std::size_t kMaxName = 65536;
constexpr std::size_t kMaxNeeded = 1024;

struct Segment {
  std::uint32_t type = 0;
  std::uint64_t offset = 0, address = 0, size = 0, align = 0;
  std::uint32_t flags = 0;
};

struct Dynamic {
  std::uint64_t strings = 0, strings_size = 0, symbols = 0, hash = 0, gnu_hash = 0, soname = 0;
  bool has_soname = false, text_relocations = false;
  std::vector<std::uint64_t> needed;
  std::vector<std::uint64_t> paths;
};

void check_magic(std::span<const std::byte> file) {
  if (file.empty()) fail(ExitCode::kPlugin, "is empty");
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(file[i]); };
  if (file.size() >= SELFMAG && at(0) == ELFMAG0 && at(1) == 'E' && at(2) == 'L' && at(3) == 'F') {
    return;
  }
  const std::size_t looked_at = std::min<std::size_t>(file.size(), 512);
  bool printable = true;
  for (std::size_t i = 0; i < looked_at; ++i) {
    printable = printable && (std::isprint(at(i)) != 0 || std::isspace(at(i)) != 0 || at(i) > 127);
  }
  fail(ExitCode::kPlugin, "{}",
       printable ? "is a text file, not a shared library"
                 : "is not a shared library (it does not begin as an ELF file)");
}

Machine read_header(const Bytes& file) {
  if (file.size() < sizeof(Elf64_Ehdr))
    fail(ExitCode::kPlugin, "is cut off: {} bytes", file.size());
  if (file.number<std::uint8_t>(EI_CLASS, "the header") != ELFCLASS64) {
    fail(ExitCode::kPlugin, "is a 32-bit library; plugins are 64-bit");
  }
  if (file.number<std::uint8_t>(EI_DATA, "the header") != ELFDATA2LSB) {
    fail(ExitCode::kPlugin, "is a big-endian library; plugins are little-endian");
  }
  const auto type = file.number<std::uint16_t>(offsetof(Elf64_Ehdr, e_type), "the header");
  if (type != ET_DYN) {
    fail(ExitCode::kPlugin, "is an ELF file, but not a shared library (type {})", type);
  }
  switch (file.number<std::uint16_t>(offsetof(Elf64_Ehdr, e_machine), "the header")) {
    case EM_X86_64:
      return Machine::kX86_64;
    case EM_AARCH64:
      return Machine::kAarch64;
    default:
      return Machine::kOther;
  }
}

std::vector<Segment> read_segments(const Bytes& file) {
  const auto start = file.number<std::uint64_t>(offsetof(Elf64_Ehdr, e_phoff), "the header");
  const auto size = file.number<std::uint16_t>(offsetof(Elf64_Ehdr, e_phentsize), "the header");
  const auto count = file.number<std::uint16_t>(offsetof(Elf64_Ehdr, e_phnum), "the header");
  if (count == 0 || size != sizeof(Elf64_Phdr)) {
    fail(ExitCode::kPlugin, "is damaged: it has no program headers");
  }
  const Bytes table =
      file.part(start, std::uint64_t{count} * sizeof(Elf64_Phdr), "the table of program headers");
  std::vector<Segment> segments;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes entry = table.part(i * sizeof(Elf64_Phdr), sizeof(Elf64_Phdr), "a program header");
    Segment s;
    s.type = entry.number<std::uint32_t>(offsetof(Elf64_Phdr, p_type), "a program header");
    s.offset = entry.number<std::uint64_t>(offsetof(Elf64_Phdr, p_offset), "a program header");
    s.address = entry.number<std::uint64_t>(offsetof(Elf64_Phdr, p_vaddr), "a program header");
    s.size = entry.number<std::uint64_t>(offsetof(Elf64_Phdr, p_filesz), "a program header");
    s.align = entry.number<std::uint64_t>(offsetof(Elf64_Phdr, p_align), "a program header");
    s.flags = entry.number<std::uint32_t>(offsetof(Elf64_Phdr, p_flags), "a program header");
    if (s.type == PT_GNU_STACK) segments.push_back(s);
    if (s.type == PT_LOAD || s.type == PT_NOTE || s.type == PT_DYNAMIC) {
      file.part(s.offset, s.size, "a segment");
      segments.push_back(s);
    }
  }
  return segments;
}

// From an address of the loaded library to the bytes of the file from there to the segment's end.
Bytes at_address(const Bytes& file, const std::vector<Segment>& segments, std::uint64_t address,
                 const char* what) {
  for (const Segment& s : segments) {
    if (s.type == PT_LOAD && address >= s.address && address - s.address < s.size) {
      const std::uint64_t into = address - s.address;
      return file.part(s.offset + into, s.size - into, what);
    }
  }
  fail(ExitCode::kPlugin, "is damaged: {} lies in no segment", what);
}

std::optional<std::string> note_in(const Bytes& segment, std::uint64_t align) {
  constexpr std::string_view kOwner("synface\0", 8);
  const std::uint64_t step = align == 8 ? 8 : 4;
  const auto padded = [&](std::uint64_t n) { return (n + step - 1) / step * step; };
  std::optional<std::string> found;
  std::uint64_t at = 0;
  while (segment.size() - at >= sizeof(Elf64_Nhdr)) {
    const std::uint64_t name_size = segment.number<std::uint32_t>(at, "a note");
    const std::uint64_t text_size = segment.number<std::uint32_t>(at + 4, "a note");
    const auto type = segment.number<std::uint32_t>(at + 8, "a note");
    const std::uint64_t name_at = at + sizeof(Elf64_Nhdr);
    const std::uint64_t text_at = at + padded(sizeof(Elf64_Nhdr) + name_size);
    const Bytes name = segment.part(name_at, name_size, "a note's owner");
    const Bytes text = segment.part(text_at, text_size, "a note");
    if (type == SYNFACE_NOTE_TYPE && name.all_text() == kOwner) {
      if (text_size > SYNFACE_NOTE_MAX) fail(ExitCode::kPlugin, "has a note of over 64 KiB");
      if (found) fail(ExitCode::kPlugin, "has two synface notes");
      found = text.all_text();
      while (!found->empty() && found->back() == '\0') found->pop_back();
    }
    at = text_at + padded(text_size);
    if (at > segment.size()) break;  // the last one's padding may be missing
  }
  return found;
}

Dynamic read_dynamic(const Bytes& table) {
  Dynamic d;
  for (std::uint64_t at = 0; table.size() - at >= sizeof(Elf64_Dyn); at += sizeof(Elf64_Dyn)) {
    const auto tag = table.number<std::uint64_t>(at, "the dynamic section");
    const auto value = table.number<std::uint64_t>(at + 8, "the dynamic section");
    if (tag == DT_NULL) break;
    if (tag == DT_STRTAB) d.strings = value;
    if (tag == DT_STRSZ) d.strings_size = value;
    if (tag == DT_SYMTAB) d.symbols = value;
    if (tag == DT_HASH) d.hash = value;
    if (tag == DT_GNU_HASH) d.gnu_hash = value;
    if (tag == DT_SONAME) d.soname = value, d.has_soname = true;
    if (tag == DT_RPATH || tag == DT_RUNPATH) d.paths.push_back(value);
    if (tag == DT_NEEDED) d.needed.push_back(value);
    if (tag == DT_TEXTREL || (tag == DT_FLAGS && (value & DF_TEXTREL) != 0)) {
      d.text_relocations = true;
    }
  }
  if (d.needed.size() > kMaxNeeded || d.paths.size() > 2) {
    fail(ExitCode::kPlugin, "is damaged: its dynamic section is absurd");
  }
  return d;
}

struct SymbolRange {
  std::uint64_t first = 0, end = 0;
};

// The last symbol is the end of the longest chain of the last bucket.
SymbolRange range_by_gnu_hash(const Bytes& hash) {
  const auto buckets = hash.number<std::uint32_t>(0, "the hash table");
  const auto first = hash.number<std::uint32_t>(4, "the hash table");
  const auto bloom = hash.number<std::uint32_t>(8, "the hash table");
  const std::uint64_t bucket_at = 16 + std::uint64_t{bloom} * 8;
  const std::uint64_t chain_at = bucket_at + std::uint64_t{buckets} * 4;
  hash.part(bucket_at, std::uint64_t{buckets} * 4, "the hash table");
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < buckets; ++i) {
    last = std::max<std::uint64_t>(last,
                                   hash.number<std::uint32_t>(bucket_at + i * 4, "the hash table"));
  }
  if (last < first) return {first, first};
  while ((hash.number<std::uint32_t>(chain_at + (last - first) * 4, "the hash table") & 1U) == 0) {
    ++last;
  }
  return {first, last + 1};
}

std::vector<std::string> read_exported(const Bytes& symbols, const Bytes& strings,
                                       SymbolRange range) {
  std::vector<std::string> names;
  std::size_t text = 0;
  for (std::uint64_t i = range.first; i < range.end; ++i) {
    const Bytes symbol = symbols.part(i * sizeof(Elf64_Sym), sizeof(Elf64_Sym), "a symbol");
    const auto info = symbol.number<std::uint8_t>(offsetof(Elf64_Sym, st_info), "a symbol");
    const auto other = symbol.number<std::uint8_t>(offsetof(Elf64_Sym, st_other), "a symbol");
    const auto section = symbol.number<std::uint16_t>(offsetof(Elf64_Sym, st_shndx), "a symbol");
    const unsigned bind = info >> 4U;
    const bool global = bind == STB_GLOBAL || bind == STB_WEAK || bind == STB_GNU_UNIQUE;
    const unsigned visibility = other & 3U;
    if (!global || section == SHN_UNDEF || visibility == STV_HIDDEN || visibility == STV_INTERNAL) {
      continue;
    }
    const auto name = symbol.number<std::uint32_t>(offsetof(Elf64_Sym, st_name), "a symbol");
    names.push_back(strings.text(name, kMaxName, "a symbol's name"));
    text += names.back().size();
    // Names may share their ends in the string table, but not by much.
    if (text / 4 > strings.size())
      fail(ExitCode::kPlugin, "is damaged: its symbol table is absurd");
  }
  std::sort(names.begin(), names.end());
  return names;
}

void read_dynamic_parts(const Bytes& file, const std::vector<Segment>& segments,
                        const Segment& dynamic, ElfFile& elf) {
  const Dynamic d = read_dynamic(file.part(dynamic.offset, dynamic.size, "the dynamic section"));
  if (d.strings == 0) fail(ExitCode::kPlugin, "is damaged: it has no string table");
  const Bytes strings = at_address(file, segments, d.strings, "the string table")
                            .part(0, d.strings_size, "the string table");
  for (const std::uint64_t name : d.needed) {
    elf.needed.push_back(strings.text(name, kMaxName, "the name of a needed library"));
  }
  for (const std::uint64_t path : d.paths) {
    const std::string all = strings.text(path, kMaxName, "the library path");
    std::size_t start = 0;
    while (start <= all.size()) {
      const std::size_t end = std::min(all.find(':', start), all.size());
      if (end > start) elf.run_path.push_back(all.substr(start, end - start));
      start = end + 1;
    }
  }
  elf.text_relocations = d.text_relocations;
  if (d.has_soname) elf.soname = strings.text(d.soname, kMaxName, "the library's name");
  if (d.symbols == 0 || (d.hash == 0 && d.gnu_hash == 0)) return;
  SymbolRange range;
  if (d.gnu_hash != 0) {
    range = range_by_gnu_hash(at_address(file, segments, d.gnu_hash, "the hash table"));
  } else {
    const Bytes hash = at_address(file, segments, d.hash, "the hash table");
    range = {0, hash.number<std::uint32_t>(4, "the hash table")};  // nchain = number of symbols
  }
  elf.exported =
      read_exported(at_address(file, segments, d.symbols, "the symbol table"), strings, range);
}

}  // namespace

Machine host_machine() {
#if defined(__x86_64__)
  return Machine::kX86_64;
#elif defined(__aarch64__)
  return Machine::kAarch64;
#else
#error "plugins are defined for x86-64 and aarch64"
#endif
}

const char* to_text(Machine machine) {
  switch (machine) {
    case Machine::kX86_64:
      return "x86-64";
    case Machine::kAarch64:
      return "aarch64";
    case Machine::kOther:
      break;
  }
  return "another architecture";
}

ElfFile read_elf(std::span<const std::byte> bytes) {
  check_magic(bytes);
  const Bytes file(bytes);
  ElfFile elf;
  elf.machine = read_header(file);
  const std::vector<Segment> segments = read_segments(file);
  for (const Segment& s : segments) {
    if (s.type == PT_DYNAMIC) {
      read_dynamic_parts(file, segments, s, elf);
      break;
    }
  }
  // The kernel's rule: without a word about it, the stack is executable.
  elf.executable_stack = std::none_of(segments.begin(), segments.end(), [](const Segment& s) {
    return s.type == PT_GNU_STACK && (s.flags & PF_X) == 0;
  });
  for (const Segment& s : segments) {
    if (s.type != PT_NOTE) continue;
    std::optional<std::string> found = note_in(file.part(s.offset, s.size, "a note"), s.align);
    if (found && elf.note) fail(ExitCode::kPlugin, "has two synface notes");
    if (found) elf.note = std::move(found);
  }
  return elf;
}

}  // namespace synface::plugin
