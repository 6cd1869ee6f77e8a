// What an author has when a plugin crashes: a debugger, a report, a sanitizer.
#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <thread>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

// A trial of the tiny experiment with this loss, and its hash.
class Debugging : public ::testing::Test {
 protected:
  void prepare(const std::string& plugins, const std::string& loss) {
    sandbox_.set_environment("SYNFACE_PLUGIN_PATH", test_plugin(plugins));
    sandbox_.write("one.toml", tiny("[run]\nretries = 0\n", "one"));
    set_ = "loss={plugin = " + loss + "}";
    const Outcome outcome = sandbox_.synface({"run", "one.toml", "--register-only", "--set", set_});
    ASSERT_EQ(outcome.code, 0) << outcome.all();
    hash_ = Records(sandbox_.database()).text("SELECT substr(training_hash, 1, 12) FROM trial");
  }
  std::vector<std::string> command(std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"run", "one.toml", "--set", set_};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Sandbox sandbox_;
  std::string set_, hash_;
};

bool holds_within(std::chrono::seconds most, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

// Given a process that waits, when gdb attaches and sets a breakpoint in the plugin, then the
// process goes on, becomes the worker, stops there, and ends as if nobody had looked.
TEST_F(Debugging, TheProcessWaitsForGdbAndGoesOn) {
  if (sandbox_.program({"gdb", "--version"}).code != 0) GTEST_SKIP() << "gdb is not installed";
  prepare("sins", "\"sinner\"");
  Child child =
      sandbox_.start(command({"--trial", hash_, "--in-process", "--wait-debugger"}), "wait.log");
  const auto said = [&] { return read_file(sandbox_ / "wait.log"); };
  ASSERT_TRUE(holds_within(std::chrono::seconds(60), [&] {
    return said().find("waits for a debugger: gdb -p " + std::to_string(child.pid())) !=
           std::string::npos;
  })) << said();
  EXPECT_FALSE(child.try_wait()) << "it does not wait: " << said();
  const Outcome gdb = sandbox_.program(
      {"gdb", "-nx", "-batch", "-p", std::to_string(child.pid()), "-ex",
       "set breakpoint pending on", "-ex", "break sinner_margin", "-ex", "continue", "-ex",
       "backtrace 4", "-ex", "delete breakpoints", "-ex", "continue"});
  if (gdb.says("Operation not permitted")) {
    child.signal(SIGKILL);
    GTEST_SKIP() << "this system lets nobody attach to a process: " << gdb.error;
  }
  EXPECT_TRUE(gdb.says("hit Breakpoint 1")) << gdb.all() << said();
  EXPECT_TRUE(gdb.says("sinner.c:")) << gdb.all();
  EXPECT_TRUE(gdb.says("synface::plugin::Loss::margin")) << gdb.all();
  const auto state = child.wait_for(std::chrono::seconds(60));
  ASSERT_TRUE(state.has_value()) << gdb.all();
  EXPECT_TRUE(state->success()) << state->text() << gdb.all() << said();
}

TEST_F(Debugging, ACrashInProcessExplainsItself) {
  prepare("sins", "\"sinner\", sin = \"null\", at = 3");
  const Outcome outcome = sandbox_.synface(command({"--trial", hash_, "--in-process"}));
  EXPECT_EQ(outcome.code, -1) << "the signal is the shell's to see: " << outcome.all();
  for (const char* word : {"loss/sinner, call margin, step 3", "signal 11", "NULL pointer",
                           "sin_null", "in sinner.so", "main"}) {
    EXPECT_TRUE(outcome.says(word)) << word << outcome.all();
  }
}

#if !defined(__SANITIZE_ADDRESS__)  // an instrumented host has its own runtime

TEST_F(Debugging, ASanitisedPluginRunsInANormalWorker) {
  prepare("sanitised", "\"sanitised\"");
  const Outcome run = sandbox_.synface(command());
  EXPECT_EQ(run.code, 5) << run.all();
  const Records records(sandbox_.database());
  const std::string error = records.text("SELECT error FROM attempt");
  for (const char* word :
       {"loss/sanitised, call margin, step 3", "SIGABRT", "heap-buffer-overflow", "read_behind"}) {
    EXPECT_NE(error.find(word), std::string::npos) << word << "\n" << error;
  }
  const fs::path journal =
      sandbox_.database().string() + ".d/" + records.text("SELECT journal FROM attempt");
  const std::string log = read_file(fs::path(journal).replace_extension(".log"));
  EXPECT_NE(log.find("ERROR: AddressSanitizer: heap-buffer-overflow"), std::string::npos) << log;
  EXPECT_NE(log.find("allocated by thread"), std::string::npos) << log;
}

TEST_F(Debugging, ASanitisedPluginRunsInProcessAsWell) {
  prepare("sanitised", "\"sanitised\"");
  const Outcome outcome = sandbox_.synface(command({"--trial", hash_, "--in-process"}));
  EXPECT_NE(outcome.code, 0) << outcome.all();
  EXPECT_TRUE(outcome.says("ERROR: AddressSanitizer: heap-buffer-overflow")) << outcome.all();
  EXPECT_TRUE(outcome.says("read_behind")) << outcome.all();
}

#endif

}  // namespace
}  // namespace synface::test
