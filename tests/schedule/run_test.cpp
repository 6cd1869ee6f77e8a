// Grids that go well: what is run, what is not run again, what is left behind.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "grid.h"
#include "synface/base/file.h"
#include "synface/base/paths.h"
#include "synface/schedule/writer.h"

namespace synface::testing {
namespace {

class Run : public ::testing::Test {
 protected:
  schedule::Summary run(const schedule::Request& request, int jobs = 2) {
    schedule::Options options;
    options.database = database();
    options.worker = fake_worker();
    options.jobs = jobs;
    options.quiet = true;
    return schedule::run(request, options);
  }
  std::filesystem::path database() const { return folder_.path() / "db.sqlite"; }
  TemporaryFolder folder_;
};

const Json kQuick = {{"steps", 3}, {"checkpoint_every", 1}};

TEST_F(Run, AGridEndsDoneWithItsPointsAndFinals) {
  const auto summary = run(grid("g", 5, kQuick));
  EXPECT_EQ(summary.done, 5);
  EXPECT_EQ(summary.attempts, 5);
  EXPECT_EQ(summary.exit_code(), ExitCode::kDone);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM points WHERE metric = 'train.loss'"), 15);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM finals WHERE metric = 'heldout.auc'"), 5);
}

TEST_F(Run, AgainItDoesNothing) {
  const auto request = grid("g", 5, kQuick);
  run(request);
  const auto summary = run(request);
  EXPECT_EQ(summary.already, 5);
  EXPECT_EQ(summary.attempts, 0);
  EXPECT_NE(summary.text().find("nothing was left to do"), std::string::npos) << summary.text();
}

TEST_F(Run, WithMoreCellsOnlyTheNewOnesRun) {
  run(grid("g", 3, kQuick));
  const auto summary = run(grid("g", 5, kQuick));
  EXPECT_EQ(summary.already, 3);
  EXPECT_EQ(summary.attempts, 2);
}

// Only one process may write; what is said meanwhile waits for it.
TEST_F(Run, ATagForADatabaseThatIsHeldIsHandedToTheHolder) {
  run(grid("g", 1, kQuick));
  const std::vector<store::Annotation> tag = {{store::Annotation::Kind::kTag, "", "g", "first", 0}};
  {
    const auto held = FileLock::try_acquire(lock_of(database()));
    ASSERT_TRUE(held);
    EXPECT_FALSE(schedule::annotate(database(), tag).handed_to.empty());
  }
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM tag"), 0);
  run(grid("g", 2, kQuick));
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM tag WHERE name = 'first'"), 1);
  const auto direct = schedule::annotate(database(), tag);
  EXPECT_TRUE(direct.handed_to.empty());
  EXPECT_EQ(direct.changed, 0);  // it is there already
}

TEST_F(Run, ANewEvaluationTrainsNothing) {
  auto request = grid("g", 2, kQuick);
  run(request);
  for (auto& trial : request.trials) trial.evaluation_hash = std::string(64, 'e');
  const auto summary = run(request);
  EXPECT_EQ(summary.attempts, 2);
  EXPECT_EQ(summary.done, 2);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM attempt WHERE trains = 0 AND status = 'done'"),
            2);
}

// A database that was copied without its folder.
TEST_F(Run, LostWeightsAreTrainedAgainForANewEvaluation) {
  auto request = grid("g", 2, kQuick);
  run(request);
  std::filesystem::remove_all(folder_.path() / "db.sqlite.d");
  EXPECT_EQ(run(request).attempts, 0) << "what is done needs no weights";
  for (auto& trial : request.trials) trial.evaluation_hash = std::string(64, 'e');
  const auto summary = run(request);
  EXPECT_EQ(summary.attempts, 2);
  EXPECT_EQ(summary.done, 2);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM attempt WHERE trains = 1 AND status = 'done'"),
            4);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM points WHERE metric = 'train.loss'"), 6);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM points WHERE attempt = 2"), 6);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM evaluation WHERE status = 'done'"), 4);
}

TEST_F(Run, TrainingAgainThatFailsTakesNothingAway) {
  auto request = grid("g", 1, kQuick);
  run(request);
  std::filesystem::remove_all(folder_.path() / "db.sqlite.d");
  auto broken = request;
  broken.experiment.name = "other";
  broken.trials[0].evaluation_hash = std::string(64, 'e');
  broken.trials[0].spec["config"]["fake"]["exit_at"] = 2;
  broken.trials[0].spec["config"]["fake"]["exit_code"] = 3;
  EXPECT_EQ(run(broken).failed, 1);
  EXPECT_EQ(run(request).already, 1) << "the first evaluation stays done";
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM points WHERE attempt = 1"), 3);
}

