#include "synface/plugin/note.h"

#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/text.h>
#include <synface/note.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "ids.h"

namespace synface::plugin {
namespace {

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

[[noreturn]] void bad_line(std::string_view line, std::string_view wanted) {
  const std::string shown(line.substr(0, 120));
  fail(ExitCode::kPlugin, "has a damaged synface note: line '{}' is not {}",
       is_utf8(shown) ? shown : std::string("(not UTF-8)"), wanted);
}

void parse_abi(std::string_view line, std::string_view value, Note& note) {
  const std::size_t dot = value.find('.');
  const auto major = number_of(value.substr(0, dot));
  const auto minor =
      dot == std::string_view::npos ? std::nullopt : number_of(value.substr(dot + 1));
  if (!major || !minor) bad_line(line, "abi=MAJOR.MINOR");
  note.abi_major = *major;
  note.abi_minor = *minor;
}

NotePlugin parse_plugin(std::string_view line, std::string_view value) {
  const std::size_t slash = value.find('/');
  const std::size_t at = value.rfind('@');
  if (slash == std::string_view::npos || at == std::string_view::npos || at < slash) {
    bad_line(line, "plugin=KIND/ID@REVISION");
  }
  const auto kind = kind_from_text(value.substr(0, slash));
  const std::string_view id = value.substr(slash + 1, at - slash - 1);
  const auto revision = number_of(value.substr(at + 1));
  if (!kind) bad_line(line, "about a kind of plugin that this program knows");
  if (!is_plugin_id(id)) bad_line(line, "plugin=KIND/ID@REVISION with an ID of a-z, 0-9, _ and .");
  if (!revision || *revision == 0) bad_line(line, "plugin=KIND/ID@REVISION with a REVISION from 1");
  return {*kind, std::string(id), *revision};
}

// Calls body(line, key, value) for each line.
template <typename Body>
void each_line(std::string_view text, Body&& body) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) bad_line(line, "key=value");
    body(line, line.substr(0, equals), line.substr(equals + 1));
  }
}

std::string version_text(std::uint32_t major, std::uint32_t minor) {
  return fmt::format("{}.{}", major, minor);
}

// While the major is 0, the numbers must be equal; see <synface/base.h>.
void check_abi(const Note& note, const HostVersions& host) {
  const bool draft = host.abi_major == 0 || note.abi_major == 0;
  const bool fits = note.abi_major == host.abi_major &&
                    (draft ? note.abi_minor == host.abi_minor : note.abi_minor <= host.abi_minor);
  if (fits) return;
  fail(ExitCode::kPlugin,
       "was built for plugin ABI {}, and this program offers {}{}; rebuild the plugin against the "
       "headers of this program",
       version_text(note.abi_major, note.abi_minor), version_text(host.abi_major, host.abi_minor),
       draft ? " (drafts must be equal)" : "");
}

bool is_torch_library(const std::string& soname) {
  return soname.starts_with("libtorch") || soname.starts_with("libc10");
}

void check_torch(const Note& note, const ElfFile& elf, const HostVersions& host) {
  const auto linked = std::find_if(elf.needed.begin(), elf.needed.end(), is_torch_library);
  if (note.torch.empty() && linked != elf.needed.end()) {
    fail(ExitCode::kPlugin,
         "links {} but its note has no line torch=VERSION; build it with synface_add_plugin(... "
         "TORCH)",
         *linked);
  }
  if (!note.torch.empty() && note.torch != host.torch) {
    fail(ExitCode::kPlugin,
         "was built with LibTorch {}, and this program uses LibTorch {}; rebuild the plugin with "
         "LibTorch {}",
         note.torch, host.torch, host.torch);
  }
}

// The ABI is looked at first: a note of another draft may have lines that ours does not.
void check_abi_line(std::string_view text, const HostVersions& host) {
  bool seen = false;
  each_line(text, [&](std::string_view line, std::string_view key, std::string_view value) {
    if (key != "abi" || seen) return;
    seen = true;
    Note note;
    parse_abi(line, value, note);
    check_abi(note, host);
  });
}

const std::string& note_text(const ElfFile& elf) {
  if (!elf.note) {
    fail(ExitCode::kPlugin,
         "is a shared library, but not a plugin of this program: it carries no synface note");
  }
  return *elf.note;
}

}  // namespace

HostVersions HostVersions::built() {
  return {SYNFACE_ABI_MAJOR, SYNFACE_ABI_MINOR, SYNFACE_HOST_TORCH_VERSION};
}

Note parse_note(std::string_view text) {
  Note note;
  std::vector<std::string_view> seen;
  each_line(text, [&](std::string_view line, std::string_view key, std::string_view value) {
    if (key == "plugin") {
      note.plugins.push_back(parse_plugin(line, value));
      return;
    }
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) bad_line(line, "there once only");
    if (key == "abi") parse_abi(line, value, note);
    if (key == "torch") note.torch = value;
    if (key == "cuda") note.cuda = value;
    if (key == "sdk") note.sdk = value;
    if (key == "abi" || key == "torch" || key == "cuda" || key == "sdk") seen.push_back(key);
  });
  if (std::find(seen.begin(), seen.end(), "abi") == seen.end()) {
    fail(ExitCode::kPlugin, "has a damaged synface note: the line abi=MAJOR.MINOR is missing");
  }
  if (note.plugins.empty()) {
    fail(ExitCode::kPlugin, "has a synface note without a line plugin=KIND/ID@REVISION");
  }
  for (const std::string* text_value : {&note.torch, &note.cuda, &note.sdk}) {
    if (!is_utf8(*text_value)) fail(ExitCode::kPlugin, "has a damaged synface note: not UTF-8");
  }
  for (auto a = note.plugins.begin(); a != note.plugins.end(); ++a) {
    if (std::any_of(note.plugins.begin(), a,
                    [&](const NotePlugin& b) { return a->kind == b.kind && a->id == b.id; })) {
      fail(ExitCode::kPlugin, "has a synface note that names {}/{} twice", to_text(a->kind), a->id);
    }
  }
  return note;
}

Note note_of(std::span<const std::byte> file) {
  return parse_note(note_text(read_elf(file)));
}

Inspected inspect(const std::filesystem::path& file, const HostVersions& host) {
  const std::string bytes = read_file(file, ExitCode::kPlugin);
  try {
    Inspected result;
    result.elf = read_elf(std::as_bytes(std::span(bytes.data(), bytes.size())));
    if (result.elf.machine != host_machine()) {
      fail(ExitCode::kPlugin, "is a library for {}, and this program runs on {}",
           to_text(result.elf.machine), to_text(host_machine()));
    }
    const std::string& text = note_text(result.elf);
    check_abi_line(text, host);
    result.note = parse_note(text);
    check_torch(result.note, result.elf, host);
    return result;
  } catch (const Error& e) {
    throw Error(e.code(), fmt::format("{} {}", file.string(), e.what()));
  }
}

Note read_note(const std::filesystem::path& file) {
  return inspect(file).note;
}

}  // namespace synface::plugin
