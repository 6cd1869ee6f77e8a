// A journal as a coordinator finds it: torn, damaged, or written by a faulty program. The bytes are
// read as they are, and once more with the checks (CRC-32) of all frames set right, since no fuzzer
// guesses one.
#include <synface/base/hash.h>
#include <synface/base/journal.h>

#include <cstring>
#include <limits>

#include "fuzz.h"

namespace synface::fuzz {
namespace {

constexpr std::size_t kFileHead = 16, kFrameHead = 8;  // journal.h, FORMAT

std::string with_good_checks(std::string bytes) {
  std::size_t at = kFileHead;
  while (at + kFrameHead <= bytes.size()) {
    std::uint32_t size = 0;
    std::memcpy(&size, &bytes[at], sizeof size);
    if (size == 0 || size > bytes.size() - at - kFrameHead) break;
    const std::uint32_t check =
        crc32(std::as_bytes(std::span(bytes.data() + at + kFrameHead, size)));
    std::memcpy(&bytes[at + 4], &check, sizeof check);
    at += (kFrameHead + size + 7) / 8 * 8;
  }
  return bytes;
}

struct Read {
  bool refused = false, torn = false;
  std::size_t records = 0;
  std::uint64_t offset = 0;
  bool operator==(const Read&) const = default;
};

Read read(const std::filesystem::path& path, std::size_t at_once) {
  Read result;
  try {
    JournalReader reader = JournalReader::open(path);
    const auto visit = [&](const JournalRecord& record) {
      ++result.records;
      if (const auto* curve = std::get_if<JournalCurve>(&record)) {
        require(curve->x.size() == curve->y.size(), "a curve's halves are of one length");
      }
    };
    try {
      while (reader.poll(visit, at_once) > 0) continue;
      result.torn = reader.torn();
    } catch (const Error& e) {
      require(e.code() == ExitCode::kData, "a journal without sense is an error of data");
      result.refused = true;
    }
    result.offset = reader.offset();
  } catch (const Error& e) {
    require(e.code() == ExitCode::kData && *e.what() != '\0', "no journal is an error of data");
    result.refused = true;
  }
  return result;
}

void try_journal(const std::string& bytes) {
  static MemoryFile file;
  file.write(bytes);
  const Read whole = read(file.path(), std::numeric_limits<std::size_t>::max());
  require(whole == read(file.path(), 1), "reading one by one gives the same");
  require(whole.offset <= std::max<std::size_t>(kFileHead, (bytes.size() + 7) / 8 * 8),
          "nothing is read behind the end");
}

}  // namespace
}  // namespace synface::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace synface::fuzz;
  const std::string bytes(as_text(data, size));
  try_journal(bytes);
  const std::string mended = with_good_checks(bytes);
  if (mended != bytes) try_journal(mended);
  return 0;
}
