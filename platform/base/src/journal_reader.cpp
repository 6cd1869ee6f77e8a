#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "journal_format.h"
#include "synface/base/hash.h"

namespace synface {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kChunk = 256U << 10U;

std::size_t read_at(int fd, std::byte* to, std::size_t size, std::uint64_t offset,
                    const fs::path& path) {
  for (;;) {
    const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(offset));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) fail_errno(errno, ExitCode::kData, "read", path);
  }
}

std::uint64_t size_of(int fd, const fs::path& path) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) fail_errno(errno, ExitCode::kData, "look at", path);
  return static_cast<std::uint64_t>(st.st_size);
}

bool all_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

}  // namespace

JournalReader JournalReader::open(const fs::path& path) {
  JournalReader reader(path, open_file(path, O_RDONLY, ExitCode::kData));
  std::array<std::byte, journal::kFileHead> head{};
  read_at(reader.fd_.get(), head.data(), head.size(), 0, path);
  if (!all_zero(head) &&
      std::memcmp(head.data(), journal::kMagic.data(), journal::kMagic.size()) != 0) {
    fail(ExitCode::kData, "{} is no journal of synface, or one of a newer version", path.string());
  }
  reader.header();  // refuses a version that we do not read
  return reader;
}

void JournalReader::seek(std::uint64_t offset) {
  offset_ = offset;
  taken_ = filled_ = 0;
}

bool JournalReader::ready() const {
  std::uint32_t size = 0;
  const std::uint64_t at = std::max<std::uint64_t>(offset_, journal::kFileHead);
  return read_at(fd_.get(), reinterpret_cast<std::byte*>(&size), sizeof size, at, path_) ==
             sizeof size &&
         size != 0;
}

std::optional<JournalHeader> JournalReader::header() const {
  JournalReader other(path_, open_file(path_, O_RDONLY, ExitCode::kData));
  std::optional<JournalHeader> header;
  other.poll(
      [&](const JournalRecord& record) {
        if (const auto* found = std::get_if<JournalHeader>(&record)) header = *found;
      },
      1);
  if (header && header->version > kJournalVersion) {
    fail(ExitCode::kData,
         "journal {} is of version {}, this program reads up to {}; use a newer one",
         path_.string(), header->version, kJournalVersion);
  }
  return header;
}

// Makes at least `wanted` bytes from offset_ available in the buffer; false where the file ends
// before. Reads anew what is not consumed yet: a live file's tail changes under us.
bool JournalReader::fill(std::size_t wanted) {
  if (available() >= wanted) return true;
  // No more than the file has: a damaged size must not cost its 64 MiB.
  const std::uint64_t all = size_of(fd_.get(), path_);
  const auto size = static_cast<std::size_t>(
      std::min<std::uint64_t>(std::max(wanted, kChunk), all > offset_ ? all - offset_ : 0));
  if (buffer_.size() < size) buffer_.resize(size);
  taken_ = 0;
  filled_ = 0;
  while (filled_ < size) {
    const std::size_t got =
        read_at(fd_.get(), buffer_.data() + filled_, size - filled_, offset_ + filled_, path_);
    if (got == 0) break;
    filled_ += got;
  }
  return filled_ >= wanted;
}

std::size_t JournalReader::poll(const Visitor& visit, std::size_t limit) {
  taken_ = filled_ = 0;  // what was read before may have been the middle of a write
  torn_ = false;
  if (offset_ < journal::kFileHead) {
    if (!fill(journal::kFileHead) || all_zero(std::span(buffer_.data(), journal::kFileHead))) {
      return 0;
    }
    offset_ = journal::kFileHead;
    taken_ = journal::kFileHead;
  }
  std::size_t count = 0;
  while (count < limit) {
    if (!fill(journal::kFrameHead)) {
      torn_ = available() > 0 && !all_zero({buffer_.data() + taken_, available()});
      break;
    }
    std::uint32_t size = 0;
    std::uint32_t check = 0;
    std::memcpy(&size, buffer_.data() + taken_, sizeof size);
    std::memcpy(&check, buffer_.data() + taken_ + 4, sizeof check);
    if (size == 0) {
      // Pages can reach the disk out of order: something may follow a size that never came.
      torn_ = check != 0;
      break;
    }
    const std::size_t frame = journal::padded(journal::kFrameHead + size);
    if (size > journal::kMaxBody || !fill(journal::kFrameHead + size)) {
      torn_ = true;
      break;
    }
    const std::span<const std::byte> body(buffer_.data() + taken_ + journal::kFrameHead, size);
    if (crc32(body) != check) {
      torn_ = true;
      break;
    }
    std::optional<JournalRecord> record;
    try {
      record = journal::decode(body);
    } catch (const std::out_of_range& error) {
      fail(ExitCode::kData, "journal {}, byte {}: {}; the file was written by a faulty program",
           path_.string(), offset_, error.what());
    }
    if (record) visit(*record);
    offset_ += frame;
    taken_ = std::min(taken_ + frame, filled_);
    ++count;
  }
  return count;
}

}  // namespace synface
