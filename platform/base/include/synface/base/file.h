// Files: whole reads, atomic writes, mappings and kernel locks.
//
// Every failure throws synface::Error with the path and the system's own words: kNoSpace where the
// disk or a quota is full, otherwise the exit code that the caller gave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "synface/base/error.h"

namespace synface {

// Throws for the current errno: "<doing> <path>: <system's words>", with a remedy for a full disk.
[[noreturn]] void fail_errno(int number, ExitCode code, std::string_view doing,
                             const std::filesystem::path& path);

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  ~UniqueFd() { reset(); }
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

// open(2), always with O_CLOEXEC.
UniqueFd open_file(const std::filesystem::path& path, int flags, ExitCode code = ExitCode::kData,
                   int mode = 0644);

// The whole file as bytes. A folder, a missing or an unreadable file throws.
std::string read_file(const std::filesystem::path& path, ExitCode code = ExitCode::kData);

// Writes a temporary file in the same folder, syncs it (unless told not to) and renames it over
// `path`: a reader sees the old or the new content, never a part. Missing folders are made.
void write_file_atomic(const std::filesystem::path& path, std::string_view content,
                       bool sync = true, ExitCode code = ExitCode::kInternal);

// mkdir -p.
void make_folders(const std::filesystem::path& path, ExitCode code = ExitCode::kInternal);
// Syncs a folder's own entries (after a rename).
void sync_folder(const std::filesystem::path& path);
// Bytes free to us on the filesystem of `path` (its nearest existing parent).
std::uint64_t free_space(const std::filesystem::path& path);

// A read-only mapping of a whole file; an empty file maps to nothing.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::filesystem::path& path, ExitCode code = ExitCode::kData);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  const std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// An exclusive kernel lock on a file (an open-file-description lock: it belongs to the handle, not
// to the process, and the kernel drops it when the holder dies in whatever way). The file stays
// when the lock is released: removing it would let two holders in.
class FileLock {
 public:
  // Waits until the lock is free; a signal does not end the wait.
  static FileLock acquire(const std::filesystem::path& path);
  static std::optional<FileLock> try_acquire(const std::filesystem::path& path);
  // True when somebody (perhaps we) holds it.
  static bool held(const std::filesystem::path& path);

  // Replaces the file's content by a word for those who wait (who holds it, since when).
  void write_note(std::string_view note) const;
  static std::string read_note(const std::filesystem::path& path);

  const std::filesystem::path& path() const noexcept { return path_; }
  // A child that inherits this descriptor holds the lock too: it is free when both are gone.
  int fd() const noexcept { return fd_.get(); }

 private:
  FileLock(std::filesystem::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::filesystem::path path_;
  UniqueFd fd_;
};

// A private folder below the system's temporary folder, removed with everything in it at the end.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string_view prefix = "synface");
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace synface
