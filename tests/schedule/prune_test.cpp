// What `prune` takes and what it spares.
#include <gmock/gmock.h>

#include "grid.h"
#include "synface/base/file.h"
#include "synface/base/paths.h"
#include "synface/schedule/prune.h"

namespace synface::testing {
namespace {

namespace fs = std::filesystem;

class Prune : public ::testing::Test {
 protected:
  schedule::Summary run(const schedule::Request& request) {
    schedule::Options options;
    options.database = database();
    options.worker = fake_worker();
    options.jobs = 2;
    options.quiet = true;
    return schedule::run(request, options);
  }
  schedule::Pruned prune(bool weights = false, bool dry_run = false) const {
    schedule::PruneOptions options;
    options.database = database();
    options.weights = weights;
    options.dry_run = dry_run;
    return schedule::prune(options);
  }
  fs::path database() const { return folder_.path() / "db.sqlite"; }
  std::int64_t files(const char* kind, const std::string& extension = "") const {
    std::int64_t count = 0;
    std::error_code absent;
    for (const auto& entry :
         fs::recursive_directory_iterator(folder_of(database()) / kind, absent)) {
      count += entry.is_regular_file() && entry.path().extension() == extension ? 1 : 0;
    }
    return count;
  }
  std::int64_t journals() const { return files("journals", ".journal"); }
  void change(const std::string& sql) const {
    auto store = store::Store::open(database());
    store.database().prepare(sql).run();
  }

  TemporaryFolder folder_;
};

const Json kQuick = {{"steps", 3}};

TEST_F(Prune, TakesTheJournalsOfFinishedTrialsAndNoResult) {
  const auto request = grid("g", 3, kQuick);
  run(request);
  const auto points = ask(database(), "SELECT count(*) FROM points");
  EXPECT_EQ(journals(), 3);
  const auto pruned = prune();
  EXPECT_EQ(pruned.trials, 3);
  EXPECT_EQ(pruned.journals, 3);
  EXPECT_EQ(pruned.weights, 0);
  EXPECT_GT(pruned.bytes, 0U);
  EXPECT_TRUE(pruned.spared.empty());
  EXPECT_EQ(journals(), 0);
  EXPECT_EQ(files("weights"), 3);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM points"), points);
  EXPECT_EQ(run(request).attempts, 0);
  EXPECT_EQ(prune().journals, 0);
}

TEST_F(Prune, ADryRunCountsTheSameAndTakesNothing) {
  run(grid("g", 3, kQuick));
  const auto lock = FileLock::try_acquire(lock_of(database()));
  ASSERT_TRUE(lock);
  const auto said = prune(true, true);
  EXPECT_EQ(journals(), 3);
  EXPECT_EQ(files("weights"), 3);
  EXPECT_EQ(said.journals, 3);
  EXPECT_EQ(said.weights, 3);
}

TEST_F(Prune, WithTheWeightsALaterEvaluationTrainsAgain) {
  auto request = grid("g", 2, kQuick);
  run(request);
  EXPECT_EQ(prune(true).weights, 2);
  EXPECT_EQ(files("weights"), 0);
  EXPECT_EQ(run(request).attempts, 0);
  for (auto& trial : request.trials) trial.evaluation_hash = std::string(64, 'e');
  const auto summary = run(request);
  EXPECT_EQ(summary.done, 2);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM attempt WHERE trains AND status = 'done'"), 4);
}

TEST_F(Prune, WhatHasFailedOrIsQueuedIsSpared) {
  auto request = grid("g", 2, kQuick);
  add_trial(request, {{"steps", 3}, {"fail_in", 99}});
  add_trial(request, {{"steps", 3}, {"diverge_at", 2}});
  EXPECT_EQ(run(request).failed, 1);
  change("UPDATE evaluation SET status = 'queued' WHERE trial = 1");
  const auto pruned = prune(true);
  EXPECT_EQ(pruned.trials, 2);  // one that is done, one that has diverged
  EXPECT_EQ(pruned.journals, 2);
  EXPECT_EQ(journals(), 2);
  EXPECT_EQ(files("journals", ".log"), 1);  // of the failure
  EXPECT_EQ(files("weights"), 1);
}

TEST_F(Prune, AJournalThatIsNotWhollyInTheDatabaseIsSparedWithTheReason) {
  run(grid("g", 2, kQuick));
  change("UPDATE attempt SET journal_offset = 0 WHERE trial = 1");
  change("UPDATE attempt SET uuid = zeroblob(16) WHERE trial = 2");
  const auto pruned = prune();
  EXPECT_EQ(pruned.journals, 0);
  EXPECT_EQ(journals(), 2);
  EXPECT_THAT(pruned.spared,
              ::testing::ElementsAre(::testing::HasSubstr("lacks its last records"),
                                     ::testing::HasSubstr("belongs to another attempt")));
}

TEST_F(Prune, FilesElsewhereAreNotTouched) {
  run(grid("g", 1, kQuick));
  const auto elsewhere = folder_.path() / "elsewhere";
  write_file_atomic(elsewhere, "mine", false);
  change("UPDATE trial SET weights = '" + elsewhere.string() + "'");
  change("UPDATE attempt SET journal = '../elsewhere'");
  EXPECT_EQ(prune(true).bytes, 0U);
  EXPECT_TRUE(fs::exists(elsewhere));
}

TEST_F(Prune, OnlyTheTrialsOfAnExperimentWhereOneIsNamed) {
  run(grid("g", 2, kQuick));
  schedule::PruneOptions options;
  options.database = database();
  options.experiment = "g";
  options.dry_run = true;
  EXPECT_EQ(schedule::prune(options).journals, 2);
  options.experiment = "gg";
  try {
    schedule::prune(options);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'g'"));
  }
}

TEST_F(Prune, RefusesWhileARunHoldsTheLock) {
  run(grid("g", 1, kQuick));
  const auto lock = FileLock::try_acquire(lock_of(database()));
  ASSERT_TRUE(lock);
  try {
    prune();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kDatabase);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("is being written by"));
  }
  EXPECT_EQ(journals(), 1);
}

}  // namespace
}  // namespace synface::testing
