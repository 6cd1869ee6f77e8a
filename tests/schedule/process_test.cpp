// Several processes on one database: hand-over, take-over, a stopped coordinator, Ctrl-C.
#include <csignal>
#include <thread>

#include "harness.h"

namespace synface::testing {
namespace {

constexpr auto kLong = std::chrono::seconds(60);
const Json kSlow = {{"steps", 20}, {"step_ms", 10}, {"checkpoint_every", 5}, {"acknowledge", ""}};

void await_attempts(const Bench& bench, int least) {
  await([&] { return reached(bench.database(), "SELECT count(*) FROM attempt", least); },
        std::to_string(least) + " attempts");
}

TEST(Processes, TwoRunsAtOnceRunEachTrialOnce) {
  const Bench bench(grid("two", 8, kSlow));
  Child first = bench.start();
  Child second = bench.start();
  const auto one = first.wait_for(kLong);
  const auto other = second.wait_for(kLong);
  ASSERT_TRUE(one && other) << bench.said();
  EXPECT_EQ(one->code, 0);
  EXPECT_EQ(other->code, 0);
  expect_promises_kept(bench, 8);
  EXPECT_EQ(ask(bench.database(), "SELECT count(*) FROM attempt"), 8) << bench.said();
  EXPECT_NE(bench.said().find("hands over"), std::string::npos) << bench.said();
  EXPECT_NE(bench.said().find("in the hands of process"), std::string::npos) << bench.said();
}

TEST(Processes, WhoWaitsTakesOverWhenTheHolderIsKilled) {
  const Bench bench(grid("takeover", 6, kSlow));
  Child first = bench.start();
  await_attempts(bench, 1);
  Child second = bench.start();
  await([&] { return bench.said().find("in the hands of") != std::string::npos; }, "a waiter");
  ::kill(first.pid(), SIGKILL);
  first.wait();
  const auto state = second.wait_for(kLong);
  ASSERT_TRUE(state) << bench.said();
  EXPECT_EQ(state->code, 0);
  EXPECT_NE(bench.said().find("taking over"), std::string::npos);
  expect_promises_kept(bench, 6);
}

TEST(Processes, AStoppedCoordinatorStillHoldsItsTrials) {
  const Bench bench(grid("stopped", 4, kSlow));
  Child first = bench.start();
  await_attempts(bench, 2);
  ::kill(first.pid(), SIGSTOP);
  Child second = bench.start();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  EXPECT_FALSE(second.try_wait()) << "it must wait for the lock";
  ::kill(first.pid(), SIGCONT);
  ASSERT_TRUE(first.wait_for(kLong));
  ASSERT_TRUE(second.wait_for(kLong));
  expect_promises_kept(bench, 4);
  EXPECT_EQ(ask(bench.database(), "SELECT count(*) FROM attempt"), 4) << "none ran twice";
}

TEST(Processes, WorkersDieWithTheirCoordinator) {
  const Bench bench(grid("orphans", 2, {{"hang_at", 1}, {"steps", 5}, {"deaf", 1}}));
  Child coordinator = bench.start();
  await([&] { return children_of(coordinator.pid()).size() == 2; }, "two workers");
  const auto workers = children_of(coordinator.pid());
  ::kill(coordinator.pid(), SIGKILL);
  coordinator.wait();
  for (const int worker : workers) {
    await([&] { return ::kill(worker, 0) != 0; }, "the end of a worker");
  }
}

TEST(Processes, CtrlCEndsCleanlyAndARerunResumesFromTheCheckpoint) {
  const Bench bench(grid("interrupted", 3, kSlow));
  Child coordinator = bench.start(1);
  await([&] { return reached(bench.database(), "SELECT count(*) FROM point", 8); }, "points");
  ::kill(coordinator.pid(), SIGINT);
  const auto state = coordinator.wait_for(kLong);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->code, 130) << bench.said();
  EXPECT_EQ(ask(bench.database(), "SELECT count(*) FROM attempt WHERE status = 'interrupted'"), 1);
  EXPECT_EQ(ask(bench.database(), "SELECT count(*) FROM trial WHERE status = 'running'"), 0);
  ASSERT_EQ(bench.finish(1), 0) << bench.said();
  expect_promises_kept(bench, 3);
  EXPECT_EQ(ask(bench.database(), "SELECT count(*) FROM event WHERE kind = 'resumed'"), 1);
  EXPECT_EQ(ask(bench.database(),
                "SELECT min(resumed_step) FROM attempt WHERE resumed_step > 0 "
                "AND resumed_attempt IS NOT NULL") > 4,
            true);
}

TEST(Processes, SigtermEndsWith143) {
  const Bench bench(grid("terminated", 3, kSlow));
  Child coordinator = bench.start(1);
  await_attempts(bench, 1);
  ::kill(coordinator.pid(), SIGTERM);
  const auto state = coordinator.wait_for(kLong);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->code, 143);
}

TEST(Processes, ASecondCtrlCKillsWorkersThatDoNotHeedTheFirst) {
  const Bench bench(grid("deaf", 1, {{"hang_at", 1}, {"steps", 5}, {"deaf", 1}}));
  Child coordinator = bench.start(1);
  await([&] { return children_of(coordinator.pid()).size() == 1; }, "a worker");
  ::kill(coordinator.pid(), SIGINT);
  await([&] { return bench.said().find("stopping") != std::string::npos; }, "the first Ctrl-C");
  ::kill(coordinator.pid(), SIGINT);
  const auto state = coordinator.wait_for(kLong);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->code, 130);
  EXPECT_EQ(ask(bench.database(), "SELECT count(*) FROM trial WHERE status = 'queued'"), 1);
}

}  // namespace
}  // namespace synface::testing
