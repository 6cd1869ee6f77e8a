#include "synface/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace synface {

namespace fs = std::filesystem;

void UniqueFd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

UniqueFd open_file(const fs::path& path, int flags, ExitCode code, int mode) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    const bool writes = (flags & (O_WRONLY | O_RDWR)) != 0;
    fail_errno(errno, code, writes ? "write" : "read", path);
  }
  return UniqueFd(fd);
}

std::string read_file(const fs::path& path, ExitCode code) {
  const UniqueFd fd = open_file(path, O_RDONLY, code);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail_errno(errno, code, "read", path);
  if (S_ISDIR(status.st_mode)) fail_errno(EISDIR, code, "read", path);
  // Files of /proc say that they are empty: read to the end, whatever the size was.
  std::string content(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t used = 0;
  for (;;) {
    if (used == content.size()) content.resize(content.size() * 2);
    const ssize_t got = ::read(fd.get(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_errno(errno, code, "read", path);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  content.resize(used);
  return content;
}

namespace {

void write_all(int fd, std::string_view content, ExitCode code, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail_errno(errno, code, "write", path);
    content.remove_prefix(static_cast<std::size_t>(put));
  }
}

// Removes the temporary file unless it was renamed.
class Leftover {
 public:
  explicit Leftover(fs::path path) : path_(std::move(path)) {}
  ~Leftover() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Leftover(const Leftover&) = delete;
  Leftover& operator=(const Leftover&) = delete;
  void keep() { path_.clear(); }

 private:
  fs::path path_;
};

fs::path temporary_name(const fs::path& path) {
  static std::atomic<unsigned> count{0};  // only so that two threads do not take one name
  return path.parent_path() / ("." + path.filename().string() + ".tmp" +
                               std::to_string(::getpid()) + "." + std::to_string(count++));
}

}  // namespace

void write_file_atomic(const fs::path& path, std::string_view content, bool sync, ExitCode code) {
  if (!path.parent_path().empty()) make_folders(path.parent_path(), code);
  const fs::path temporary = temporary_name(path);
  UniqueFd fd = open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, code);
  Leftover leftover(temporary);
  write_all(fd.get(), content, code, path);
  if (sync && ::fsync(fd.get()) != 0) fail_errno(errno, code, "write", path);
  // Some filesystems report a full disk at close.
  if (::close(fd.release()) != 0) fail_errno(errno, code, "write", path);
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail_errno(errno, code, "write", path);
  leftover.keep();
  if (sync) sync_folder(path.parent_path());
}

void make_folders(const fs::path& path, ExitCode code) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail_errno(error.value(), code, "make the folder", path);
}

void sync_folder(const fs::path& path) {
  const fs::path folder = path.empty() ? fs::path(".") : path;
  const UniqueFd fd = open_file(folder, O_RDONLY | O_DIRECTORY, ExitCode::kInternal);
  // EINVAL: a filesystem without that notion.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) {
    fail_errno(errno, ExitCode::kInternal, "sync", folder);
  }
}

std::uint64_t free_space(const fs::path& path) {
  fs::path probe = fs::absolute(path);
  while (!fs::exists(probe) && probe.has_relative_path()) probe = probe.parent_path();
  struct statvfs status {};
  if (::statvfs(probe.c_str(), &status) != 0) {
    fail_errno(errno, ExitCode::kInternal, "ask for the free space of", probe);
  }
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

MappedFile::MappedFile(const fs::path& path, ExitCode code) {
  const UniqueFd fd = open_file(path, O_RDONLY, code);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail_errno(errno, code, "read", path);
  if (S_ISDIR(status.st_mode)) fail_errno(EISDIR, code, "read", path);
  if (status.st_size == 0) return;
  size_ = static_cast<std::size_t>(status.st_size);
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (address == MAP_FAILED) fail_errno(errno, code, "map", path);
  data_ = static_cast<const std::byte*>(address);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept : data_(other.data_), size_(other.size_) {
  other.data_ = nullptr;
  other.size_ = 0;
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

TemporaryFolder::TemporaryFolder(std::string_view prefix) {
  std::string name = (fs::temp_directory_path() / (std::string(prefix) + ".XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    fail_errno(errno, ExitCode::kInternal, "make the folder", name);
  }
  path_ = name;
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) {
  other.path_.clear();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace synface
