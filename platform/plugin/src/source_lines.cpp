#include "source_lines.h"

#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/subprocess.h>
#include <synface/base/text.h>

#include <cstdlib>

namespace synface::plugin {
namespace {

// "/home/me/loss/probe.c:120 (discriminator 3)" becomes "probe.c:120".
std::string short_source(std::string_view line) {
  if (line.starts_with("?")) return {};
  line = line.substr(0, line.find(" (discriminator"));
  const std::size_t folder = line.rfind('/');
  if (folder != std::string_view::npos) line.remove_prefix(folder + 1);
  return line.ends_with(":?") || line.ends_with(":0") ? std::string() : std::string(line);
}

}  // namespace

SourcePlaces parse_places(const std::string& output) {
  SourcePlaces places;
  std::vector<SourcePlace>* at = nullptr;
  std::string function;
  bool wants_source = false;
  for (const std::string& line : split(output, '\n')) {
    if (line.starts_with("0x") && !wants_source) {
      at = &places[std::strtoull(line.c_str(), nullptr, 16)];
    } else if (at != nullptr && !wants_source && !line.empty()) {
      function = line == "??" ? std::string() : line;
      wants_source = true;
    } else if (at != nullptr && wants_source) {
      at->push_back({function, short_source(line)});
      wants_source = false;
    }
  }
  return places;
}

SourcePlaces source_places(const std::filesystem::path& module,
                           const std::vector<std::uint64_t>& addresses,
                           std::chrono::milliseconds limit) {
  SpawnOptions options;
  options.argv = {"addr2line", "-a", "-f", "-i", "-C", "-e", module.string()};
  for (const std::uint64_t address : addresses)
    options.argv.push_back(fmt::format("{:#x}", address));
  options.environment = {{"LD_PRELOAD", ""}};
  try {
    const ProcessResult result = run_process(options, limit);
    return result.state.success() ? parse_places(result.output) : SourcePlaces{};
  } catch (const Error&) {
    return {};  // not installed: the names have to do
  }
}

}  // namespace synface::plugin
