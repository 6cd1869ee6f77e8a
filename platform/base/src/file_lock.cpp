#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "synface/base/file.h"

namespace synface {
namespace {

namespace fs = std::filesystem;

UniqueFd open_lock(const fs::path& path) {
  if (!path.parent_path().empty()) make_folders(path.parent_path());
  return open_file(path, O_RDWR | O_CREAT, ExitCode::kInternal);
}

// False where another holder has it; throws for everything else.
bool lock(int fd, int command, const fs::path& path) {
  struct flock request {};
  request.l_type = F_WRLCK;
  request.l_whence = SEEK_SET;
  for (;;) {
    if (::fcntl(fd, command, &request) == 0) return true;
    if (errno == EINTR) continue;
    if (command == F_OFD_SETLK && (errno == EAGAIN || errno == EACCES)) return false;
    fail_errno(errno, ExitCode::kInternal, "lock", path);
  }
}

}  // namespace

FileLock FileLock::acquire(const fs::path& path) {
  UniqueFd fd = open_lock(path);
  lock(fd.get(), F_OFD_SETLKW, path);
  return {path, std::move(fd)};
}

std::optional<FileLock> FileLock::try_acquire(const fs::path& path) {
  UniqueFd fd = open_lock(path);
  if (!lock(fd.get(), F_OFD_SETLK, path)) return std::nullopt;
  return FileLock(path, std::move(fd));
}

bool FileLock::held(const fs::path& path) {
  if (!fs::exists(path)) return false;
  const UniqueFd fd = open_file(path, O_RDWR, ExitCode::kInternal);
  struct flock request {};
  request.l_type = F_WRLCK;
  request.l_whence = SEEK_SET;
  if (::fcntl(fd.get(), F_OFD_GETLK, &request) != 0) {
    fail_errno(errno, ExitCode::kInternal, "look at the lock", path);
  }
  return request.l_type != F_UNLCK;
}

void FileLock::write_note(std::string_view note) const {
  // One write of a short text, padded by truncation afterwards: a reader may see a mixture of two
  // notes for a moment, which is why readers must take the note as a hint only.
  if (::pwrite(fd_.get(), note.data(), note.size(), 0) != static_cast<ssize_t>(note.size()) ||
      ::ftruncate(fd_.get(), static_cast<off_t>(note.size())) != 0) {
    fail_errno(errno, ExitCode::kInternal, "write", path_);
  }
}

std::string FileLock::read_note(const fs::path& path) {
  return fs::exists(path) ? read_file(path, ExitCode::kInternal) : std::string();
}

}  // namespace synface
