// The same grid gives the same bytes, however it is run and whatever interrupts it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

using namespace std::chrono_literals;

// Four trials of 50 steps, each long enough to be hit, with many checkpoints.
std::string slow_grid() {
  return tiny(R"([seed]
train = [0, 1]
[axes]
product = { "loss.scale" = [8, 16] }
)");
}

std::vector<std::string> command(std::vector<std::string> more = {}) {
  std::vector<std::string> all = {"run",
                                  "tiny.toml",
                                  "--quiet",
                                  "--set",
                                  "loss={plugin = \"probe\", sleep_ms = 40}",
                                  "--set",
                                  "train.images_seen=400",
                                  "--set",
                                  "train.checkpoint_every_s=0.2"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

class Repeat : public testing::Test {
 protected:
  Repeat() {
    sandbox_.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("first"));
    sandbox_.write("tiny.toml", slow_grid());
  }

  std::string exported(bool finals) const {
    std::vector<std::string> command = {"export", "tiny", "--no-timing"};
    if (finals) command.emplace_back("--finals");
    const Outcome outcome = sandbox_.synface(command);
    EXPECT_EQ(outcome.code, 0) << outcome.all();
    return outcome.output;
  }

  // Everything that must be equal.
  std::string exported() const { return exported(false) + "\n" + exported(true); }

  void forget() const {
    for (const char* suffix : {"", ".d", ".lock", "-wal", "-shm"}) {
      fs::remove_all(sandbox_.database().string() + suffix);
    }
  }

  // The pids of workers that train now, by their journals; waits until there is one with points.
  std::vector<int> wait_for_workers(Child& run) const {
    for (int i = 0; i < 1200; ++i) {
      if (run.try_wait()) break;
      if (Records(sandbox_.database()).ready()) {
        std::vector<int> pids;
        for (const auto& pid : Records(sandbox_.database())
                                   .column("SELECT pid FROM attempt WHERE status = 'running' AND "
                                           "has_points AND pid IS NOT NULL")) {
          pids.push_back(std::stoi(pid));
        }
        if (!pids.empty()) return pids;
      }
      std::this_thread::sleep_for(50ms);
    }
    ADD_FAILURE() << "no worker has begun: " << read_file(sandbox_ / "log");
    return {};
  }

  void finish() const {
    const Outcome outcome = sandbox_.synface(command({"--jobs", "2"}));
    EXPECT_EQ(outcome.code, 0) << outcome.all();
    const Records records(sandbox_.database());
    EXPECT_EQ(records.integrity(), "ok");
    EXPECT_EQ(records.number("SELECT count(*) FROM trial WHERE status = 'done'"), 4);
    EXPECT_EQ(records.number("SELECT count(*) FROM attempt WHERE status = 'running'"), 0);
  }

  std::int64_t resumed() const {
    return Records(sandbox_.database())
        .number("SELECT count(*) FROM attempt WHERE resumed_step > 0");
  }

  Sandbox sandbox_;
};

TEST_F(Repeat, JobsAndInterruptionsChangeNoByte) {
  const Outcome first = sandbox_.synface(command({"--jobs", "1"}));
  ASSERT_EQ(first.code, 0) << first.all();
  const std::string expected = exported();
  ASSERT_GT(expected.size(), 1000U) << expected;

  forget();
  finish();
  EXPECT_EQ(exported(), expected) << "with --jobs 2";

  {
    SCOPED_TRACE("SIGINT to the coordinator, then run again");
    forget();
    Child run = sandbox_.start(command({"--jobs", "2"}), "log");
    wait_for_workers(run);
    std::this_thread::sleep_for(700ms);
    ::kill(run.pid(), SIGINT);
    const auto end = run.wait_for(60s);
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->code, 130) << end->text() << read_file(sandbox_ / "log");
    EXPECT_EQ(
        Records(sandbox_.database()).number("SELECT count(*) FROM trial WHERE status = 'running'"),
        0);
    finish();
    EXPECT_GT(resumed(), 0) << "no trial went on from its checkpoint";
    EXPECT_EQ(exported(), expected);
  }
  {
    SCOPED_TRACE("SIGKILL of a worker");
    forget();
    Child run = sandbox_.start(command({"--jobs", "2"}), "log");
    const auto workers = wait_for_workers(run);
    ASSERT_FALSE(workers.empty());
    std::this_thread::sleep_for(700ms);
    ::kill(workers.front(), SIGKILL);
    const auto end = run.wait_for(120s);
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->code, 0) << end->text() << read_file(sandbox_ / "log");
    EXPECT_EQ(
        Records(sandbox_.database()).number("SELECT count(*) FROM attempt WHERE status = 'killed'"),
        1);
    finish();
    EXPECT_EQ(exported(), expected);
  }
  {
    SCOPED_TRACE("SIGKILL of the coordinator, then run again");
    forget();
    Child run = sandbox_.start(command({"--jobs", "2"}), "log");
    const auto workers = wait_for_workers(run);
    std::this_thread::sleep_for(700ms);
    ::kill(run.pid(), SIGKILL);
    ASSERT_TRUE(run.wait_for(20s).has_value());
    finish();
    for (const int worker : workers) {
      EXPECT_NE(::kill(worker, 0), 0) << "worker " << worker << " outlived its coordinator";
    }
    EXPECT_EQ(exported(), expected);
  }
}

// Given a coordinator that was killed, when a journal has lost its tail, then the next run says
// nothing wrong and ends with the same bytes.
TEST_F(Repeat, ATornJournalLosesOnlyItsTail) {
  const Outcome first = sandbox_.synface(command({"--jobs", "2"}));
  ASSERT_EQ(first.code, 0) << first.all();
  const std::string expected = exported();
  forget();
  Child run = sandbox_.start(command({"--jobs", "2"}), "log");
  wait_for_workers(run);
  std::this_thread::sleep_for(500ms);
  ::kill(run.pid(), SIGKILL);
  ASSERT_TRUE(run.wait_for(20s).has_value());
  std::this_thread::sleep_for(500ms);  // for the workers to die
  int torn = 0;
  for (const auto& entry : fs::directory_iterator(sandbox_.database().string() + ".d/journals")) {
    if (entry.path().extension() != ".journal") continue;
    fs::resize_file(entry.path(), fs::file_size(entry.path()) * 2 / 3 + 5);
    ++torn;
  }
  EXPECT_GT(torn, 0);
  finish();
  EXPECT_EQ(exported(), expected);
}

// Two `run`s of one grid at once: one waits for the other and says whose process it is.
TEST_F(Repeat, TwoRunsAtOnceRunEachTrialOnce) {
  Child one = sandbox_.start(command({"--jobs", "1"}), "one.log");
  wait_for_workers(one);
  Child two = sandbox_.start(command({"--jobs", "1"}), "two.log");
  const auto first = one.wait_for(120s);
  const auto second = two.wait_for(120s);
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->code, 0) << read_file(sandbox_ / "one.log");
  EXPECT_EQ(second->code, 0) << read_file(sandbox_ / "two.log");
  EXPECT_NE(read_file(sandbox_ / "two.log").find(std::to_string(one.pid() > 0 ? one.pid() : 0)),
            std::string::npos);
  const Records records(sandbox_.database());
  EXPECT_EQ(records.attempts(), 4);
  EXPECT_EQ(records.number("SELECT count(*) FROM trial WHERE status = 'done'"), 4);
}

}  // namespace
}  // namespace synface::test