TEST_F(Run, ADivergedTrialLeavesNoCheckpoint) {
  EXPECT_EQ(run(grid("g", 1, {{"steps", 3}, {"checkpoint_every", 1}, {"diverge_at", 3}})).diverged,
            1);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "db.sqlite.d" / "checkpoints"));
}

TEST_F(Run, AFolderAsDatabaseIsSaid) {
  std::filesystem::create_directories(database());
  try {
    run(grid("g", 1, kQuick));
    FAIL() << "it must throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kDatabase);
    EXPECT_NE(std::string(error.what()).find("is a folder"), std::string::npos) << error.what();
  }
}

TEST_F(Run, AReadOnlyFolderIsSaidBeforeTheLockIsTaken) {
  const auto disk = folder_.path() / "disk";
  std::filesystem::create_directories(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", MS_RDONLY, nullptr) != 0) {
    GTEST_SKIP() << "needs the right to mount a tmpfs";
  }
  schedule::Options options;
  options.database = disk / "db.sqlite";
  options.worker = fake_worker();
  options.quiet = true;
  try {
    schedule::run(grid("g", 1, kQuick), options);
    ADD_FAILURE() << "it must throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kDatabase);
    EXPECT_NE(std::string(error.what()).find("--db"), std::string::npos) << error.what();
  }
  EXPECT_EQ(::umount(disk.c_str()), 0);
}

TEST_F(Run, OnlyWhatIsAskedForRuns) {
  auto request = grid("g", 4, kQuick);
  {
    auto store = store::Store::open(database());
    store.register_experiment(request.experiment, request.trials);
  }
  request.trials.resize(1);
  request.experiment.whole = false;
  const auto summary = run(request);
  EXPECT_EQ(summary.attempts, 1);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM trial WHERE status = 'queued'"), 3);
}

TEST_F(Run, NothingIsLeftBehindButTheJournals) {
  run(grid("g", 2, kQuick));
  const auto root = folder_.path() / "db.sqlite.d";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root / "journals")) {
    EXPECT_EQ(entry.path().extension(), ".journal") << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 2U);
  EXPECT_TRUE(std::filesystem::is_empty(root / "checkpoints"));
}

TEST_F(Run, CheckpointsStayWhereTheTrialAsksForThem) {
  auto request = grid("g", 1, kQuick);
  request.trials[0].spec["config"]["train"] = {{"keep_checkpoints", true}};
  run(request);
  EXPECT_FALSE(std::filesystem::is_empty(folder_.path() / "db.sqlite.d" / "checkpoints"));
}

TEST_F(Run, AnEmptyRequestIsDone) {
  EXPECT_EQ(run(grid("g", 0, {})).exit_code(), ExitCode::kDone);
}

TEST_F(Run, AMissingWorkerIsSaidBeforeAnythingIsRecorded) {
  schedule::Options options;
  options.database = database();
  options.worker = "/nonexistent/synface-worker";
  try {
    schedule::run(grid("g", 1, kQuick), options);
    FAIL() << "it must throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kSetup);
    EXPECT_NE(std::string(error.what()).find("/nonexistent/synface-worker"), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(database()));
}

TEST_F(Run, AWorkerThatIsNoProgramLeavesItsTrialQueued) {
  const auto worker = folder_.path() / "worker";
  write_file_atomic(worker, "#!/nonexistent/interpreter\n");
  std::filesystem::permissions(worker, std::filesystem::perms::owner_all);
  schedule::Options options;
  options.database = database();
  options.worker = worker;
  options.quiet = true;
  EXPECT_THROW(schedule::run(grid("g", 1, kQuick), options), Error);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM trial WHERE status = 'queued'"), 1);
}

TEST_F(Run, TheDebugCommandRecordsNothing) {
  const auto request = grid("g", 2, kQuick);
  schedule::Options options;
  options.database = database();
  options.worker = fake_worker();
  const std::string hash = request.trials[1].training_hash;
  const auto command = schedule::debug_command(request, hash.substr(0, 10), options);
  ASSERT_EQ(command.size(), 9U);
  EXPECT_EQ(command[8], "--explain") << "there is no coordinator to read the stack of a crash";
  EXPECT_EQ(read_json_file(command[3]).at("trial_key"), hash);
  EXPECT_FALSE(std::filesystem::exists(database()));
  EXPECT_THROW(schedule::debug_command(request, "ffffffffffff", options), Error);
}

}  // namespace
}  // namespace synface::testing
