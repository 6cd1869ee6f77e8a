#include <cmath>

#include "store_fixture.h"

namespace synface::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kVisible =
    "SELECT hash, metric, step, value FROM points UNION ALL "
    "SELECT hash, metric, value, n_nan FROM finals UNION ALL "
    "SELECT hash, status, axes, attempts FROM trials UNION ALL "
    "SELECT hash, curve, x, y FROM curves ORDER BY 1, 2, 3, 4";

class Merge : public StoreFixture {
 protected:
  void train(Store& store, const Registered& registered, int number, double value) {
    const RunningTrial running =
        begin(store, registered, hash_of(number), [&](JournalWriter& journal) {
          journal.event("phase", {{"name", "train"}});
          const auto loss = journal.define("train.loss");
          for (int step = 0; step < 20; ++step) {
            journal.point(loss, step, step == 3 ? std::nan("") : value + step);
          }
          journal.event("trained", {{"weights", "weights/x"}, {"sha256", "ab"}});
          journal.event("phase", {{"name", "evaluate"}});
          const auto auc = journal.define("real.auc", MetricClass::kMetric, MetricGoal::kMax);
          journal.final_value(auc, value);
          journal.final_value(loss, value);
          journal.curve({"real.roc", "FAR", "TAR", {0, 1}, {0, value}});
          journal.event("evaluated", {{"evaluation", hash_of(1000 + number)}});
          journal.event("finished", {{"status", "done"}});
        });
    ingest(store, running);
    store.finish_attempt(running.attempt.id, {});
  }
  std::filesystem::path other() const { return folder_.path() / "other.sqlite"; }
};

TEST_F(Merge, GivenTwoDatabasesThenTheMergeHoldsBothAndASecondMergeChangesNothing) {
  {
    Store theirs = Store::open(other());
    // Registered in another order: their numbers differ from ours.
    const auto registered = theirs.register_experiment(
        make_experiment(), std::vector{make_trial(3, 1000, 1), make_trial(2, 1000, 0)});
    train(theirs, registered.trials[0], 3, 0.75);
    train(theirs, registered.trials[1], 2, 0.5);
  }
  Store store = open();
  const auto ours = store.register_experiment(
      make_experiment(), std::vector{make_trial(1, 100, 0), make_trial(2, 1000, 0)});
  train(store, ours.trials[0], 1, 0.25);

  const MergeReport report = store.merge_database(other());
  EXPECT_EQ(report.trials, 1);
  EXPECT_EQ(report.attempts, 2);
  EXPECT_EQ(report.points, 40);
  EXPECT_THAT(rows(store.database(), "SELECT hash, status FROM trials ORDER BY 1"),
              ElementsAre(hash_of(1) + "|done", hash_of(2) + "|done", hash_of(3) + "|done"));
  EXPECT_THAT(rows(store.database(),
                   "SELECT value, n_nan FROM finals WHERE metric = 'real.auc' ORDER BY value"),
              ElementsAre("0.25|0", "0.5|0", "0.75|0"));
  EXPECT_THAT(
      rows(store.database(), "SELECT DISTINCT n_nan FROM finals WHERE metric = 'train.loss'"),
      ElementsAre("1"));
  EXPECT_THAT(store.queue(), ::testing::IsEmpty());

  const auto before = rows(store.database(), kVisible);
  const MergeReport again = store.merge_database(other());
  EXPECT_EQ(again.trials + again.attempts + again.points + again.evaluations, 0);
  EXPECT_EQ(again.known_attempts, 2);
  EXPECT_EQ(rows(store.database(), kVisible), before);
  EXPECT_EQ(store.database().text("PRAGMA integrity_check"), "ok");
  EXPECT_THAT(rows(store.database(), "PRAGMA foreign_key_check"), ::testing::IsEmpty());
}

