#include "pieces.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace synface::data {
namespace {

void write_all(int fd, std::span<const std::uint8_t> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno(errno, ExitCode::kData, "cannot write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

}  // namespace

void write_pieces(const std::string& path, std::span<const std::span<const std::uint8_t>> pieces,
                  bool sync) {
  const std::string temporary = path + ".tmp." + std::to_string(::getpid());
  try {
    const UniqueFd fd = open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, ExitCode::kData);
    for (const auto& piece : pieces) write_all(fd.get(), piece, path);
    if (sync && ::fsync(fd.get()) != 0) fail_errno(errno, ExitCode::kData, "cannot sync", path);
    if (std::rename(temporary.c_str(), path.c_str()) != 0) {
      fail_errno(errno, ExitCode::kData, "cannot write", path);
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  if (sync) sync_folder(std::filesystem::path(path).parent_path());
}

}  // namespace synface::data
