#include "staged_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace synface::data {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20;

}  // namespace

StagedFile::StagedFile(std::filesystem::path path)
    : path_(std::move(path)),
      temporary_(path_.string() + ".tmp." + std::to_string(::getpid())),
      fd_(open_file(temporary_, O_WRONLY | O_CREAT | O_TRUNC)) {
  buffer_.reserve(kBuffer);
}

StagedFile::~StagedFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void StagedFile::write(std::span<const std::uint8_t> bytes) {
  if (buffer_.size() + bytes.size() > kBuffer) flush();
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  size_ += bytes.size();
  if (buffer_.size() >= kBuffer) flush();
}

void StagedFile::write(std::string_view text) {
  write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void StagedFile::flush() {
  sum_.update(std::as_bytes(std::span(buffer_)));
  std::span<const std::uint8_t> rest = buffer_;
  while (!rest.empty()) {
    const ssize_t n = ::write(fd_.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno(errno, ExitCode::kData, "write", path_);
    rest = rest.subspan(static_cast<std::size_t>(n));
  }
  buffer_.clear();
}

WrittenFile StagedFile::commit() {
  flush();
  if (::fsync(fd_.get()) != 0) fail_errno(errno, ExitCode::kData, "sync", path_);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    fail_errno(errno, ExitCode::kData, "write", path_);
  }
  temporary_.clear();
  sync_folder(path_.parent_path());
  return {path_.filename().string(), size_, sum_.hex()};
}

bool is_temporary(const std::filesystem::path& path) {
  return path.filename().string().find(".tmp") != std::string::npos;
}

}  // namespace synface::data