TEST_F(Merge, GivenTheSameTrialTrainedOnBothSidesThenBothAttemptsAreKeptAndOneCounts) {
  {
    Store theirs = Store::open(other());
    const auto registered =
        theirs.register_experiment(make_experiment(), std::vector{make_trial(1)});
    train(theirs, registered.trials[0], 1, 0.5);
  }
  Store store = open();
  const auto ours = store.register_experiment(make_experiment(), std::vector{make_trial(1)});
  train(store, ours.trials[0], 1, 0.5);
  store.merge_database(other());
  EXPECT_THAT(rows(store.database(), "SELECT attempt FROM attempts ORDER BY 1"),
              ElementsAre("1", "2"));
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM points"), 20);
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM all_points"), 40);
}

TEST_F(Merge, GivenItselfOrAForeignFileThenItIsRefused) {
  Store store = open();
  EXPECT_EQ(error_of([&] { store.merge_database(path()); }).first, ExitCode::kUsage);
  write_file_atomic(other(), std::string(4096, 'x'), false);
  EXPECT_EQ(error_of([&] { store.merge_database(other()); }).first, ExitCode::kDatabase);
}

TEST_F(Merge, GivenAFolderOfJournalsThenTheyAreMergedOnceByUuid) {
  const auto folder = folder_.path() / "cluster";
  {
    Store theirs = Store::open(other());  // only to write the journals
    const auto registered = theirs.register_experiment(
        make_experiment(),
        std::vector{make_trial(1, 100, 0), make_trial(2, 1000, 0), make_trial(5, 5, 0)});
    train(theirs, registered.trials[0], 1, 0.5);
    train(theirs, registered.trials[1], 2, 0.75);
    train(theirs, registered.trials[2], 5, 0.75);
  }
  std::filesystem::create_directories(folder / "deeper");
  for (int i = 1; i <= 3; ++i) {
    const std::string name = fmt::format("{}.journal", i);
    std::filesystem::copy_file(folder_.path() / name, folder / (i == 2 ? "deeper" : ".") / name);
  }
  write_file_atomic(folder / "text.journal", "not a journal at all", false);
  Store store = open();
  store.register_experiment(make_experiment(),
                            std::vector{make_trial(1, 100, 0), make_trial(2, 1000, 0)});
  const MergeReport report = store.merge_journals(folder);
  EXPECT_EQ(report.attempts, 2);
  EXPECT_EQ(report.points, 40);
  EXPECT_THAT(report.unknown, SizeIs(1));
  ASSERT_THAT(report.damaged, SizeIs(1));
  EXPECT_THAT(report.damaged[0], HasSubstr("text.journal"));
  EXPECT_THAT(rows(store.database(), "SELECT status FROM trials"), ElementsAre("done", "done"));
  const auto before = rows(store.database(), kVisible);
  const MergeReport again = store.merge_journals(folder);
  EXPECT_EQ(again.attempts, 0);
  EXPECT_EQ(again.known_attempts, 2);
  EXPECT_EQ(rows(store.database(), kVisible), before);
}

TEST_F(Merge, GivenAJournalThatWasCopiedTooEarlyThenTheWholeOneCompletesIt) {
  {
    Store theirs = Store::open(other());
    const auto registered =
        theirs.register_experiment(make_experiment(), std::vector{make_trial(1)});
    train(theirs, registered.trials[0], 1, 0.5);
  }
  const auto folder = folder_.path() / "cluster";
  std::filesystem::create_directories(folder);
  const std::string whole = read_file(folder_.path() / "1.journal");
  write_file_atomic(folder / "1.journal", whole.substr(0, whole.size() / 2), false);
  Store store = open();
  store.register_experiment(make_experiment(), std::vector{make_trial(1)});
  store.merge_journals(folder);
  EXPECT_THAT(rows(store.database(), "SELECT status FROM trials"), ElementsAre("queued"));
  write_file_atomic(folder / "1.journal", whole, false);
  store.merge_journals(folder);
  EXPECT_THAT(rows(store.database(), "SELECT status, attempts FROM trials"), ElementsAre("done|1"));
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM points"), 20);
}

}  // namespace
}  // namespace synface::store
