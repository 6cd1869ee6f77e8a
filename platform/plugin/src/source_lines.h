// Lines of the source behind addresses, by addr2line.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace synface::plugin {

// Functions at one address, the innermost inlined one first.
struct SourcePlace {
  std::string function;  // demangled
  std::string source;    // "probe.c:120", "" where it is not known
};
using SourcePlaces = std::map<std::uint64_t, std::vector<SourcePlace>>;

// Empty where addr2line is not installed, has nothing to say or needs longer than `limit`.
SourcePlaces source_places(const std::filesystem::path& module,
                           const std::vector<std::uint64_t>& addresses,
                           std::chrono::milliseconds limit);

// The output of `addr2line -a -f -i -C`.
SourcePlaces parse_places(const std::string& output);

}  // namespace synface::plugin
