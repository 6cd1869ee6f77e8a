// What makes a trial new, and what does not.
#include <gtest/gtest.h>

#include <fstream>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

const std::vector<std::string> kProbe = {"--set", "loss={plugin = \"probe\"}"};

std::vector<std::string> with_probe(std::vector<std::string> command) {
  command.insert(command.end(), kProbe.begin(), kProbe.end());
  return command;
}

// Trials of the plan by state, with that of other binaries.
struct States {
  std::int64_t done = 0, fresh = 0, other_binary = 0;
};

States plan(const Sandbox& sandbox, std::vector<std::string> command) {
  command.insert(command.begin(), "--json");
  const Outcome outcome = sandbox.synface(command);
  EXPECT_EQ(outcome.code, 0) << outcome.all();
  const Json document = outcome.json();
  States states;
  for (const Json& trial : document.value("trials", Json::array())) {
    states.done += trial.at("state") == "done" ? 1 : 0;
    states.fresh += trial.at("state") == "new" ? 1 : 0;
    states.other_binary += trial.at("other_binaries").empty() ? 0 : 1;
  }
  return states;
}

void append(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::app) << bytes;
}

// A rebuild in another folder gives binaries with other bytes: here a copy with a comment behind
// what the loader reads.
TEST(Identity, ARebuildInAnotherFolderMakesNothingNewAndIsSaid) {
  Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("[seed]\ntrain = [0, 1]\n"));
  const Outcome run = sandbox.synface({"run", "tiny.toml"});
  ASSERT_EQ(run.code, 0) << run.all();
  EXPECT_EQ(plan(sandbox, {"plan", "tiny.toml"}).other_binary, 0);

  const Programs copy = sandbox.copy_programs("elsewhere");
  sandbox.use(copy);
  const States moved = plan(sandbox, {"plan", "tiny.toml"});
  EXPECT_EQ(moved.done, 2) << "in another folder";
  EXPECT_EQ(moved.other_binary, 0);

  append(copy.plugin("softmax"), "a comment was added");
  append(copy.worker(), "here too");
  const States rebuilt = plan(sandbox, {"plan", "tiny.toml"});
  EXPECT_EQ(rebuilt.done, 2);
  EXPECT_EQ(rebuilt.fresh, 0);
  EXPECT_EQ(rebuilt.other_binary, 2);
  const Outcome text = sandbox.synface({"plan", "tiny.toml"});
  EXPECT_TRUE(text.says("other binary") || text.says("another binary")) << text.all();

  const Outcome again = sandbox.synface({"run", "tiny.toml"});
  EXPECT_EQ(again.code, 0) << again.all();
  EXPECT_EQ(Records(sandbox.database()).attempts(), 2);

  const States strict = plan(sandbox, {"plan", "tiny.toml", "--strict"});
  EXPECT_EQ(strict.fresh, 2) << "with --strict a binary is part of a trial";
}

// Given trials of a plugin, when a later version of it is found, then only a raised revision makes
// them new.
TEST(Identity, ANeutralParameterMakesNothingNewAndARaisedRevisionEverything) {
  Sandbox sandbox;
  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("first"));
  sandbox.write("tiny.toml", tiny("[seed]\ntrain = [0, 1]\n"));
  const Outcome run = sandbox.synface(with_probe({"run", "tiny.toml"}));
  ASSERT_EQ(run.code, 0) << run.all();

  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("rebuilt"));
  const States rebuilt = plan(sandbox, with_probe({"plan", "tiny.toml"}));
  EXPECT_EQ(rebuilt.done, 2);
  EXPECT_EQ(rebuilt.other_binary, 2);

  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("neutral"));
  EXPECT_EQ(plan(sandbox, with_probe({"plan", "tiny.toml"})).done, 2);
  EXPECT_EQ(
      plan(sandbox, {"plan", "tiny.toml", "--set", "loss={plugin = \"probe\", slack = 0.0}"}).done,
      2);
  EXPECT_EQ(
      plan(sandbox, {"plan", "tiny.toml", "--set", "loss={plugin = \"probe\", slack = 0.5}"}).fresh,
      2);

  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("revised"));
  const States revised = plan(sandbox, with_probe({"plan", "tiny.toml"}));
  EXPECT_EQ(revised.fresh, 2);
  const Outcome text = sandbox.synface(with_probe({"plan", "tiny.toml"}));
  EXPECT_TRUE(text.says("loss/probe")) << "the plan names what differs: " << text.all();
}

// Spelling, order and what changes no number are no part of a trial.
TEST(Identity, SpellingJobsAndPathsMakeNothingNew) {
  Sandbox sandbox;
  sandbox.write("tiny.toml", tiny());
  const Outcome run = sandbox.synface({"run", "tiny.toml"});
  ASSERT_EQ(run.code, 0) << run.all();
  for (const char* same :
       {"loss.scale=16.0", "loss.scale=1.6e1", "train.batch_size=0x8", "run.jobs=7",
        "train.checkpoint_every_s=1.5", "generator.size=[32, 32]", "train.momentum=0.90"}) {
    EXPECT_EQ(plan(sandbox, {"plan", "tiny.toml", "--set", same}).done, 1) << same;
  }
  EXPECT_EQ(plan(sandbox, {"plan", "tiny.toml", "--set", "train.momentum=0.91"}).fresh, 1);
}

// On a warm cache the control plane opens no part of LibTorch, neither by linking nor by a plugin.
TEST(Identity, PlanOpensNoLibTorchOnAWarmCache) {
  Sandbox sandbox;
  sandbox.write("tiny.toml", tiny());
  const Outcome warm = sandbox.synface({"plan", "tiny.toml"});
  ASSERT_EQ(warm.code, 0) << warm.all();
  Outcome traced;
  try {
    traced = sandbox.program({"strace", "-f", "-e", "trace=open,openat,openat2,execve", "-o",
                              (sandbox / "trace").string(), sandbox.programs().synface().string(),
                              "--db", sandbox.database().string(), "plan", "tiny.toml"});
  } catch (const Error& error) {
    GTEST_SKIP() << "strace is not installed: " << error.what();
  }
  if (traced.says("ptrace")) GTEST_SKIP() << "strace may not trace here: " << traced.error;
  ASSERT_EQ(traced.code, 0) << traced.all();
  const std::string trace = read_file(sandbox / "trace");
  ASSERT_NE(trace.find("tiny.toml"), std::string::npos) << "the trace shows what was opened";
  for (const char* name : {"libtorch", "libc10", "libcudart", "libgomp"}) {
    const auto at = trace.find(name);
    EXPECT_EQ(at, std::string::npos)
        << (at == std::string::npos ? "" : trace.substr(at > 80 ? at - 80 : 0, 200));
  }
}

}  // namespace
}  // namespace synface::test
