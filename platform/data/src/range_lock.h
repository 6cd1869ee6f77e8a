// Locks on single bytes of one file, between processes and between open files of one process
// (open file description locks, fcntl(2)); the kernel drops them when their holder dies.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace synface::data {

// The byte that says "this image set is open": shared by readers, exclusive for removal.
inline constexpr std::int64_t kInUseByte = std::int64_t{1} << 62;

class LockFile {
 public:
  LockFile() = default;
  explicit LockFile(const std::string& path);
  ~LockFile();
  LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  LockFile& operator=(LockFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  bool try_exclusive(std::int64_t byte) const;
  // False when `give_up` (asked about ten times a second) said so.
  template <typename GiveUp>
  bool wait_exclusive(std::int64_t byte, const GiveUp& give_up) const {
    while (!try_exclusive(byte)) {
      if (give_up()) return false;
      pause();
    }
    return true;
  }
  void share(std::int64_t byte) const;
  void release(std::int64_t byte) const;

 private:
  static void pause();
  int fd_ = -1;
};

}  // namespace synface::data
