// What the fuzz targets share. A target is one function over bytes, LLVMFuzzerTestOneInput: it must
// survive whatever the bytes are, and keep its promises (require) about what it accepts. Two
// programs are made of each: clang's libFuzzer (preset fuzz), and driver.cpp, which replays the
// corpus in the normal tests.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "synface/base/file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace synface::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the process as a crash does, which both drivers take for a finding.
void require(bool kept, const char* promise);

// A file without a disk, for parsers that want a path; the next content replaces the last one.
class MemoryFile {
 public:
  MemoryFile();
  void write(std::string_view content);
  const std::filesystem::path& path() const { return path_; }

 private:
  UniqueFd fd_;
  std::filesystem::path path_;
};

}  // namespace synface::fuzz
