#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/text.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>

#include "child.h"
#include "crash_writer.h"
#include "source_lines.h"
#include "symbols.h"
#include "synface/plugin/crash.h"

namespace synface::plugin {
namespace {

constexpr auto kLinesLimit = std::chrono::seconds(5);
constexpr std::size_t kMaxFile = std::size_t{16} << 20;

struct Mapping {
  std::uint64_t start = 0, end = 0, offset = 0;
  std::string path;
};

std::uint64_t hex(const std::string& text) {
  return std::strtoull(text.c_str(), nullptr, 16);
}

// "7f00-7f10 r-xp 00001000 08:01 1234   /lib/x.so"
std::optional<Mapping> mapping_of(const std::string& line) {
  unsigned long long start = 0, end = 0, offset = 0;
  int path_at = 0;
  if (std::sscanf(line.c_str(), "%llx-%llx %*4s %llx %*s %*s %n", &start, &end, &offset, &path_at) <
      3) {
    return std::nullopt;
  }
  return Mapping{start, end, offset,
                 path_at == 0 ? "" : line.substr(static_cast<std::size_t>(path_at))};
}

// The file as it was written.
struct Raw {
  CrashStack stack;
  std::vector<Mapping> maps;
  std::vector<std::uint64_t> frames;
};

std::optional<Raw> parse(const std::string& text) {
  const std::vector<std::string> lines = split(text, '\n');
  if (lines.empty() || lines[0] != "synface-stack/1") return std::nullopt;
  Raw raw;
  enum class Part { kHead, kMaps, kFrames } part = Part::kHead;
  for (const std::string& line : lines) {
    if (line == "maps") {
      part = Part::kMaps;
    } else if (line == "frames") {
      part = Part::kFrames;
    } else if (part == Part::kHead && line.starts_with("why signal ")) {
      raw.stack.signal = std::atoi(line.c_str() + 11);
    } else if (part == Part::kHead && line.starts_with("address ")) {
      raw.stack.address = hex(line.substr(8));
    } else if (part == Part::kHead && line == "lent") {
      raw.stack.lent = true;
    } else if (part == Part::kMaps) {
      if (auto mapping = mapping_of(line)) raw.maps.push_back(std::move(*mapping));
    } else if (part == Part::kFrames && line.starts_with("0x")) {
      raw.frames.push_back(hex(line));
    }
  }
  return raw;
}

// "ns::f<...>(...) const" for names of the length of a line or more: their types say little.
std::string shortened(const std::string& function) {
  constexpr std::size_t kLine = 80;
  constexpr std::string_view kUnnamed = "(anonymous namespace)";
  if (function.size() <= kLine) return function;
  std::string text;
  int depth = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const std::string_view rest = std::string_view(function).substr(i);
    const bool plain = rest.starts_with(kUnnamed) || rest.starts_with("operator()");
    if (plain && depth == 0) {
      const std::size_t size = rest.starts_with(kUnnamed) ? kUnnamed.size() : 10;
      text += rest.substr(0, size);
      i += size - 1;
      continue;
    }
    const char c = function[i];
    const bool closes = (c == ')' || c == '>') && depth > 0;
    if (closes && --depth == 0) text += "...";
    if (depth == 0) text += c;
    if (c == '(' || c == '<') ++depth;
  }
  return text;
}

StackFrame locate(std::uint64_t address, const std::vector<Mapping>& maps, bool& has_lines) {
  StackFrame frame;
  frame.offset = address;
  for (const Mapping& mapping : maps) {
    if (address < mapping.start || address >= mapping.end) continue;
    if (!mapping.path.starts_with("/")) return frame;
    frame.module = mapping.path;
    frame.offset = address - mapping.start + mapping.offset;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(frame.module, ignored)) return frame;
    const auto place = symbol_at(MappedFile(frame.module).bytes(), frame.offset);
    if (!place) return frame;
    frame.offset = place->address;
    frame.function = shortened(demangled(place->function));
    frame.into = place->into;
    has_lines = place->has_lines;
    return frame;
  }
  return frame;
}

