// A file that appears under its name when it is whole.
#pragma once

#include <synface/base/file.h>
#include <synface/base/hash.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace synface::data {

struct WrittenFile {
  std::string name;  // without its folder
  std::uint64_t bytes = 0;
  std::string sha256;
};

// Bytes go to a temporary file beside the name; commit() syncs and renames it. Without a commit
// nothing is left. Error(kNoSpace) on a full disk, Error(kData) otherwise.
class StagedFile {
 public:
  explicit StagedFile(std::filesystem::path path);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  void write(std::span<const std::uint8_t> bytes);
  void write(std::string_view text);
  std::uint64_t size() const { return size_; }
  WrittenFile commit();

 private:
  void flush();

  std::filesystem::path path_, temporary_;
  UniqueFd fd_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t size_ = 0;
  Sha256 sum_;
};

// The marks of temporary files, of this class and of write_file_atomic() and write_pieces().
bool is_temporary(const std::filesystem::path& path);

}  // namespace synface::data
