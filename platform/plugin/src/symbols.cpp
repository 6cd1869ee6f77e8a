#include "symbols.h"

#include <cxxabi.h>
#include <elf.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "bytes.h"

namespace synface::plugin {
namespace {

constexpr std::size_t kMaxName = 65536;

struct Section {
  std::uint32_t type = 0, name = 0, link = 0;
  std::uint64_t offset = 0, size = 0;
};

std::optional<std::uint64_t> address_of(const Bytes& file, std::uint64_t offset) {
  const auto start = file.number<std::uint64_t>(offsetof(Elf64_Ehdr, e_phoff), "the header");
  const auto count = file.number<std::uint16_t>(offsetof(Elf64_Ehdr, e_phnum), "the header");
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes entry =
        file.part(start + i * sizeof(Elf64_Phdr), sizeof(Elf64_Phdr), "a program header");
    const auto at = [&](std::size_t member) {
      return entry.number<std::uint64_t>(member, "a program header");
    };
    if (entry.number<std::uint32_t>(offsetof(Elf64_Phdr, p_type), "a program header") != PT_LOAD) {
      continue;
    }
    const std::uint64_t from = at(offsetof(Elf64_Phdr, p_offset));
    if (offset < from || offset - from >= at(offsetof(Elf64_Phdr, p_filesz))) continue;
    return at(offsetof(Elf64_Phdr, p_vaddr)) + (offset - from);
  }
  return std::nullopt;
}

std::vector<Section> sections_of(const Bytes& file) {
  const auto start = file.number<std::uint64_t>(offsetof(Elf64_Ehdr, e_shoff), "the header");
  const auto count = file.number<std::uint16_t>(offsetof(Elf64_Ehdr, e_shnum), "the header");
  std::vector<Section> sections;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes entry = file.part(start + i * sizeof(Elf64_Shdr), sizeof(Elf64_Shdr), "a section");
    Section section;
    section.type = entry.number<std::uint32_t>(offsetof(Elf64_Shdr, sh_type), "a section");
    section.name = entry.number<std::uint32_t>(offsetof(Elf64_Shdr, sh_name), "a section");
    section.link = entry.number<std::uint32_t>(offsetof(Elf64_Shdr, sh_link), "a section");
    section.offset = entry.number<std::uint64_t>(offsetof(Elf64_Shdr, sh_offset), "a section");
    section.size = entry.number<std::uint64_t>(offsetof(Elf64_Shdr, sh_size), "a section");
    sections.push_back(section);
  }
  return sections;
}

bool has_lines(const Bytes& file, const std::vector<Section>& sections) {
  const auto names = file.number<std::uint16_t>(offsetof(Elf64_Ehdr, e_shstrndx), "the header");
  if (names >= sections.size()) return false;
  const Section& strings = sections[names];
  const Bytes texts = file.part(strings.offset, strings.size, "the names of sections");
  return std::any_of(sections.begin(), sections.end(), [&](const Section& section) {
    return texts.text(section.name, kMaxName, "a section's name") == ".debug_line";
  });
}

// Takes the function of one symbol table that covers the place.
void look_in(const Bytes& file, const Section& table, const Section& strings, SymbolPlace& place) {
  const Bytes symbols = file.part(table.offset, table.size, "the symbols");
  const Bytes texts = file.part(strings.offset, strings.size, "the symbols' names");
  for (std::uint64_t at = 0; symbols.size() - at >= sizeof(Elf64_Sym); at += sizeof(Elf64_Sym)) {
    const auto info = symbols.number<std::uint8_t>(at + offsetof(Elf64_Sym, st_info), "a symbol");
    const unsigned type = ELF64_ST_TYPE(info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC) continue;
    const auto value =
        symbols.number<std::uint64_t>(at + offsetof(Elf64_Sym, st_value), "a symbol");
    const auto size = symbols.number<std::uint64_t>(at + offsetof(Elf64_Sym, st_size), "a symbol");
    const auto index =
        symbols.number<std::uint16_t>(at + offsetof(Elf64_Sym, st_shndx), "a symbol");
    if (index == SHN_UNDEF || place.address < value || place.address - value >= size) continue;
    place.function =
        texts.text(symbols.number<std::uint32_t>(at + offsetof(Elf64_Sym, st_name), "a symbol"),
                   kMaxName, "a symbol's name");
    place.into = place.address - value;
    return;
  }
}

bool is_elf64(std::span<const std::byte> file) {
  return file.size() >= sizeof(Elf64_Ehdr) && std::memcmp(file.data(), ELFMAG, SELFMAG) == 0 &&
         file[EI_CLASS] == std::byte{ELFCLASS64};
}

}  // namespace

std::optional<SymbolPlace> symbol_at(std::span<const std::byte> bytes, std::uint64_t offset) {
  if (!is_elf64(bytes)) return std::nullopt;
  try {
    const auto address = address_of(Bytes(bytes), offset);
    return address ? symbol_of_address(bytes, *address) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // damaged
  }
}

std::optional<SymbolPlace> symbol_of_address(std::span<const std::byte> bytes,
                                             std::uint64_t address) {
  if (!is_elf64(bytes)) return std::nullopt;
  const Bytes file(bytes);
  SymbolPlace place;
  place.address = address;
  try {
    const std::vector<Section> sections = sections_of(file);
    place.has_lines = has_lines(file, sections);
    for (const std::uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {  // the fuller one first
      for (const Section& section : sections) {
        if (section.type != type || section.link >= sections.size()) continue;
        if (place.function.empty()) look_in(file, section, sections[section.link], place);
      }
    }
  } catch (const Error&) {
    return place;  // damaged: as far as it got
  }
  return place;
}

std::string demangled_type(const char* name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 && plain ? plain.get() : name;
}

std::string demangled(const std::string& name) {
  if (!name.starts_with("_Z")) return name;  // "i" would be a type
  std::string text = demangled_type(name.c_str());
  if (text == name) return text;
  constexpr std::size_t kHash = 19;  // "::h" and 16 digits
  const std::size_t at = text.size() < kHash ? std::string::npos : text.size() - kHash;
  if (at != std::string::npos && text.compare(at, 3, "::h") == 0 &&
      text.find_first_not_of("0123456789abcdef", at + 3) == std::string::npos) {
    text.resize(at);
  }
  return text;
}

}  // namespace synface::plugin
