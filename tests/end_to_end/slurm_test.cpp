// A grid as Slurm job arrays, without a cluster: the tasks are started by hand. And a database that
// is made again from its journals.
#include <gtest/gtest.h>

#include <fstream>

#include "support/records.h"
#include "support/sandbox.h"
#include "synface/base/file.h"

namespace synface::test {
namespace {

class Slurm : public testing::Test {
 protected:
  Slurm() { sandbox_.write("tiny.toml", tiny("[seed]\ntrain = [0, 1]\n")); }

  Outcome write(std::vector<std::string> more = {}) const {
    std::vector<std::string> command = {"slurm", "write", "tiny.toml", "--out", "my grid"};
    command.insert(command.end(), more.begin(), more.end());
    return sandbox_.synface(command);
  }
  Outcome task(const std::string& index) const {
    return sandbox_.synface({"slurm", "task", "my grid/manifest.json", index});
  }
  Outcome collect() const { return sandbox_.synface({"slurm", "collect", "my grid", "--json"}); }

  // Points and finals, as bytes.
  std::string exported() const {
    std::string text;
    for (const bool finals : {false, true}) {
      std::vector<std::string> command = {"export", "tiny", "--no-timing"};
      if (finals) command.emplace_back("--finals");
      const Outcome outcome = sandbox_.synface(command);
      EXPECT_EQ(outcome.code, 0) << outcome.all();
      text += outcome.output + "\n";
    }
    return text;
  }

  // The database alone (its folder of journals and weights stays) or all of it.
  void forget(bool all) const {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      fs::remove(sandbox_.database().string() + suffix);
    }
    if (all) fs::remove_all(sandbox_.database().string() + ".d");
  }

  Sandbox sandbox_;
};

TEST_F(Slurm, TasksByHandGiveTheBytesOfARun) {
  const Outcome run = sandbox_.synface({"run", "tiny.toml"});
  ASSERT_EQ(run.code, 0) << run.all();
  const std::string expected = exported();
  ASSERT_GT(expected.size(), 500U) << expected;
  forget(true);

  const Outcome written = write({"--time", "01:00:00", "--sbatch=--mem=2G"});
  ASSERT_EQ(written.code, 0) << written.all();
  EXPECT_TRUE(written.says("sbatch '" + (sandbox_ / "my grid/array-0.sbatch").string() + "'"))
      << written.all();
  EXPECT_EQ(Records(sandbox_.database()).trials(), 2);
  for (const char* index : {"0", "1"}) EXPECT_EQ(task(index).code, 0) << task(index).all();

  const Outcome first = collect();
  EXPECT_EQ(first.code, 0) << first.all();
  EXPECT_EQ(first.json().at("merged").at("attempts"), 2);
  EXPECT_EQ(first.json().at("done"), 2);
  EXPECT_EQ(exported(), expected);
  const Outcome again = sandbox_.synface({"slurm", "collect", "my grid/manifest.json", "--json"});
  EXPECT_EQ(again.json().at("merged").at("attempts"), 0) << again.all();
  EXPECT_EQ(exported(), expected) << "a second collection changes nothing";
  const Outcome idle = sandbox_.synface({"run", "tiny.toml"});
  EXPECT_TRUE(idle.says("nothing to do")) << idle.all();
}

// The line that Slurm's batch shell would come to is run by a shell.
TEST_F(Slurm, TheScriptItselfRunsItsTask) {
  ASSERT_EQ(write({"--limit", "1", "--throttle", "1", "--partition", "long"}).code, 0);
  const std::string script = read_file(sandbox_ / "my grid/array-0.sbatch");
  for (const char* line : {"#SBATCH --array=0-0%1\n", "#SBATCH --partition=long\n"}) {
    EXPECT_NE(script.find(line), std::string::npos) << line << script;
  }
  sandbox_.set_environment("SLURM_ARRAY_TASK_ID", "0");
  const Outcome outcome =
      sandbox_.program({"bash", (sandbox_ / "my grid/array-0.sbatch").string()});
  EXPECT_EQ(outcome.code, 0) << outcome.all();
  EXPECT_EQ(collect().json().at("done"), 1);
}

TEST_F(Slurm, ASecondWriteLeavesOutWhatIsDoneAndSparesTheManifest) {
  ASSERT_EQ(write({"--max-array", "2"}).code, 0);
  const std::string manifest = read_file(sandbox_ / "my grid/manifest.json");
  EXPECT_EQ(write({"--max-array", "2"}).code, 0) << "the very same grid";
  ASSERT_EQ(task("1").code, 0);
  const Outcome half = collect();
  EXPECT_EQ(half.code, 0) << half.all();
  EXPECT_EQ(half.json().at("done"), 1);
  EXPECT_EQ(half.json().at("left"), 1);

  const Outcome refused = write();
  EXPECT_EQ(refused.code, 2) << refused.all();
  EXPECT_TRUE(refused.says("another grid")) << refused.all();
  EXPECT_EQ(read_file(sandbox_ / "my grid/manifest.json"), manifest);
  const Outcome rest = sandbox_.synface({"slurm", "write", "tiny.toml", "--out", "rest", "--json"});
  EXPECT_EQ(rest.json().at("tasks"), 1) << rest.all();
  EXPECT_EQ(rest.json().at("done"), 1) << rest.all();

  ASSERT_EQ(task("0").code, 0);
  ASSERT_EQ(collect().json().at("done"), 2);
  const Outcome nothing = sandbox_.synface({"slurm", "write", "tiny.toml", "--out", "none"});
  EXPECT_EQ(nothing.code, 0) << nothing.all();
  EXPECT_FALSE(fs::exists(sandbox_ / "none"));
}

TEST_F(Slurm, AFailedTaskEndsWithItsCodeAndIsCollectedAsFailed) {
  sandbox_.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("first"));
  ASSERT_EQ(write({"--limit", "1", "--set", "loss={plugin = \"probe\", error_at = 3}"}).code, 0);
  EXPECT_NE(task("0").code, 0);
  const Outcome outcome = collect();
  EXPECT_EQ(outcome.code, 5) << outcome.all();
  EXPECT_EQ(outcome.json().at("failed"), 1);
}

