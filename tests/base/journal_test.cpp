// The journal: what is put down comes out, whatever happens to its writer.
#include "synface/base/journal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <thread>

#include "synface/base/hash.h"

namespace synface {
namespace {

const JournalHeader kHeader{kJournalVersion, {1, 2, 3}, std::string(64, 'a'), 7};

std::vector<JournalRecord> read_all(JournalReader& reader) {
  std::vector<JournalRecord> records;
  reader.poll([&](const JournalRecord& record) { records.push_back(record); });
  return records;
}

class Journal : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "a" / "x.journal"; }
  JournalWriter create() const { return JournalWriter::create(path(), kHeader); }
  std::vector<JournalRecord> read() const {
    auto reader = JournalReader::open(path());
    return read_all(reader);
  }
  TemporaryFolder folder_;
};

TEST_F(Journal, EveryKindOfRecordComesOutAsItWentIn) {
  {
    auto writer = create();
    const auto loss = writer.define("train.loss", MetricClass::kMetric, MetricGoal::kMin, "nat");
    const auto speed = writer.define("images", MetricClass::kTiming, MetricGoal::kMax, "1/s");
    EXPECT_EQ(writer.define("train.loss"), loss);
    EXPECT_NE(speed, loss);
    writer.point(loss, -3, 0.5);
    writer.final_value(speed, 1e300);
    writer.interval(loss, 0.25, 0.75, 0.95);
    writer.curve({"roc", "FAR", "TAR", {0, 1}, {0.5, 1}});
    writer.artifact({"weights", "weights/x", "application/octet-stream", std::string(64, 'f')});
    writer.event("phase", {{"name", "train"}});
    writer.log(LogLevel::kWarning, "a \xc3\xa9 word");
    writer.close();
  }
  const auto records = read();
  ASSERT_EQ(records.size(), 10U);
  const auto& header = std::get<JournalHeader>(records[0]);
  EXPECT_EQ(header.uuid, kHeader.uuid);
  EXPECT_EQ(header.trial_key, kHeader.trial_key);
  EXPECT_EQ(header.attempt, 7U);
  const auto& define = std::get<JournalDefine>(records[2]);
  EXPECT_EQ(define.name, "images");
  EXPECT_EQ(define.metric_class, MetricClass::kTiming);
  EXPECT_EQ(define.goal, MetricGoal::kMax);
  EXPECT_EQ(define.unit, "1/s");
  const auto& point = std::get<JournalPoint>(records[3]);
  EXPECT_EQ(point.metric, 0U);
  EXPECT_EQ(point.step, -3);
  EXPECT_EQ(point.value, 0.5);
  EXPECT_EQ(std::get<JournalFinal>(records[4]).value, 1e300);
  EXPECT_EQ(std::get<JournalInterval>(records[5]).hi, 0.75);
  EXPECT_EQ(std::get<JournalCurve>(records[6]).y, (std::vector<double>{0.5, 1}));
  EXPECT_EQ(std::get<JournalCurve>(records[6]).x_label, "FAR");
  EXPECT_EQ(std::get<JournalArtifact>(records[7]).path, "weights/x");
  EXPECT_EQ(std::get<JournalEvent>(records[8]).data.at("name"), "train");
  EXPECT_EQ(std::get<JournalLog>(records[9]).level, LogLevel::kWarning);
}

TEST_F(Journal, NanAndInfinitiesStayWhatTheyAre) {
  {
    auto writer = create();
    const auto metric = writer.define("m");
    writer.point(metric, 0, std::nan(""));
    writer.point(metric, 1, -std::numeric_limits<double>::infinity());
  }
  const auto records = read();
  EXPECT_TRUE(std::isnan(std::get<JournalPoint>(records[2]).value));
  EXPECT_EQ(std::get<JournalPoint>(records[3]).value, -std::numeric_limits<double>::infinity());
}

TEST_F(Journal, ALiveFileIsTailedRecordByRecord) {
  auto writer = create();
  const auto metric = writer.define("m");
  auto reader = JournalReader::open(path());
  EXPECT_TRUE(reader.ready());
  EXPECT_EQ(read_all(reader).size(), 2U);
  EXPECT_FALSE(reader.ready());
  EXPECT_EQ(read_all(reader).size(), 0U);
  EXPECT_FALSE(reader.torn()) << "zeros ahead of the content are no tear";
  // Enough to make the file grow several times under the reader.
  std::size_t seen = 0;
  for (int i = 0; i < 5000; ++i) {
    writer.point(metric, i, i);
    if (i % 777 == 0) seen += read_all(reader).size();
  }
  seen += read_all(reader).size();
  EXPECT_EQ(seen, 5000U);
  writer.close();
  EXPECT_EQ(read_all(reader).size(), 0U);
  EXPECT_EQ(reader.offset(), std::filesystem::file_size(path())) << "close() cuts the file";
}

TEST_F(Journal, AReaderGoesOnFromAnOffset) {
  auto writer = create();
  const auto metric = writer.define("m");
  writer.point(metric, 1, 1);
  auto first = JournalReader::open(path());
  read_all(first);
  writer.point(metric, 2, 2);
  auto second = JournalReader::open(path());
  second.seek(first.offset());
  const auto records = read_all(second);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(std::get<JournalPoint>(records[0]).step, 2);
  EXPECT_EQ(second.header()->attempt, 7U) << "the header is there from any offset";
  EXPECT_EQ(second.offset(), first.offset() + 32) << "a point takes 32 bytes";
}

