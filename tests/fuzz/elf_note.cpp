// A plugin's file before it is loaded: ELF headers, dynamic section, symbols, the note and its
// lines. Bytes that do not begin as an ELF file are taken for the text of a note.
#include <synface/plugin/note.h>

#include "fuzz.h"

namespace synface::fuzz {
namespace {

void read_note_text(std::string_view text) {
  plugin::Note note;
  try {
    note = plugin::parse_note(text);
  } catch (const Error& e) {
    require(e.code() == ExitCode::kPlugin && *e.what() != '\0', "a bad note is refused by name");
    return;
  }
  std::string again = fmt::format("abi={}.{}\n", note.abi_major, note.abi_minor);
  for (const plugin::NotePlugin& p : note.plugins) {
    again += fmt::format("plugin={}/{}@{}\n", plugin::to_text(p.kind), p.id, p.revision);
  }
  require(!note.plugins.empty(), "an accepted note names a plugin");
  require(plugin::parse_note(again).plugins == note.plugins, "a note means what it is read as");
}

void read_library(std::span<const std::byte> bytes) {
  static MemoryFile file;
  bool has_note = false;
  try {
    plugin::note_of(bytes);  // never beyond the span: AddressSanitizer sees to it
    has_note = true;
  } catch (const Error& e) {
    require(e.code() == ExitCode::kPlugin && *e.what() != '\0', "a bad file is refused by name");
  }
  file.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  try {
    plugin::inspect(file.path());
    require(has_note, "only a file with a note is let in");
  } catch (const Error& e) {
    require(std::string_view(e.what()).starts_with(file.path().native()),
            "a refusal names the file");
  }
}

}  // namespace
}  // namespace synface::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace synface::fuzz;
  const std::string_view text = as_text(data, size);
  if (text.starts_with("\x7f"
                       "ELF")) {
    read_library(std::as_bytes(std::span(data, size)));
  } else {
    read_note_text(text);
  }
  return 0;
}
