// Trials that go wrong, one way each.
#include <gtest/gtest.h>

#include <csignal>

#include "grid.h"
#include "synface/base/file.h"

namespace synface::testing {
namespace {

class Failure : public ::testing::Test {
 protected:
  // One trial that goes wrong between two that do not.
  schedule::Summary run(const Json& fake, const Json& run_part = Json::object()) {
    request_ = grid("g", 1, {{"steps", 2}});
    add_trial(request_, fake, run_part);
    add_trial(request_, {{"steps", 2}});
    return schedule::run(request_, options());
  }
  schedule::Options options() const {
    schedule::Options options;
    options.database = database();
    options.worker = fake_worker();
    options.jobs = 2;
    options.quiet = true;
    options.stop_grace_s = 0.3;
    options.sleep_limit_s = sleep_limit_;
    return options;
  }
  std::filesystem::path database() const { return folder_.path() / "db.sqlite"; }
  std::string text(const std::string& column) const {
    return ask_text(database(),
                    "SELECT " + column + " FROM attempt WHERE status != 'done' ORDER BY id DESC");
  }
  TemporaryFolder folder_;
  double sleep_limit_ = 600;
  schedule::Request request_;
};

TEST_F(Failure, ACrashNamesPluginCallAndStep) {
  const auto summary = run({{"steps", 9}, {"crash_at", 4}});
  EXPECT_EQ(summary.done, 2);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.exit_code(), ExitCode::kTrials);
  EXPECT_EQ(text("error_plugin"), "loss/cosface");
  EXPECT_EQ(text("error_call"), "margin");
  EXPECT_EQ(text("error_step"), "4");
#ifdef __SANITIZE_ADDRESS__  // whose handler ends the process by abort()
  EXPECT_EQ(text("signal"), std::to_string(SIGABRT));
  EXPECT_NE(text("error").find("SIGABRT"), std::string::npos) << text("error");
#else
  EXPECT_EQ(text("signal"), std::to_string(SIGSEGV));
  EXPECT_NE(text("error").find("SIGSEGV"), std::string::npos) << text("error");
#endif
  ASSERT_EQ(summary.problems.size(), 1U);
  EXPECT_NE(summary.problems[0].find("loss/cosface"), std::string::npos) << summary.problems[0];
  EXPECT_EQ(ask(database(),
                "SELECT count(*) FROM point p JOIN attempt a ON a.id = p.attempt "
                "WHERE a.status = 'failed'"),
            3)
      << "what it had recorded stays";
}

TEST_F(Failure, AHangEndsAtTheTimeLimit) {
  const auto summary = run({{"steps", 5}, {"hang_at", 2}}, {{"time_limit", 0.3}});
  EXPECT_EQ(summary.failed, 1);
  EXPECT_NE(text("error").find("time limit of 0.30 s"), std::string::npos) << text("error");
}

TEST_F(Failure, AHangThatHeedsNothingIsKilledAtTheTimeLimit) {
  const auto summary = run({{"steps", 5}, {"hang_at", 2}, {"deaf", 1}}, {{"time_limit", 0.3}});
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(text("signal"), std::to_string(SIGKILL));
  EXPECT_NE(text("error").find("time limit"), std::string::npos) << text("error");
}

TEST_F(Failure, ACallThatSleepsIsEndedWithoutATimeLimit) {
  sleep_limit_ = 0.5;
  const auto summary = run({{"steps", 5}, {"hang_at", 2}, {"deaf", 1}, {"in_call", 1}});
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.done, 2);
  EXPECT_NE(text("error").find("in loss/cosface, call margin, step 7"), std::string::npos)
      << text("error");
  EXPECT_NE(text("error").find("asleep for"), std::string::npos) << text("error");
  EXPECT_EQ(text("error_plugin"), "loss/cosface");
}

// A worker may wait for another that renders its images: it is in no plugin then.
TEST_F(Failure, AWorkerThatSleepsOutsideOfCallsIsLeftAlone) {
  sleep_limit_ = 0.2;
  const auto summary = run({{"steps", 5}, {"hang_at", 2}, {"deaf", 1}}, {{"time_limit", 1.5}});
  EXPECT_EQ(summary.failed, 1);
  EXPECT_NE(text("error").find("time limit of"), std::string::npos) << text("error");
}