std::string place_text(const SourcePlace& place) {
  const std::string function = shortened(place.function);
  return place.source.empty() ? function : function + " at " + place.source;
}

// Lines of the source, one call of addr2line a module.
void add_lines(std::vector<StackFrame>& frames,
               const std::map<std::string, std::vector<std::uint64_t>>& wanted) {
  const auto deadline = std::chrono::steady_clock::now() + kLinesLimit;
  for (const auto& [module, addresses] : wanted) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    const SourcePlaces places = source_places(module, addresses, left);
    for (StackFrame& frame : frames) {
      const auto found = places.find(frame.offset);
      if (frame.module != module || found == places.end() || found->second.empty()) continue;
      const SourcePlace& inner = found->second.front();
      frame.source = inner.source;
      const bool inlined = found->second.size() > 1;
      if (!inner.function.empty() && (inlined || frame.function.empty())) {
        frame.function = shortened(inner.function);
        frame.into = 0;
      }
      for (std::size_t i = 1; i < found->second.size(); ++i) {
        frame.outer.push_back(place_text(found->second[i]));
      }
    }
  }
}

}  // namespace

std::string StackFrame::text() const {
  std::string text = function.empty() ? "??" : function;
  if (into > 0) text += fmt::format("+{:#x}", into);
  text += fmt::format(
      " in {} (+{:#x})",
      module.empty() ? "no file" : std::filesystem::path(module).filename().string(), offset);
  if (!source.empty()) text += " at " + source;
  for (const std::string& caller : outer) text += ", inlined into " + caller;
  return text;
}

std::string CrashStack::cause() const {
  constexpr std::size_t kDeep = 200;  // nearly all that the writer takes
  constexpr std::uint64_t kNearNull = 65536;
  if (lent) {
    return "an access to memory that was lent to an earlier call: what the host lends lives until "
           "the call returns, copy what is needed later";
  }
  if (frames.size() >= kDeep) {
    return fmt::format("{} calls or more deep: a recursion without end?", frames.size());
  }
  if (address && *address < kNearNull) {
    return fmt::format("an access to address {:#x} (through a NULL pointer)", *address);
  }
  return {};
}

std::string CrashStack::text(std::size_t most) const {
  std::string text;
  std::size_t lines = 0;
  for (std::size_t i = 0; i < frames.size();) {
    const std::string line = frames[i].text();
    std::size_t same = 1;
    while (i + same < frames.size() && frames[i + same].text() == line) ++same;
    if (lines++ == most) {
      return text + fmt::format("  ... {} more\n", frames.size() - i);
    }
    text += fmt::format("  #{} {}{}\n", i, line, same > 1 ? fmt::format(", {} times", same) : "");
    i += same;
  }
  return text;
}

void maybe_explain(int argc, char** argv) {
  if (argc != 4 || std::strcmp(argv[1], kExplain) != 0) return;
  const auto crumb = read_crumb(argv[3]);
  const auto crash = read_crash(argv[2]);
  if (crash) {
    const std::string how =
        crash->signal == 0 ? "exit() was called" : "ended by " + signal_text(crash->signal);
    const std::string cause = crash->cause();
    fmt::print(stderr, "{}{}{}{}\n{}", how, crumb && !crumb->calls.empty() ? " in " : "",
               crumb ? crumb->text() : "", cause.empty() ? "" : ", " + cause,
               crash->text(SIZE_MAX));
  }
  std::exit(0);
}

std::optional<CrashStack> read_crash(const std::filesystem::path& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  if (failed || size > kMaxFile) return std::nullopt;
  std::optional<Raw> raw = parse(read_file(file, ExitCode::kInternal));
  if (!raw) return std::nullopt;
  std::map<std::string, std::vector<std::uint64_t>> with_lines;
  for (const std::uint64_t address : raw->frames) {
    bool has_lines = false;
    StackFrame frame = locate(address, raw->maps, has_lines);
    if (has_lines) with_lines[frame.module].push_back(frame.offset);
    raw->stack.frames.push_back(std::move(frame));
  }
  add_lines(raw->stack.frames, with_lines);
  return std::move(raw->stack);
}

}  // namespace synface::plugin
