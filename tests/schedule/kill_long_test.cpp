// 30 SIGKILLs at random moments on a grid of 40 tiny trials; two minutes of SIGSTOP.
#include <csignal>
#include <thread>

#include "harness.h"

namespace synface::testing {
namespace {

TEST(KillsLong, ThirtyOnFortyTrials) {
  const Bench bench(grid(
      "kills", 40, {{"steps", 40}, {"step_ms", 5}, {"checkpoint_every", 10}, {"acknowledge", ""}}));
  kill_at_random(bench, 30, std::random_device{}());
  expect_promises_kept(bench, 40);
}

TEST(KillsLong, ACoordinatorStoppedForTwoMinutesKeepsItsTrials) {
  const Bench bench(grid("stopped", 4, {{"steps", 20}, {"step_ms", 20}, {"acknowledge", ""}}));
  Child first = bench.start();
  await([&] { return reached(bench.database(), "SELECT count(*) FROM attempt", 2); }, "a start");
  ::kill(first.pid(), SIGSTOP);
  Child second = bench.start();
  std::this_thread::sleep_for(std::chrono::minutes(2));
  EXPECT_FALSE(second.try_wait()) << "it must wait for the lock";
  ::kill(first.pid(), SIGCONT);
  ASSERT_TRUE(first.wait_for(std::chrono::seconds(30)));
  ASSERT_TRUE(second.wait_for(std::chrono::seconds(30)));
  expect_promises_kept(bench, 4);
  EXPECT_EQ(ask(bench.database(), "SELECT count(*) FROM attempt"), 4) << "none ran twice";
}

}  // namespace
}  // namespace synface::testing