TEST_F(Failure, TheMemoryLimitIsWatched) {
  const auto summary = run({{"steps", 5}, {"memory_mib", 300}}, {{"memory_limit", 100}});
  EXPECT_EQ(summary.failed, 1);
  EXPECT_NE(text("error").find("memory limit of 100.0 MiB"), std::string::npos) << text("error");
}

TEST_F(Failure, DivergenceIsAStatusOfItsOwn) {
  const auto summary = run({{"steps", 5}, {"diverge_at", 3}}, {{"retries", 3}});
  EXPECT_EQ(summary.diverged, 1);
  EXPECT_EQ(summary.failed, 0);
  EXPECT_EQ(summary.attempts, 3) << "it is not tried again";
  EXPECT_NE(text("error").find("step 3"), std::string::npos) << text("error");
}

TEST_F(Failure, RetriesAreCountedAndTheLastOneMayStillSucceed) {
  const auto summary = run({{"steps", 2}, {"fail_in", 2}}, {{"retries", 2}});
  EXPECT_EQ(summary.done, 3);
  EXPECT_EQ(summary.attempts, 5);
}

TEST_F(Failure, WithoutRetriesTheErrorOfTheJournalIsKept) {
  const auto summary = run({{"steps", 2}, {"fail_in", 9}});
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.attempts, 3);
  EXPECT_EQ(text("error"), "fake: told to fail");
  EXPECT_EQ(text("exit_code"), "1");
}

TEST_F(Failure, RetryFailedRunsOnlyWhatFailed) {
  run({{"steps", 2}, {"fail_in", 1}});
  const auto summary = schedule::retry_failed("g", false, options());
  EXPECT_EQ(summary.attempts, 1);
  EXPECT_EQ(summary.failed, 0);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM trials WHERE status = 'done'"), 3);
  EXPECT_EQ(schedule::retry_failed(std::nullopt, true, options()).attempts, 0);
}

TEST_F(Failure, ARunDoesNotTryAgainWhatHasFailed) {
  run({{"steps", 2}, {"fail_in", 1}});
  const auto summary = schedule::run(request_, options());
  EXPECT_EQ(summary.attempts, 0);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.exit_code(), ExitCode::kTrials);
}

TEST_F(Failure, AWorkerThatForgetsItsEndHasFailed) {
  EXPECT_EQ(run({{"steps", 2}, {"forget", 1}}).failed, 1);
  EXPECT_NE(text("error").find("did not finish its journal"), std::string::npos) << text("error");
  EXPECT_NE(text("error").find("fake worker, attempt 1"), std::string::npos)
      << "standard error is quoted: " << text("error");
}

TEST_F(Failure, AJournalThatIsNoneFailsItsTrialAlone) {
  const auto summary = run({{"steps", 2}, {"garbage", 1}});
  EXPECT_EQ(summary.done, 2);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_NE(text("error").find("no journal of synface"), std::string::npos) << text("error");
}

TEST_F(Failure, AWorkerThatIsKilledFromOutsideIsTriedAgainTenTimes) {
  const auto summary =
      run({{"steps", 2}, {"crash_at", 1}, {"crash_signal", SIGKILL}}, {{"retries", 0}});
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM attempt WHERE status = 'killed'"), 11);
  EXPECT_NE(text("error").find("11th time"), std::string::npos) << text("error");
}

TEST_F(Failure, AfterOneKillItGoesOnFromTheCheckpoint) {
  const auto summary = run({{"steps", 8},
                            {"checkpoint_every", 2},
                            {"crash_at", 6},
                            {"crash_in", 1},
                            {"crash_signal", SIGKILL}});
  EXPECT_EQ(summary.done, 3);
  EXPECT_EQ(ask(database(), "SELECT resumed_step FROM attempt WHERE resumed_step IS NOT NULL"), 4);
  EXPECT_EQ(ask(database(),
                "SELECT count(*) FROM points p JOIN trial t ON t.id = p.trial WHERE "
                "metric = 'train.loss'"),
            8 + 2 + 2)
      << "each step counts once";
}

}  // namespace
}  // namespace synface::testing
