// The parser of ELF files and notes meets thousands of damaged files. It must refuse or accept each
// by an Error or a result; a crash or a read beyond the end fails the test (the latter under
// AddressSanitizer, for which each input has a buffer of exactly its size).
#include <synface/plugin/note.h>

#include <cstring>
#include <memory>
#include <random>

#include "support.h"

namespace synface::plugin::test {
namespace {

struct Tally {
  int accepted = 0, refused = 0;
};

void try_input(const std::string& bytes, Tally& tally) {
  const auto exact = std::make_unique<std::byte[]>(bytes.size());
  if (!bytes.empty()) std::memcpy(exact.get(), bytes.data(), bytes.size());
  try {
    note_of({exact.get(), bytes.size()});
    ++tally.accepted;
  } catch (const Error& e) {
    EXPECT_EQ(static_cast<int>(e.code()), static_cast<int>(ExitCode::kPlugin));
    EXPECT_STRNE(e.what(), "");
    ++tally.refused;
  }
}

// Everything that the parser looks at first: headers, notes, the dynamic section's surroundings.
std::string mutate(std::string bytes, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::size_t changes = 1 + below(6);
  for (std::size_t i = 0; i < changes && bytes.size() > 8; ++i) {
    const std::size_t reach =
        below(2) == 0 ? std::min<std::size_t>(bytes.size(), 1024) : bytes.size();
    const std::size_t at = below(reach - 7);
    switch (below(5)) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << below(8)));
        break;
      case 2: {  // a number at one of the edges
        static constexpr std::uint64_t kEdges[] = {
            0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF};
        const std::uint64_t edge = kEdges[below(std::size(kEdges))] - below(2);
        std::memcpy(&bytes[at / 8 * 8], &edge, below(2) == 0 ? 4 : 8);
        break;
      }
      case 3:
        bytes.resize(below(bytes.size()) + 1);
        break;
      default:
        std::swap(bytes[at], bytes[below(bytes.size())]);
        break;
    }
  }
  return bytes;
}

TEST(ElfFuzzTest, MutatedLibrariesNeverCrashTheParser) {
  std::mt19937_64 random(20210701);
  Tally tally;
  for (const char* name : {"claim_a", "kinds", "other_torch", "no_note"}) {
    const std::string good = read_file(fixture(name));
    for (int i = 0; i < 5000; ++i) try_input(mutate(good, random), tally);
  }
  EXPECT_GT(tally.refused, 1000);
  EXPECT_GT(tally.accepted, 1000);  // else the mutations never get past the header
}

TEST(ElfFuzzTest, EveryTruncationIsSurvived) {
  const std::string good = read_file(fixture("claim_a"));
  Tally tally;
  for (std::size_t size = 0; size < 1200 && size < good.size(); ++size) {
    try_input(good.substr(0, size), tally);
  }
  EXPECT_EQ(tally.accepted, 0);
}

TEST(ElfFuzzTest, MutatedNotesNeverCrashTheParser) {
  std::mt19937_64 random(7);
  const std::string good =
      "abi=0.1\nplugin=loss/a@1\nplugin=mixup/b.c@12\ntorch=2.11.0\nsdk=c++ 0.1\n";
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    try {
      parse_note(mutate(good, random));
      ++accepted;
    } catch (const Error& e) {
      EXPECT_STRNE(e.what(), "");
    }
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace synface::plugin::test
