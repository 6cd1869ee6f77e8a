#include <cmath>
#include <fstream>
#include <limits>

#include "store_fixture.h"

namespace synface::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Everything that ingestion writes, as text.
constexpr const char* kEverything =
    "SELECT 'p', attempt, metric, step, value FROM point UNION ALL "
    "SELECT 'f', trial, evaluation, metric, value FROM final UNION ALL "
    "SELECT 'i', metric, lo, hi, level FROM interval UNION ALL "
    "SELECT 'c', name, x, y, x_label FROM curve UNION ALL "
    "SELECT 'a', name, path, mime, sha256 FROM artifact UNION ALL "
    "SELECT 'e', attempt, seq, kind, body FROM event UNION ALL "
    "SELECT 'l', attempt, seq, level, text FROM log UNION ALL "
    "SELECT 'b', name, sha256, revision, body FROM binary UNION ALL "
    "SELECT 'd', name, digest, body, 0 FROM dataset UNION ALL "
    "SELECT 't', host, isa, phase, threads FROM attempt ORDER BY 1, 2, 3, 4, 5";

void write_everything(JournalWriter& journal) {
  journal.event(
      "started",
      {{"host", "node7"},
       {"pid", 42},
       {"isa", "avx512"},
       {"device", "cpu"},
       {"threads", 2},
       {"environment", {{"torch", "2.11.0"}}},
       {"binaries",
        {{"loss/cosface", {{"sha256", "aa"}, {"revision", 3}}}, {"synface-worker", "bb"}}}});
  journal.event("dataset", {{"name", "train"}, {"digest", "d1"}, {"images", 500}});
  journal.event("phase", {{"name", "train"}, {"done", 0}, {"total", 10}});
  const auto loss = journal.define("train.loss", MetricClass::kMetric, MetricGoal::kMin);
  const auto rate =
      journal.define("train.images_per_s", MetricClass::kTiming, MetricGoal::kMax, "1/s");
  for (int step = 0; step < 10; ++step) {
    journal.point(loss, step, 1.0 / (step + 1));
    journal.point(rate, step, 900 + step);
    if (step == 5) journal.event("phase", {{"name", "train"}, {"done", 5}, {"total", 10}});
  }
  journal.final_value(loss, 0.1);
  journal.event("trained", {{"weights", "weights/1"}, {"sha256", "cc"}});
  journal.event("phase", {{"name", "evaluate"}});
  journal.event("phase", {{"name", "evaluate (mirrored)"}});
  const auto auc = journal.define("heldout.auc", MetricClass::kMetric, MetricGoal::kMax);
  journal.final_value(auc, 0.875);
  journal.interval(auc, 0.85, 0.9, 0.95);
  journal.curve({"heldout.roc", "FAR", "TAR", {0, 0.5, 1}, {0, kNaN, 1}});
  journal.artifact({"scores", "artifacts/1/scores.csv", "text/csv", "dd"});
  journal.log(LogLevel::kInfo, "hello");
  journal.event("evaluated", {{"evaluation", hash_of(1001)}});
  journal.event("finished", {{"status", "done"}});
}

class Ingest : public StoreFixture {
 protected:
  Store store_ = open();
  Registered one_ =
      store_.register_experiment(make_experiment(), std::vector{make_trial(1)}).trials[0];
  Database& db_ = store_.database();

  RunningTrial run(const std::function<void(JournalWriter&)>& write) {
    return begin(store_, one_, hash_of(1), write);
  }
};

TEST_F(Ingest, GivenAJournalThenEveryRecordIsInItsViewAndFinalsHaveTheirScope) {
  const RunningTrial running = run(write_everything);
  const IngestReport report = ingest(store_, running);
  EXPECT_EQ(report.points, 20);
  EXPECT_TRUE(report.trained && report.evaluated && report.finished);
  store_.finish_attempt(running.attempt.id, {});
  EXPECT_THAT(
      rows(db_, "SELECT metric, evaluation FROM final JOIN metric ON id = metric ORDER BY 1"),
      ElementsAre("1|0", "3|1"));
  EXPECT_THAT(rows(db_, "SELECT metric, class, goal, unit, value, lo, hi FROM finals ORDER BY 1"),
              ElementsAre("heldout.auc|metric|max||0.875|0.85|0.9",
                          "train.loss|metric|min||0.1|NULL|NULL"));
  EXPECT_THAT(rows(db_, "SELECT host, isa, device, pid, threads, environment FROM attempts"),
              ElementsAre("node7|avx512|cpu|42|2|{\"torch\":\"2.11.0\"}"));
  EXPECT_THAT(rows(db_, "SELECT binary, revision, sha256 FROM binaries ORDER BY 1"),
              ElementsAre("loss/cosface|3|aa", "synface-worker|NULL|bb"));
  EXPECT_THAT(rows(db_, "SELECT i, x, y FROM curve_points ORDER BY i"),
              ElementsAre("0|0|0", "1|0.5|NULL", "2|1|1"));
  EXPECT_THAT(rows(db_, "SELECT dataset, digest FROM datasets"), ElementsAre("train|d1"));
  EXPECT_THAT(rows(db_, "SELECT body ->> '$.name' FROM events WHERE kind = 'phase' ORDER BY seq"),
              ElementsAre("train", "evaluate", "evaluate (mirrored)"));
}

