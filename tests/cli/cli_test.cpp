// Promises of the program: help with examples, exit codes, one JSON document, plans without
// LibTorch.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/subprocess.h"

namespace synface {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

// Real people from a folder, a hand-made descriptor: nothing here needs LibTorch.
constexpr const char* kExperiment = R"(
question = "Which radius?"
generator = { plugin = "folder", path = "people", size = 48 }
backbone = { plugin = "lbp" }
loss = { plugin = "cosface", scale = 16.0, margin = 0.0 }
train = { images_seen = 0 }
benchmark = [{ plugin = "verification", set = "train" }]
axes.product."backbone.radius" = [1, 2]
)";

class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"a/1.jpg", "a/2.jpg", "b/1.jpg"}) {
      write_file_atomic(folder_.path() / "people" / name, name, false);
    }
    write_file_atomic(folder_.path() / "radius.toml", kExperiment, false);
  }

  ProcessResult run(std::vector<std::string> arguments) {
    SpawnOptions options;
    options.argv = {SYNFACE_TEST_BINARY_DIR "/bin/synface"};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    options.folder = folder_.path();
    options.environment = {{"SYNFACE_CACHE", (folder_.path() / "cache").string()},
                           {"XDG_DATA_HOME", (folder_.path() / "data").string()},
                           {"SYNFACE_PLUGIN_PATH", ""},
                           {"SYNFACE_DB", ""}};
    return run_process(options, std::chrono::seconds(60));
  }

  TemporaryFolder folder_{"synface-cli"};
};

TEST_F(Program, EveryCommandHasHelpWithAnExample) {
  for (const auto* command : {"run", "plan", "ls", "show", "query", "compare", "export", "retry",
                              "merge", "prune", "slurm", "cache", "plugin", "doctor", "version"}) {
    const auto result = run({command, "--help"});
    EXPECT_EQ(result.state.code, 0) << command;
    EXPECT_THAT(result.output, HasSubstr(fmt::format("Example:\n  synface {}", command)));
    EXPECT_EQ(result.error, "") << command;
  }
}

TEST_F(Program, WrongUsageIsCodeTwoAndOneMessage) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"nonsense"},
                                             {"plan"},
                                             {"plan", "absent.toml"},
                                             {"plan", "radius.toml", "--jobs", "x"},
                                             {"ls", "--status", "odd"}}) {
    const auto result = run(arguments);
    EXPECT_EQ(result.state.code, 2) << arguments[0];
    EXPECT_THAT(result.error, StartsWith("synface: error: "));
    EXPECT_EQ(result.output, "");
  }
}

TEST_F(Program, ASlipIsToldWithFileLineColumnAndCaretWithoutColour) {
  write_file_atomic(folder_.path() / "slip.toml",
                    std::string(kExperiment) + "augment = { rotaton = 3 }\n", false);
  const auto result = run({"plan", "slip.toml"});
  EXPECT_EQ(result.state.code, 2);
  EXPECT_EQ(result.error,
            "synface: error: slip.toml:9:13: unknown key `augment.rotaton`; did you mean "
            "'rotation'?\n    9 | augment = { rotaton = 3 }\n      |             ^\n");
}

TEST_F(Program, PlanCountsTrialsAndSaysNothingElseAsJson) {
  const auto result = run({"plan", "radius.toml", "--json"});
  ASSERT_EQ(result.state.code, 0) << result.error;
  const auto json = Json::parse(result.output);
  EXPECT_EQ(json["experiment"], "radius");
  EXPECT_EQ(json["count"], Json({{"new", 2}}));
  EXPECT_EQ(json["trials"][1]["axes"], Json({{"backbone.radius", 2}}));
  EXPECT_EQ(json["trials"][0]["hash"].get<std::string>().size(), 64U);
}

TEST_F(Program, PlanIsTextForPeople) {
  const auto result = run({"plan", "radius.toml", "--only", "backbone.radius=2"});
  ASSERT_EQ(result.state.code, 0) << result.error;
  EXPECT_THAT(result.output, HasSubstr("radius: Which radius?"));
  EXPECT_THAT(result.output, HasSubstr("1 trial (1 left out by --only)"));
  EXPECT_THAT(result.output, Not(HasSubstr("\x1b[")));
}

TEST_F(Program, AMissingPluginIsCodeThree) {
  const auto result = run({"plan", "radius.toml", "--set", "loss.plugin=cosfac"});
  EXPECT_EQ(result.state.code, 3);
  EXPECT_THAT(result.error, HasSubstr("'cosface'"));
}

TEST_F(Program, ADatabaseThatIsNotThereOrNoneIsCodeSix) {
  EXPECT_EQ(run({"ls"}).state.code, 6);
  write_file_atomic(folder_.path() / "text.sqlite", "this is no database, whatever its name\n",
                    false);
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"ls", "--db", "text.sqlite"},
                                             {"plan", "radius.toml", "--db", "text.sqlite"},
                                             {"query", "SELECT 1", "--db", "text.sqlite"}}) {
    const auto result = run(arguments);
    EXPECT_EQ(result.state.code, 6) << arguments[0];
    EXPECT_THAT(result.error, HasSubstr("text.sqlite"));
  }
}

TEST_F(Program, GlobalOptionsStandBeforeOrAfterTheCommand) {
  EXPECT_EQ(run({"--json", "version"}).output, run({"version", "--json"}).output);
  EXPECT_TRUE(Json::parse(run({"version", "--json"}).output).contains("version"));
}

TEST_F(Program, DoctorNamesWhatItLookedForAndEndsWithSevenAtAFault) {
  const auto result = run({"doctor", "--json"});
  const auto json = Json::parse(result.output);
  for (const auto* name : {"LibTorch", "SQLite", "processor", "CUDA", "plugins", "cache"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
  const auto& cuda = json["CUDA"]["value"];
  EXPECT_FALSE(cuda["looked_for"].empty());
  EXPECT_EQ(cuda["built"], SYNFACE_TEST_CUDA == 1);
  EXPECT_EQ(cuda["usable"], SYNFACE_TEST_CUDA == 1 && cuda["present"].get<bool>());
  EXPECT_TRUE(json["SQLite"]["value"].contains("sourceid"));
  bool fault = false;
  for (const auto& finding : json) fault = fault || !finding["ok"].get<bool>();
  EXPECT_EQ(result.state.code, fault ? 7 : 0);

  write_file_atomic(folder_.path() / "data/synface/plugins/text.so", "no library", false);
  const auto broken = run({"doctor"});
  EXPECT_EQ(broken.state.code, 7);
  EXPECT_THAT(broken.output, HasSubstr("text.so"));
  EXPECT_THAT(broken.output,
              HasSubstr(SYNFACE_TEST_CUDA == 1 ? "built for GPUs" : "built for the CPU alone"));
}

TEST_F(Program, PluginInfoShowsParameters) {
  const auto result = run({"plugin", "info", "loss/cosface"});
  ASSERT_EQ(result.state.code, 0) << result.error;
  EXPECT_THAT(result.output, HasSubstr("margin"));
  EXPECT_THAT(run({"plugin", "list"}).output, HasSubstr("lbp"));
}

TEST_F(Program, AnEmptyCacheIsListedAndCleared) {
  EXPECT_EQ(Json::parse(run({"cache", "ls", "--json"}).output), Json::array());
  EXPECT_EQ(run({"cache", "gc"}).state.code, 0);
}

}  // namespace
}  // namespace synface
