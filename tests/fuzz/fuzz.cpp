#include "fuzz.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

namespace synface::fuzz {

void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

MemoryFile::MemoryFile()
    : fd_(memfd_create("fuzz", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(fd_.get())) {
  require(static_cast<bool>(fd_), "a file in memory can be made");
}

void MemoryFile::write(std::string_view content) {
  require(ftruncate(fd_.get(), 0) == 0, "a file in memory can be emptied");
  require(
      pwrite(fd_.get(), content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()),
      "a file in memory can be written");
}

}  // namespace synface::fuzz
