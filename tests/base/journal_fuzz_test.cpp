// Bytes of any kind in place of a journal: an error or fewer records, never anything worse. Under
// the sanitizers this finds reads out of bounds.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "synface/base/hash.h"
#include "synface/base/journal.h"

namespace synface {
namespace {

std::string good_journal(const TemporaryFolder& folder) {
  const auto path = folder.path() / "good.journal";
  {
    auto writer = JournalWriter::create(path, {kJournalVersion, {}, std::string(64, 'a'), 1});
    const auto metric = writer.define("m", MetricClass::kMetric, MetricGoal::kMin, "u");
    for (int i = 0; i < 20; ++i) writer.point(metric, i, i);
    writer.final_value(metric, 1);
    writer.interval(metric, 0, 1, 0.95);
    writer.curve({"c", "x", "y", {1, 2}, {3, 4}});
    writer.artifact({"a", "b", "c", "d"});
    writer.event("e", {{"k", 1}});
    writer.log(LogLevel::kInfo, "text");
  }
  return read_file(path);
}

// Records read, or -1 where the file was refused.
int read(const TemporaryFolder& folder, const std::string& bytes) {
  const auto path = folder.path() / "bad.journal";
  std::filesystem::remove(path);  // a rename over a file would wait for the disk
  write_file_atomic(path, bytes, false);
  try {
    auto reader = JournalReader::open(path);
    return static_cast<int>(reader.poll([](const JournalRecord&) {}));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kData) << error.what();
    return -1;
  }
}

TEST(JournalFuzz, EveryTruncationGivesAPrefix) {
  const TemporaryFolder folder;
  const std::string good = good_journal(folder);
  const int whole = read(folder, good);
  EXPECT_EQ(whole, 28);
  int last = 0;
  for (std::size_t size = 0; size <= good.size(); ++size) {
    const int count = read(folder, good.substr(0, size));
    ASSERT_GE(count, size < 8 && size > 0 ? -1 : last) << size;
    last = std::max(last, count);
  }
  EXPECT_EQ(last, whole);
}

TEST(JournalFuzz, EveryFlippedBitIsNoticed) {
  const TemporaryFolder folder;
  const std::string good = good_journal(folder);
  const int whole = read(folder, good);
  std::mt19937 random(1);
  for (int i = 0; i < 1500; ++i) {
    std::string bad = good;
    const std::size_t at = 16 + random() % (bad.size() - 16);
    bad[at] = static_cast<char>(bad[at] ^ (1 << random() % 8));
    // The padding behind a record is not covered by its CRC and may hold anything.
    EXPECT_LE(read(folder, bad), whole) << at;
  }
}

// Frames whose CRC fits but whose body is arbitrary: what a faulty writer could leave.
TEST(JournalFuzz, ArbitraryBodiesInGoodFrames) {
  const TemporaryFolder folder;
  const std::string good = good_journal(folder);
  std::mt19937 random(2);
  for (int i = 0; i < 3000; ++i) {
    std::string body(1 + random() % 64, '\0');
    for (char& byte : body) byte = static_cast<char>(random());
    body[0] = static_cast<char>(1 + random() % 11);
    const auto size = static_cast<std::uint32_t>(body.size());
    const std::uint32_t check = crc32(std::as_bytes(std::span(body.data(), body.size())));
    std::string frame(8, '\0');
    std::memcpy(frame.data(), &size, 4);
    std::memcpy(frame.data() + 4, &check, 4);
    frame += body;
    frame.resize((frame.size() + 7) / 8 * 8);
    const int count = read(folder, good + frame);
    EXPECT_TRUE(count == -1 || count == 28 || count == 29) << count;
  }
}

TEST(JournalFuzz, NoiseIsRefused) {
  const TemporaryFolder folder;
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    std::string noise(random() % 500, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    EXPECT_LE(read(folder, noise), 0);
  }
}

}  // namespace
}  // namespace synface
