// What plugins get that are of another kind, are none, or go wrong.
#include <gtest/gtest.h>

#include "support/bad_input.h"
#include "support/records.h"

namespace synface::test {
namespace {

fs::path fixture(const std::string& name) {
  return fs::path(SYNFACE_TEST_BINARY_DIR) / "tests" / "fixtures" / "plugins" / (name + ".so");
}

// An experiment that asks for the loss `id`, of which there is only this broken library.
BadInput with_library(std::string name, const std::string& library, const std::string& id,
                      std::vector<std::string> says) {
  says.push_back(id + ".so");
  return {std::move(name),
          [library, id](Sandbox& sandbox) {
            sandbox.write("plugins/" + id + ".so", read_file(fixture(library)));
            sandbox.set_environment("SYNFACE_PLUGIN_PATH", (sandbox / "plugins").string());
            sandbox.write("bad.toml", tiny("", "bad"));
          },
          {"run", "bad.toml", "--set", "loss={plugin = \"" + id + "\"}"},
          3,
          std::move(says)};
}

BadInput with_bytes(std::string name, std::function<std::string()> bytes,
                    std::vector<std::string> says) {
  says.push_back("broken.so");
  return {std::move(name),
          [bytes = std::move(bytes)](Sandbox& sandbox) {
            sandbox.write("plugins/broken.so", bytes());
            sandbox.set_environment("SYNFACE_PLUGIN_PATH", (sandbox / "plugins").string());
            sandbox.write("bad.toml", tiny("", "bad"));
          },
          {"run", "bad.toml", "--set", "loss={plugin = \"broken\"}"},
          3,
          std::move(says)};
}

// A sanitizer speaks first, and ends the process by abort().
#ifdef __SANITIZE_ADDRESS__
constexpr const char* kCrash = "signal 6";
#else
constexpr const char* kCrash = "signal 11";
#endif

std::string half_of_a_plugin() {
  const std::string whole = read_file(fixture("good_loss"));
  return whole.substr(0, whole.size() / 2);
}

TEST(BadPlugin, LibrariesThatCannotBeUsedAreRefusedWithAReason) {
  expect_refused({
      {"a missing plugin",
       [](Sandbox& sandbox) { sandbox.write("bad.toml", tiny("", "bad")); },
       {"run", "bad.toml", "--set", "loss={plugin = \"softmaxx\"}"},
       3,
       {"softmaxx", "softmax"}},
      with_library("an older ABI", "old_abi", "refused", {"0.0"}),
      with_library("a newer ABI", "future_abi", "refused", {"1.0"}),
      with_library("another LibTorch", "other_torch", "refused", {"1.13.1", "2.11.0"}),
      with_library("a library that is no plugin", "no_note", "no_note", {}),
      with_library("a crash in init", "start_crash", "bad_start", {kCrash}),
      with_library("a crash in a constructor", "start_crash_constructor", "bad_start", {kCrash}),
      with_library("an init that refuses", "start_refuse", "bad_start", {"needs a Tuesday"}),
      with_library("an init that ends the process", "start_exit", "bad_start", {}),
      with_library("an unresolved symbol", "unresolved", "unresolved", {"undefined symbol"}),
      with_bytes("a text file", [] { return std::string("int main() {}\n"); }, {"text"}),
      with_bytes("an empty file", [] { return std::string(); }, {"empty"}),
      with_bytes("half of a library", half_of_a_plugin, {"cut off"}),
  });
}

// Broken libraries on the search path are no reason to refuse an experiment that needs none of
// them.
TEST(BadPlugin, ThoseThatNobodyAsksForAreInNobodysWay) {
  Sandbox sandbox;
  for (const char* library : {"old_abi", "no_note", "start_refuse", "unresolved"}) {
    sandbox.write(std::string("plugins/") + library + ".so", read_file(fixture(library)));
  }
  sandbox.write("plugins/text.so", "int main() {}\n");
  sandbox.set_environment("SYNFACE_PLUGIN_PATH", (sandbox / "plugins").string());
  sandbox.write("tiny.toml", tiny());
  const Outcome run = sandbox.synface({"run", "tiny.toml"});
  EXPECT_EQ(run.code, 0) << run.all();
}

TEST(BadPlugin, NoCodeOfARefusedLibraryRuns) {
  for (const std::string library : {"old_abi", "future_abi", "other_torch"}) {
    SCOPED_TRACE(library);
    Sandbox sandbox;
    fs::create_directories(sandbox / "plugins");
    fs::copy_file(fixture(library), sandbox.folder() / "plugins" / (library + ".so"));
    sandbox.set_environment("SYNFACE_PLUGIN_PATH", (sandbox / "plugins").string());
    sandbox.set_environment("SYNFACE_FIXTURE_MARK", (sandbox / "mark").string());
    const Outcome list = sandbox.synface({"plugin", "list"});
    EXPECT_TRUE(list.says(library + ".so")) << list.all();
    EXPECT_FALSE(fs::exists(sandbox / "mark"));
  }
}

// Given plugins that would leave a mark, when one that is accepted is listed, then the mark is
// there: the test above can fail.
TEST(BadPlugin, TheMarkIsLeftByALibraryThatIsLoaded) {
  Sandbox sandbox;
  sandbox.write("plugins/claim_a.so", read_file(fixture("claim_a")) + "#another");
  sandbox.set_environment("SYNFACE_PLUGIN_PATH", (sandbox / "plugins").string());
  sandbox.set_environment("SYNFACE_CACHE", (sandbox / "fresh").string());
  sandbox.set_environment("SYNFACE_FIXTURE_MARK", (sandbox / "mark").string());
  const Outcome list = sandbox.synface({"plugin", "list"});
  EXPECT_TRUE(list.says("claimed")) << list.all();
  EXPECT_TRUE(fs::exists(sandbox / "mark"));
}

// A run of the tiny experiment with the probe loss, which goes wrong as told.
BadInput with_probe(std::string name, const std::string& parameters, int code,
                    std::vector<std::string> says) {
  return {std::move(name),
          [](Sandbox& sandbox) {
            sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("first"));
            sandbox.write("bad.toml", tiny("[run]\nretries = 0\n", "bad"));
          },
          {"run", "bad.toml", "--set", "loss={plugin = \"probe\", " + parameters + "}"},
          code,
          std::move(says)};
}

TEST(BadPlugin, WhatGoesWrongInATrialNamesPluginCallAndStep) {
  expect_refused({
      with_probe("an error", "error_at = 3", 5,
                 {"loss/probe", "margin", "the probe was asked to fail"}),
      with_probe("a crash", "crash_at = 3", 5, {"loss/probe", "margin", "step 3", kCrash}),
      with_probe("a parameter that the plugin refuses", "scale = 0.1", 2, {"scale", "0.5"}),
  });
}

TEST(BadPlugin, ALossThatBecomesNaNEndsTheTrialAsDiverged) {
  Sandbox sandbox;
  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("first"));
  sandbox.write("nan.toml", tiny("[axes]\nproduct = { \"loss.nan_at\" = [-1, 3] }\n", "nan"));
  const Outcome run =
      sandbox.synface({"run", "nan.toml", "--set", "loss={plugin = \"probe\", scale = 16}"});
  EXPECT_EQ(run.code, 5) << run.all();
  EXPECT_TRUE(run.says("diverged")) << run.all();
  EXPECT_TRUE(run.says("step 3")) << run.all();
  const Records records(sandbox.database());
  EXPECT_EQ(records.number("SELECT count(*) FROM trial WHERE status = 'diverged'"), 1);
  EXPECT_EQ(records.number("SELECT count(*) FROM trial WHERE status = 'done'"), 1);
  // NaN is stored, as NULL, and is in no mean: the other cell's finals are all finite.
  EXPECT_GT(records.number("SELECT count(*) FROM point WHERE value IS NULL"), 0);
  const Outcome compare =
      sandbox.synface({"compare", "nan.toml", "--set", "loss={plugin = \"probe\", scale = 16}"});
  EXPECT_EQ(compare.code, 0) << compare.all();
  EXPECT_FALSE(compare.says(" nan ")) << compare.all();
}

