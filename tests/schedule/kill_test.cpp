// SIGKILL at random moments, of coordinators and of workers; the long tier does it 30 times.
#include "harness.h"

namespace synface::testing {
namespace {

const Json kTiny = {{"steps", 20}, {"step_ms", 4}, {"checkpoint_every", 5}, {"acknowledge", ""}};

TEST(Kills, SixAtRandomLoseNothingAndEachTrialEndsOnce) {
  const Bench bench(grid("kills", 16, kTiny));
  kill_at_random(bench, 6, 20260101);
  expect_promises_kept(bench, 16);
}

TEST(Kills, TheExportedPointsAreThoseOfAnUndisturbedRun) {
  const Bench disturbed(grid("kills", 8, kTiny));
  kill_at_random(disturbed, 4, 7);
  const Bench calm(grid("kills", 8, kTiny));
  ASSERT_EQ(calm.finish(1), 0) << calm.said();
  const std::string points = exported_points(calm.database());
  EXPECT_FALSE(points.empty());
  EXPECT_TRUE(exported_points(disturbed.database()) == points);
}

}  // namespace
}  // namespace synface::testing
