// Thirty kills at random moments, and a coordinator that stands still.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <iostream>
#include <random>
#include <thread>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

using namespace std::chrono_literals;

constexpr int kKills = 30;

std::string forty_trials() {
  std::string seeds = "0";
  for (int i = 1; i < 20; ++i) seeds += ", " + std::to_string(i);
  return tiny("[seed]\ntrain = [" + seeds + "]\n[axes]\nproduct = { \"loss.scale\" = [8, 16] }\n");
}

const std::vector<std::string> kCommand = {"run",
                                           "tiny.toml",
                                           "--quiet",
                                           "--jobs",
                                           "2",
                                           "--set",
                                           "loss={plugin = \"probe\", sleep_ms = 40}",
                                           "--set",
                                           "train.images_seen=320",
                                           "--set",
                                           "train.checkpoint_every_s=0.3"};

class Storm : public testing::Test {
 protected:
  Storm() {
    sandbox_.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("first"));
    sandbox_.write("tiny.toml", forty_trials());
  }

  std::vector<int> workers() const {
    std::vector<int> pids;
    if (!Records(sandbox_.database()).ready()) return pids;
    for (const auto& pid :
         Records(sandbox_.database())
             .column("SELECT pid FROM attempt WHERE status = 'running' AND pid IS NOT NULL")) {
      pids.push_back(std::stoi(pid));
    }
    return pids;
  }

  std::string exported() const {
    const Outcome outcome = sandbox_.synface({"export", "tiny", "--no-timing"});
    EXPECT_EQ(outcome.code, 0) << outcome.all();
    return outcome.output;
  }

  void expect_all_done_once() const {
    const Records records(sandbox_.database());
    EXPECT_EQ(records.integrity(), "ok");
    EXPECT_EQ(records.trials(), 40);
    EXPECT_EQ(records.number("SELECT count(*) FROM trial WHERE status = 'done'"), 40);
    EXPECT_EQ(records.number("SELECT count(*) FROM attempt WHERE status = 'running'"), 0);
    EXPECT_EQ(records.number("SELECT count(*) FROM attempt WHERE status = 'done'"), 40)
        << "each trial ends exactly once";
    EXPECT_EQ(records.number("SELECT count(*) FROM (SELECT trial FROM attempt WHERE status = "
                             "'done' GROUP BY trial HAVING count(*) > 1)"),
              0);
  }

  Sandbox sandbox_;
};

TEST_F(Storm, ThirtyKillsLoseNothing) {
  std::mt19937 random(20261124);
  Child run = sandbox_.start(kCommand, "log");
  int kills = 0;
  int starts = 1;
  while (kills < kKills && starts < 100) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200 + random() % 2300));
    if (run.try_wait()) {
      run = sandbox_.start(kCommand, "log");
      ++starts;
      continue;
    }
    const auto pids = workers();
    if (random() % 3 == 0 || pids.empty()) {
      ::kill(run.pid(), SIGKILL);
      ++kills;
      run.wait();
      run = sandbox_.start(kCommand, "log");
      ++starts;
    } else {
      kills += ::kill(pids[random() % pids.size()], SIGKILL) == 0 ? 1 : 0;
    }
    if (Records(sandbox_.database()).number("SELECT count(*) FROM trial WHERE status = 'done'") ==
        40) {
      break;
    }
  }
  const auto end = run.wait_for(10min);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->code, 0) << read_file(sandbox_ / "log");
  std::cout << kills << " kills, " << starts << " starts\n";
  EXPECT_EQ(kills, kKills) << "the grid ended too early";
  expect_all_done_once();

  // No point is lost, none is changed: an undisturbed run gives the same bytes.
  const std::string stormy = exported();
  for (const char* suffix : {"", ".d", ".lock", "-wal", "-shm"}) {
    fs::remove_all(sandbox_.database().string() + suffix);
  }
  const Outcome calm = sandbox_.synface(kCommand);
  ASSERT_EQ(calm.code, 0) << calm.all();
  EXPECT_EQ(exported(), stormy);
}

// A stopped coordinator keeps its lock: a second run waits, however long, and runs nothing twice.
TEST_F(Storm, ACoordinatorThatStandsStillForTwoMinutes) {
  Child one = sandbox_.start(kCommand, "one.log");
  for (int i = 0; i < 600 && workers().empty(); ++i) std::this_thread::sleep_for(50ms);
  ASSERT_FALSE(workers().empty()) << read_file(sandbox_ / "one.log");
  ::kill(one.pid(), SIGSTOP);
  Child two = sandbox_.start(kCommand, "two.log");
  std::this_thread::sleep_for(2min);
  EXPECT_FALSE(two.try_wait().has_value()) << read_file(sandbox_ / "two.log");
  ::kill(one.pid(), SIGCONT);
  const auto first = one.wait_for(10min);
  const auto second = two.wait_for(10min);
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->code, 0) << read_file(sandbox_ / "one.log");
  EXPECT_EQ(second->code, 0) << read_file(sandbox_ / "two.log");
  expect_all_done_once();
  EXPECT_EQ(Records(sandbox_.database()).attempts(), 40);
}

}  // namespace
}  // namespace synface::test