TEST_F(Journal, AVisitorThatThrowsLosesNothing) {
  auto writer = create();
  writer.log(LogLevel::kInfo, "x");
  auto reader = JournalReader::open(path());
  EXPECT_THROW(reader.poll([](const JournalRecord& record) {
    if (std::holds_alternative<JournalLog>(record)) throw std::runtime_error("full");
  }),
               std::runtime_error);
  const auto records = read_all(reader);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(std::get<JournalLog>(records[0]).text, "x");
}

TEST_F(Journal, WhatACallReturnedFromSurvivesSigkill) {
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe2(fds.data(), O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto writer = create();
    const auto metric = writer.define("m");
    for (std::int64_t i = 0;; ++i) {
      writer.point(metric, i, 1);
      if (i % 1000 == 0 && ::write(fds[1], &i, sizeof i) < 0) ::_exit(1);
    }
  }
  std::int64_t acknowledged = -1;
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(::read(fds[0], &acknowledged, sizeof acknowledged),
              static_cast<ssize_t>(sizeof acknowledged));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(fds[0]);
  ::close(fds[1]);
  const auto records = read();
  EXPECT_GE(std::get<JournalPoint>(records.back()).step, acknowledged);
  EXPECT_EQ(records.size(),
            static_cast<std::size_t>(std::get<JournalPoint>(records.back()).step) + 3);
}

TEST_F(Journal, ThreadsMayWriteAtOnce) {
  {
    auto writer = create();
    const auto metric = writer.define("m");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 2000; ++i) writer.point(metric, i, t);
      });
    }
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(read().size(), 8002U);
}

TEST_F(Journal, ATornTailIsToleratedAndSaid) {
  {
    auto writer = create();
    const auto metric = writer.define("m");
    for (int i = 0; i < 100; ++i) writer.point(metric, i, i);
  }
  const auto size = std::filesystem::file_size(path());
  std::filesystem::resize_file(path(), size - 5);  // the last point's end never came
  auto reader = JournalReader::open(path());
  EXPECT_EQ(read_all(reader).size(), 2U + 99U);
  EXPECT_TRUE(reader.torn());
  EXPECT_EQ(reader.offset(), size - 32);
}

TEST_F(Journal, PagesThatNeverReachedTheDiskEndTheJournal) {
  {
    auto writer = create();
    const auto metric = writer.define("m");
    for (int i = 0; i < 1000; ++i) writer.point(metric, i, i);
  }
  // A hole of zeros in the middle: what a power cut leaves when pages are written out of order.
  const UniqueFd fd = open_file(path(), O_RDWR);
  const std::string zeros(4096, '\0');
  ASSERT_EQ(::pwrite(fd.get(), zeros.data(), zeros.size(), 8192), 4096);
  auto reader = JournalReader::open(path());
  const auto records = read_all(reader);
  EXPECT_GT(records.size(), 200U);
  EXPECT_LT(reader.offset(), 8192U + 32U);
}

TEST_F(Journal, AnEmptyFileIsAJournalThatHasNotBegun) {
  write_file_atomic(path(), "");
  auto reader = JournalReader::open(path());
  EXPECT_FALSE(reader.header());
  EXPECT_EQ(read_all(reader).size(), 0U);
}

TEST_F(Journal, AForeignFileIsRefused) {
  write_file_atomic(path(), "this is a text file and no journal at all");
  EXPECT_THROW(JournalReader::open(path()), Error);
  EXPECT_THROW(JournalReader::open(folder_.path() / "absent"), Error);
}

TEST_F(Journal, ANewerVersionIsRefusedByName) {
  JournalHeader header = kHeader;
  header.version = 2;
  { JournalWriter::create(path(), header); }
  try {
    JournalReader::open(path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("version 2"), std::string::npos) << error.what();
  }
}

TEST_F(Journal, MisuseIsAnError) {
  auto writer = create();
  EXPECT_THROW(create(), Error) << "a journal is never overwritten";
  EXPECT_THROW(writer.point(3, 0, 0), Error) << "an unknown metric";
  EXPECT_THROW(writer.curve({"c", "x", "y", {1}, {}}), Error);
  EXPECT_THROW(writer.log(LogLevel::kInfo, std::string(65U << 20U, 'x')), Error);
  writer.close();
  EXPECT_THROW(writer.log(LogLevel::kInfo, "late"), Error);
}

TEST_F(Journal, ALargeCurveIsOneRecord) {
  {
    auto writer = create();
    std::vector<double> values(300000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
    writer.curve({"c", "x", "y", values, values});
  }
  const auto records = read();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(std::get<JournalCurve>(records[1]).y.back(), 299999.0);
}

TEST(Uuid, HexBothWays) {
  const auto uuid = random_uuid();
  EXPECT_EQ(uuid_from_hex(to_hex(uuid)), uuid);
  EXPECT_NE(random_uuid(), uuid);
  EXPECT_THROW(uuid_from_hex("abc"), Error);
  EXPECT_THROW(uuid_from_hex(std::string(32, 'g')), Error);
}

}  // namespace
}  // namespace synface
