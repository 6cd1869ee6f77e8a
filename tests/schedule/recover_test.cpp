// What a coordinator finds that another one left when it died.
#include <gtest/gtest.h>

#include <csignal>

#include "grid.h"
#include "synface/base/file.h"
#include "synface/base/journal.h"
#include "synface/base/subprocess.h"

namespace synface::testing {
namespace {

class Recover : public ::testing::Test {
 protected:
  // The state after a coordinator's death in the middle of the only trial: its row says running.
  // `write` leaves what the worker had put into its journal.
  template <typename Write>
  void leave(Write write) {
    auto store = store::Store::open(database());
    const auto registration = store.register_experiment(request_.experiment, request_.trials);
    store::NewAttempt attempt;
    attempt.trial = registration.trials[0].trial;
    attempt.evaluation = registration.trials[0].evaluation;
    attempt.uuid = random_uuid();
    attempt.journal = "journals/left.journal";
    store.begin_attempt(attempt);
    auto journal = JournalWriter::create(
        journal_path(), {kJournalVersion, attempt.uuid, request_.trials[0].training_hash, 1});
    write(journal);
  }
  schedule::Summary run() {
    schedule::Options options;
    options.database = database();
    options.worker = fake_worker();
    options.jobs = 1;
    options.quiet = true;
    return schedule::run(request_, options);
  }
  std::filesystem::path database() const { return folder_.path() / "db.sqlite"; }
  std::filesystem::path journal_path() const {
    return folder_.path() / "db.sqlite.d" / "journals" / "left.journal";
  }
  std::string first_attempt(const std::string& column) const {
    return ask_text(database(), "SELECT " + column + " FROM attempt ORDER BY id");
  }
  TemporaryFolder folder_;
  schedule::Request request_ = grid("g", 1, {{"steps", 3}});
};

void write_points(JournalWriter& journal, int count) {
  const auto loss = journal.define("train.loss");
  for (int step = 1; step <= count; ++step) journal.point(loss, step, 0.5);
}

TEST_F(Recover, ATornJournalIsTakenUpToItsLastWholeRecord) {
  leave([](JournalWriter& journal) { write_points(journal, 10); });
  std::filesystem::resize_file(journal_path(), std::filesystem::file_size(journal_path()) - 10);
  const auto summary = run();
  EXPECT_EQ(summary.done, 1);
  EXPECT_EQ(summary.attempts, 1);
  EXPECT_EQ(first_attempt("status"), "killed");
  EXPECT_EQ(first_attempt("error"), "lost: the coordinator died");
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM point WHERE attempt = 1"), 9);
}

TEST_F(Recover, AnAttemptThatHadFinishedIsDoneAndNotRunAgain) {
  leave([&](JournalWriter& journal) {
    write_points(journal, 3);
    journal.event("trained", {{"weights", "weights/x"}, {"sha256", std::string(64, '0')}});
    journal.event("evaluated", {{"evaluation", request_.trials[0].evaluation_hash}});
    journal.event("finished", {{"status", "done"}});
  });
  const auto summary = run();
  EXPECT_EQ(summary.attempts, 0);
  EXPECT_EQ(summary.done, 1);
  EXPECT_EQ(first_attempt("status"), "done");
}

TEST_F(Recover, AnAttemptThatHadDivergedIsDiverged) {
  leave([](JournalWriter& journal) {
    journal.event("diverged", {{"step", 2}, {"metric", "train.loss"}});
    journal.event("finished", {{"status", "diverged"}});
  });
  const auto summary = run();
  EXPECT_EQ(summary.attempts, 0);
  EXPECT_EQ(summary.diverged, 1);
}

TEST_F(Recover, WhatIsOverLosesItsCheckpoint) {
  leave([&](JournalWriter& journal) {
    write_points(journal, 3);
    journal.event("trained", {{"weights", "weights/x"}, {"sha256", std::string(64, '0')}});
    journal.event("finished", {{"status", "done"}});
  });
  const auto root = folder_.path() / "db.sqlite.d";
  const std::string own = request_.trials[0].training_hash.substr(0, 16);
  write_file_atomic(root / "journals" / "left.spec.json", "{}");
  write_file_atomic(root / "checkpoints" / (own + ".cpu.avx2") / "step", "2 1");
  write_file_atomic(root / "checkpoints" / "of-another-trial.cpu.avx2" / "step", "2 1");
  EXPECT_EQ(run().attempts, 0);
  EXPECT_FALSE(std::filesystem::exists(root / "checkpoints" / (own + ".cpu.avx2")));
  EXPECT_TRUE(std::filesystem::exists(root / "checkpoints" / "of-another-trial.cpu.avx2"));
}

TEST_F(Recover, ATrainedTrialIsOnlyEvaluated) {
  leave([](JournalWriter& journal) {
    write_points(journal, 3);
    journal.event("trained", {{"weights", "weights/x"}, {"sha256", std::string(64, '0')}});
  });
  write_file_atomic(folder_.path() / "db.sqlite.d" / "weights" / "x", "weights");
  const auto summary = run();
  EXPECT_EQ(summary.done, 1);
  EXPECT_EQ(ask(database(), "SELECT trains FROM attempt WHERE id = 2"), 0);
}

TEST_F(Recover, AWorkerThatNeverBeganIsNoKill) {
  leave([](JournalWriter&) {});
  std::filesystem::remove(journal_path());
  EXPECT_EQ(run().done, 1);
  EXPECT_EQ(first_attempt("status"), "interrupted");
}

TEST_F(Recover, AJournalThatIsNoneCostsItsContentAlone) {
  leave([](JournalWriter&) {});
  write_file_atomic(journal_path(), "certainly no journal of any kind");
  EXPECT_EQ(run().done, 1);
  EXPECT_EQ(ask_text(database(), "PRAGMA integrity_check"), "ok");
}

// The kernel frees a dead coordinator's lock a moment before it kills the workers.
TEST_F(Recover, AWorkerThatStillLivesIsWaitedFor) {
  leave([](JournalWriter& journal) { write_points(journal, 1); });
  const auto spec = std::filesystem::path(journal_path()).replace_extension(".spec.json");
  SpawnOptions options;
  options.argv = {"sleep", "1"};
  Child worker;
  {
    const auto lock = FileLock::acquire(spec);
    options.inherit = lock.fd();
    worker = spawn(options);
  }
  EXPECT_EQ(run().done, 1);
  EXPECT_TRUE(worker.try_wait()) << "it had ended before the trial was run again";
}

}  // namespace
}  // namespace synface::testing
