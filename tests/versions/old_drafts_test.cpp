// Plugins of other drafts, as an outsider with an old SDK brings them (frozen_plugin.c): refused by
// name, with the remedy, before anything of them has run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synface/base/file.h"
#include "synface/base/json.h"
#include "synface/base/subprocess.h"

namespace synface {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kExperiment = R"(
generator = { plugin = "folder", path = "people", size = 48 }
backbone = { plugin = "lbp" }
loss = { plugin = "ancient" }
train = { images_seen = 0 }
benchmark = [{ plugin = "verification", set = "train" }]
)";

class OldDrafts : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"a/1.jpg", "a/2.jpg", "b/1.jpg"}) {
      write_file_atomic(folder_.path() / "people" / name, name, false);
    }
    write_file_atomic(folder_.path() / "old.toml", kExperiment, false);
  }

  // The library alone on the search path, as ancient.so.
  void bring(const std::string& library) {
    const auto from = std::filesystem::path(SYNFACE_FROZEN) / (library + ".so");
    write_file_atomic(file(), read_file(from), false);
  }
  std::filesystem::path file() const { return folder_.path() / "plugins" / "ancient.so"; }

  ProcessResult run(std::vector<std::string> arguments) {
    SpawnOptions options;
    options.argv = {SYNFACE_TEST_BINARY_DIR "/bin/synface"};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    options.folder = folder_.path();
    options.environment = {{"SYNFACE_CACHE", (folder_.path() / "cache").string()},
                           {"XDG_DATA_HOME", (folder_.path() / "data").string()},
                           {"SYNFACE_PLUGIN_PATH", (folder_.path() / "plugins").string()},
                           {"SYNFACE_FIXTURE_MARK", (folder_.path() / "mark").string()},
                           {"SYNFACE_DB", (folder_.path() / "old.sqlite").string()}};
    return run_process(options, std::chrono::seconds(60));
  }

  std::string what_ran() const {
    const auto mark = folder_.path() / "mark";
    return std::filesystem::exists(mark) ? read_file(mark) : "";
  }

  // The words that list, info and run say about ancient.so.
  void expect_refused(const std::string& library, const std::vector<std::string>& words) {
    SCOPED_TRACE(library);
    bring(library);
    const auto list = run({"plugin", "list", "--json"});
    EXPECT_EQ(list.state.code, 0) << list.error;
    const Json listed = Json::parse(list.output);
    std::string problem;
    for (const Json& one : listed.at("problems")) {
      if (one.at("file") == file().string()) problem = one.at("message");
    }
    const auto info = run({"plugin", "info", "loss/ancient"});
    const auto trial = run({"run", "old.toml"});
    EXPECT_EQ(info.state.code, 3);
    EXPECT_EQ(trial.state.code, 3);
    for (const auto& word : words) {
      EXPECT_THAT(problem, HasSubstr(word)) << "plugin list";
      EXPECT_THAT(info.error, HasSubstr(word)) << "plugin info";
      EXPECT_THAT(trial.error, HasSubstr(word)) << "run";
    }
    EXPECT_THAT(info.error, HasSubstr(file().string()));
    EXPECT_THAT(trial.error, HasSubstr(file().string()));
    EXPECT_EQ(what_ran(), "") << "code of a refused library has run";
  }

  TemporaryFolder folder_{"synface-versions"};
};

TEST_F(OldDrafts, AnotherVersionIsRefusedByNameWithTheRemedy) {
  const std::string remedy = "rebuild the plugin against the headers of this program";
  const std::string ours = "this program offers " SYNFACE_TEST_ABI;
  expect_refused("draft_0_0", {"plugin ABI 0.0", ours, "drafts must be equal", remedy});
  expect_refused("draft_next", {"plugin ABI 0." SYNFACE_TEST_NEXT_MINOR, ours, remedy});
  expect_refused("major_1", {"plugin ABI 1.0", ours, remedy});
}

TEST_F(OldDrafts, ANoteOfSomebodyElseIsNone) {
  expect_refused("foreign_owner", {"not a plugin of this program", "no synface note"});
}

TEST_F(OldDrafts, CheckRefusesItToo) {
  bring("draft_0_0");
  const auto check = run({"plugin", "check", file().string(), "--json"});
  EXPECT_EQ(check.state.code, 3);
  const Json report = Json::parse(check.output);
  ASSERT_FALSE(report.at("results").empty());
  EXPECT_EQ(report.at("results")[0].at("id"), "file-note");
  EXPECT_EQ(report.at("results")[0].at("status"), "failed");
  EXPECT_THAT(check.output, AllOf(HasSubstr("0.0"), HasSubstr(SYNFACE_TEST_ABI)));
  EXPECT_EQ(what_ran(), "");
}

// The fixture is one that would show it: loaded all the same, it leaves its mark.
TEST_F(OldDrafts, TheMarkWouldBeSeen) {
  bring("draft_0_0");
  SpawnOptions options;
  options.argv = {SYNFACE_FROZEN "/opener", file().string()};
  options.environment = {{"SYNFACE_FIXTURE_MARK", (folder_.path() / "mark").string()}};
  EXPECT_EQ(run_process(options, std::chrono::seconds(60)).state.code, 0);
  EXPECT_EQ(what_ran(), "constructor\n");
}

}  // namespace
}  // namespace synface
