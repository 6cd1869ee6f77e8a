#include "range_lock.h"

#include <fcntl.h>
#include <synface/base/error.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace synface::data {
namespace {

// True when it is held now; false when somebody else holds it and `wait` is not set.
bool set_lock(int fd, short type, std::int64_t byte, bool wait) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  while (::fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock) != 0) {
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EACCES) return false;
    fail(ExitCode::kData, "the image cache cannot be locked: {} (a file system without locks?)",
         std::strerror(errno));
  }
  return true;
}

}  // namespace

LockFile::LockFile(const std::string& path)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (fd_ < 0) {
    const int error = errno;
    fail(error == ENOSPC || error == EDQUOT ? ExitCode::kNoSpace : ExitCode::kData,
         "{}: cannot open the lock of the image cache: {}", path, std::strerror(error));
  }
}

LockFile::~LockFile() {
  if (fd_ >= 0) ::close(fd_);
}

bool LockFile::try_exclusive(std::int64_t byte) const {
  return set_lock(fd_, F_WRLCK, byte, false);
}
void LockFile::share(std::int64_t byte) const {
  set_lock(fd_, F_RDLCK, byte, true);
}
void LockFile::release(std::int64_t byte) const {
  set_lock(fd_, F_UNLCK, byte, false);
}
void LockFile::pause() {
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

}  // namespace synface::data