TEST_F(Ingest, GivenAJournalReadAgainAndInPiecesThenTheRowsAreTheSame) {
  const RunningTrial running = run(write_everything);
  ingest(store_, running);
  const auto once = rows(db_, kEverything);
  ingest(store_, running);
  EXPECT_EQ(rows(db_, kEverything), once);
  JournalReader reader = JournalReader::open(running.journal);
  reader.poll([](const JournalRecord&) {}, 7);  // read elsewhere: the store was never shown these
  store_.ingest(running.attempt.id, reader);
  EXPECT_EQ(rows(db_, kEverything), once);
}

TEST_F(Ingest, GivenALiveJournalThenEachCallTakesWhatIsNew) {
  NewAttempt attempt;
  attempt.trial = one_.trial;
  attempt.evaluation = one_.evaluation;
  attempt.uuid = random_uuid();
  attempt.journal = "live";
  const auto begun = store_.begin_attempt(attempt);
  JournalHeader header;
  header.uuid = attempt.uuid;
  header.trial_key = hash_of(1);
  JournalWriter writer = JournalWriter::create(folder_.path() / "live.journal", header);
  JournalReader reader = JournalReader::open(folder_.path() / "live.journal");
  const auto loss = writer.define("train.loss");
  for (int step = 0; step < 100; ++step) {
    writer.point(loss, step, step);
    if (step % 10 == 9) {
      EXPECT_EQ(store_.ingest(begun.id, reader).points, 10);
    }
  }
  EXPECT_EQ(store_.ingest(begun.id, reader).points, 0);
  EXPECT_EQ(db_.integer("SELECT count(*) FROM point"), 100);
  EXPECT_EQ(db_.integer("SELECT journal_offset FROM attempt"),
            static_cast<std::int64_t>(reader.offset()));
}

TEST_F(Ingest, GivenNaNThenItIsStoredAsNullCountedAndInNoFilterOrAverage) {
  const RunningTrial running = run([](JournalWriter& journal) {
    const auto loss = journal.define("train.loss", MetricClass::kMetric, MetricGoal::kMin);
    journal.point(loss, 0, 1.0);
    journal.point(loss, 1, kNaN);
    journal.point(loss, 2, 3.0);
    journal.point(loss, 3, kInfinity);
    journal.point(loss, 4, -kInfinity);
    journal.final_value(loss, kNaN);
  });
  EXPECT_EQ(ingest(store_, running).nan_points, 1);
  store_.finish_attempt(running.attempt.id, {});
  EXPECT_THAT(rows(db_, "SELECT value IS NULL, n_nan FROM finals"), ElementsAre("1|1"));
  EXPECT_EQ(db_.integer("SELECT count(*) FROM finals WHERE value < 0.1 OR value >= 0.1"), 0);
  EXPECT_THAT(rows(db_, "SELECT avg(value) FROM points WHERE step < 3"), ElementsAre("2.0"));
  auto infinite = db_.prepare("SELECT value FROM points WHERE step >= 3 ORDER BY step");
  infinite.step();
  EXPECT_EQ(infinite.real(0), kInfinity);
  infinite.step();
  EXPECT_EQ(infinite.real(0), -kInfinity);
}

TEST_F(Ingest, GivenATornTailThenWhatCameBeforeIsKept) {
  const RunningTrial running = run([](JournalWriter& journal) {
    const auto loss = journal.define("train.loss");
    for (int step = 0; step < 50; ++step) journal.point(loss, step, step);
  });
  std::filesystem::resize_file(running.journal, std::filesystem::file_size(running.journal) - 5);
  EXPECT_EQ(ingest(store_, running).points, 49);
}