TEST(BadPlugin, AMemoryLimitEndsTheTrialAndIsNamed) {
  Sandbox sandbox;
  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("first"));
  sandbox.write("memory.toml", tiny("[run]\nretries = 0\nmemory_limit = 900\n", "memory"));
  const Outcome run =
      sandbox.synface({"run", "memory.toml", "--set",
                       "loss={plugin = \"probe\", hold_mib = 1500, sleep_ms = 400}"});
  EXPECT_EQ(run.code, 5) << run.all();
  EXPECT_TRUE(run.says("memory limit")) << run.all();
  EXPECT_TRUE(run.says("900")) << run.all();
}

TEST(BadPlugin, ATimeLimitEndsTheTrialAndNamesTheCall) {
  Sandbox sandbox;
  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("first"));
  sandbox.write("time.toml", tiny("[run]\nretries = 0\ntime_limit = 4\n", "time"));
  const Outcome run =
      sandbox.synface({"run", "time.toml", "--set", "loss={plugin = \"probe\", sleep_ms = 60000}"});
  EXPECT_EQ(run.code, 5) << run.all();
  EXPECT_TRUE(run.says("time limit")) << run.all();
  EXPECT_TRUE(run.says("loss/probe")) << run.all();
  EXPECT_TRUE(run.says("margin")) << run.all();
}

}  // namespace
}  // namespace synface::test