TEST_F(Slurm, WrongUseIsCodeTwo) {
  ASSERT_EQ(write().code, 0);
  EXPECT_EQ(task("2").code, 2) << "there are two trials, 0 and 1";
  EXPECT_EQ(task("-1").code, 2);
  EXPECT_EQ(sandbox_.synface({"slurm", "task", "absent.json", "0"}).code, 2);
  EXPECT_EQ(sandbox_.synface({"slurm", "collect", "home"}).code, 2) << "no manifest there";
  EXPECT_EQ(sandbox_.synface({"slurm"}).code, 2);
  EXPECT_EQ(write({"--time", "1\nrm x"}).code, 2);
}

TEST_F(Slurm, ADatabaseThatIsHeldIsNotWritten) {
  ASSERT_EQ(write().code, 0);
  const FileLock lock = FileLock::acquire(sandbox_.database().string() + ".lock");
  for (const auto& command :
       std::vector<std::vector<std::string>>{{"slurm", "write", "tiny.toml", "--out", "other"},
                                             {"slurm", "collect", "my grid"},
                                             {"run", "tiny.toml", "--register-only"},
                                             {"merge", "my grid"}}) {
    const Outcome outcome = sandbox_.synface(command);
    EXPECT_EQ(outcome.code, 6) << outcome.all();
    EXPECT_TRUE(outcome.says("is being written")) << outcome.all();
  }
  EXPECT_FALSE(fs::exists(sandbox_ / "other"));
}

// What the error says to do is done, and nothing is lost.
TEST_F(Slurm, ADamagedDatabaseIsMadeAgainFromItsJournals) {
  ASSERT_EQ(sandbox_.synface({"run", "tiny.toml"}).code, 0);
  const std::string expected = exported();
  {
    std::fstream file(sandbox_.database(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(100);
    for (int i = 0; i < 3000; ++i) file.put(static_cast<char>(i * 37));
  }
  const Outcome damaged = sandbox_.synface({"ls"});
  EXPECT_EQ(damaged.code, 6) << damaged.all();
  EXPECT_TRUE(damaged.says("--register-only")) << damaged.all();

  forget(false);
  const Outcome registered = sandbox_.synface({"run", "tiny.toml", "--register-only", "--json"});
  EXPECT_EQ(registered.code, 0) << registered.all();
  EXPECT_EQ(registered.json(), Json({{"experiment", "tiny"}, {"registered", 2}, {"new", 2}}));
  EXPECT_EQ(Records(sandbox_.database()).attempts(), 0) << "nothing ran";
  const Outcome merged = sandbox_.synface({"merge", sandbox_.database().string() + ".d/journals"});
  EXPECT_EQ(merged.code, 0) << merged.all();
  EXPECT_EQ(exported(), expected);
  EXPECT_TRUE(sandbox_.synface({"run", "tiny.toml"}).says("nothing to do"));
}

// A part of an experiment that is run by --only does not drop its other trials.
TEST_F(Slurm, APartDoesNotRetireTheRest) {
  ASSERT_EQ(sandbox_.synface({"run", "tiny.toml", "--register-only"}).code, 0);
  ASSERT_EQ(sandbox_.synface({"run", "tiny.toml", "--only", "seed.train=1"}).code, 0);
  EXPECT_EQ(Records(sandbox_.database()).number("SELECT count(*) FROM member WHERE current"), 2);
}

}  // namespace
}  // namespace synface::test