TEST_F(Ingest, GivenAnotherAttemptsJournalThenItIsRefusedAndNothingIsWritten) {
  const RunningTrial running = run(write_everything);
  JournalHeader header;
  header.uuid = random_uuid();
  header.trial_key = hash_of(1);
  JournalWriter stranger = JournalWriter::create(folder_.path() / "stranger.journal", header);
  stranger.point(stranger.define("train.loss"), 0, 1);
  stranger.close();
  JournalReader reader = JournalReader::open(folder_.path() / "stranger.journal");
  const auto [code, words] = error_of([&] { store_.ingest(running.attempt.id, reader); });
  EXPECT_EQ(code, ExitCode::kDatabase);
  EXPECT_THAT(words, HasSubstr("belongs to another attempt"));
  EXPECT_EQ(db_.integer("SELECT count(*) FROM point"), 0);
}

TEST_F(Ingest, GivenAFullDatabaseThenTheExitCodeSaysSoAndLaterAllIsThere) {
  const RunningTrial running = run([](JournalWriter& journal) {
    const auto loss = journal.define("train.loss");
    for (int step = 0; step < 20000; ++step) journal.point(loss, step, step + 0.5);
  });
  db_.exec("PRAGMA max_page_count=80");
  JournalReader reader = JournalReader::open(running.journal);
  const auto [code, words] = error_of([&] { store_.ingest(running.attempt.id, reader); });
  EXPECT_EQ(code, ExitCode::kNoSpace);
  EXPECT_THAT(words, HasSubstr("free space"));
  db_.exec("PRAGMA max_page_count=1000000");
  store_.ingest(running.attempt.id, reader);  // the same reader goes on
  EXPECT_EQ(db_.integer("SELECT count(*) FROM point"), 20000);
  EXPECT_EQ(db_.text("PRAGMA integrity_check"), "ok");
}

// Attempts 1 and 2 of one training: 1 to step 9, 2 resumed from 1 at step 5.
class Stitching : public Ingest {
 protected:
  RunningTrial train(int from, int to, std::optional<std::pair<int, int>> resumed = {}) {
    return run([&](JournalWriter& journal) {
      if (resumed) {
        journal.event("resumed", {{"step", resumed->first}, {"from_attempt", resumed->second}});
      }
      const auto loss = journal.define("train.loss");
      for (int step = from; step <= to; ++step) {
        journal.point(loss, step, step + 0.1 * static_cast<double>(++points_));
      }
    });
  }
  void killed(const RunningTrial& running) {
    ingest(store_, running);
    AttemptEnd end;
    end.status = AttemptStatus::kKilled;
    end.requeue = true;
    store_.finish_attempt(running.attempt.id, end);
  }
  std::vector<std::string> stitched() {
    return rows(db_,
                "SELECT attempt, min(step), max(step), count(*) FROM points GROUP BY attempt "
                "ORDER BY attempt");
  }
  int points_ = 0;
};

TEST_F(Stitching, GivenAResumeThenPointsPastTheCheckpointAreOfTheLaterAttempt) {
  killed(train(1, 9));
  killed(train(6, 12, {{5, 1}}));
  EXPECT_THAT(stitched(), ElementsAre("1|1|5|5", "2|6|12|7"));
  EXPECT_EQ(db_.integer("SELECT count(*) FROM all_points"), 16);
}

TEST_F(Stitching, GivenAnAttemptThatDiedBeforeItsFirstPointThenTheChainIsUnbroken) {
  killed(train(1, 9));
  killed(run([](JournalWriter&) {}));
  EXPECT_THAT(stitched(), ElementsAre("1|1|9|9"));
  killed(train(6, 12, {{5, 1}}));
  EXPECT_THAT(stitched(), ElementsAre("1|1|5|5", "3|6|12|7"));
}

TEST_F(Stitching, GivenAResumeFromAnEarlierCheckpointThenTheAttemptBetweenIsLeftOut) {
  killed(train(1, 9));
  killed(train(6, 7, {{5, 1}}));
  killed(train(4, 10, {{3, 1}}));
  EXPECT_THAT(stitched(), ElementsAre("1|1|3|3", "3|4|10|7"));
}

TEST_F(Stitching, GivenAStartFromScratchThenOnlyItCounts) {
  killed(train(1, 9));
  killed(train(1, 4));
  EXPECT_THAT(stitched(), ElementsAre("2|1|4|4"));
}

TEST_F(Stitching, GivenNaNOnlyInAnAbandonedStretchThenItIsNotCounted) {
  killed(run([](JournalWriter& journal) {
    const auto loss = journal.define("train.loss");
    for (int step = 1; step <= 9; ++step) journal.point(loss, step, step > 5 ? kNaN : 1.0);
    journal.final_value(loss, 1.0);
  }));
  EXPECT_EQ(db_.integer("SELECT n_nan FROM final"), 4);
  killed(train(6, 9, {{5, 1}}));
  EXPECT_EQ(db_.integer("SELECT n_nan FROM final"), 0);
}

}  // namespace
}  // namespace synface::store
