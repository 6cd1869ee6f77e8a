// What holds for every command: its help, its JSON, its example queries.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

const std::vector<std::vector<std::string>> kCommands = {{"run"},
                                                         {"plan"},
                                                         {"ls"},
                                                         {"show"},
                                                         {"query"},
                                                         {"compare"},
                                                         {"export"},
                                                         {"retry"},
                                                         {"tag"},
                                                         {"note"},
                                                         {"merge"},
                                                         {"slurm"},
                                                         {"slurm", "write"},
                                                         {"slurm", "task"},
                                                         {"slurm", "collect"},
                                                         {"render"},
                                                         {"data"},
                                                         {"data", "build"},
                                                         {"data", "ls"},
                                                         {"data", "verify"},
                                                         {"data", "stats"},
                                                         {"data", "export"},
                                                         {"data", "rm"},
                                                         {"cache"},
                                                         {"cache", "ls"},
                                                         {"cache", "gc"},
                                                         {"plugin"},
                                                         {"plugin", "list"},
                                                         {"plugin", "info"},
                                                         {"plugin", "new"},
                                                         {"plugin", "check"},
                                                         {"plugin", "docs"},
                                                         {"prune"},
                                                         {"doctor"}};

TEST(Commands, EachHasAHelpWithAnExample) {
  Sandbox sandbox;
  for (std::vector<std::string> command : kCommands) {
    const std::string name = command.back();
    command.emplace_back("--help");
    const Outcome help = sandbox.synface(command);
    EXPECT_EQ(help.code, 0) << name << ": " << help.all();
    EXPECT_NE(help.output.find("Example"), std::string::npos) << name << ": " << help.all();
    EXPECT_NE(help.output.find("synface " + command.front()), std::string::npos)
        << name << ": " << help.all();
  }
}

// The program's help names every command, so that the list above is whole.
TEST(Commands, TheHelpNamesThemAllAndNoOther) {
  Sandbox sandbox;
  const Outcome help = sandbox.synface({"--help"});
  EXPECT_EQ(help.code, 0) << help.all();
  std::set<std::string> expected = {"version"};
  for (const auto& command : kCommands) expected.insert(command.front());
  std::set<std::string> named;
  std::istringstream lines(help.output);
  bool commands = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("ubcommands:") != std::string::npos || line == "Commands:") {
      commands = true;
    } else if (commands && line.size() > 2 && line.rfind("  ", 0) == 0 && line[2] != ' ') {
      named.insert(line.substr(2, line.find(' ', 2) - 2));
    } else if (line.empty() || line.rfind("Example", 0) == 0) {
      commands = false;
    }
  }
  EXPECT_EQ(named, expected) << help.all();
}

class AfterARun : public testing::Test {
 protected:
  void SetUp() override {
    sandbox_.write("tiny.toml", tiny("[seed]\ntrain = [0, 1]\n"));
    const Outcome run = sandbox_.synface({"run", "tiny.toml"});
    ASSERT_EQ(run.code, 0) << run.all();
    hash_ = Records(sandbox_.database()).text("SELECT training_hash FROM trial LIMIT 1");
  }

  Sandbox sandbox_;
  std::string hash_;
};

TEST_F(AfterARun, JsonIsOneDocumentAndNothingElse) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"plan", "tiny.toml"},
                                                  {"run", "tiny.toml"},
                                                  {"ls"},
                                                  {"ls", "tiny"},
                                                  {"show", hash_},
                                                  {"compare", "tiny"},
                                                  {"compare", "tiny.toml"},
                                                  {"query", "SELECT 1 AS one"},
                                                  {"doctor"},
                                                  {"cache", "ls"},
                                                  {"plugin", "list"},
                                                  {"plugin", "info", "loss/cosface"},
                                                  {"run", "tiny.toml", "--set", "seed.train=2"}}) {
    SCOPED_TRACE(command.front());
    std::vector<std::string> with_json = command;
    with_json.emplace_back("--json");
    const Outcome outcome = sandbox_.synface(with_json);
    // The doctor may find a fault of this very machine.
    EXPECT_TRUE(outcome.code == 0 || command.front() == "doctor") << outcome.all();
    const Json document = outcome.json();
    EXPECT_TRUE(document.is_object() || document.is_array()) << outcome.all();
    EXPECT_FALSE(document.empty()) << outcome.all();
  }
}

// `show --toml` prints a file that is that very trial.
TEST_F(AfterARun, ShowTomlRunsThatTrialAgain) {
  const Outcome toml = sandbox_.synface({"show", hash_, "--toml"});
  ASSERT_EQ(toml.code, 0) << toml.all();
  sandbox_.write("again.toml", toml.output);
  const Outcome plan = sandbox_.synface({"plan", "again.toml", "--json"});
  ASSERT_EQ(plan.code, 0) << plan.all();
  const Json trials = plan.json().at("trials");
  ASSERT_EQ(trials.size(), 1U) << plan.output;
  EXPECT_EQ(trials[0].at("hash"), hash_);
  EXPECT_EQ(trials[0].at("state"), "done");
}

// Given a file that has since asked for something else, what was recorded is shown all the same.
TEST_F(AfterARun, ATrialThatNobodyAsksForAnyMoreIsShown) {
  const Outcome run = sandbox_.synface({"run", "tiny.toml", "--set", "seed.train=2"});
  ASSERT_EQ(run.code, 0) << run.all();
  const Outcome show = sandbox_.synface({"show", hash_});
  EXPECT_EQ(show.code, 0) << show.all();
  EXPECT_TRUE(show.says("heldout.auc")) << show.all();
}

TEST_F(AfterARun, LsListsExperimentsAndTrials) {
  const Outcome all = sandbox_.synface({"ls"});
  EXPECT_EQ(all.code, 0) << all.all();
  EXPECT_TRUE(all.says("Does everything work?")) << all.all();
  const Outcome one = sandbox_.synface({"ls", "tiny"});
  EXPECT_EQ(one.code, 0) << one.all();
  EXPECT_TRUE(one.says(hash_.substr(0, 8))) << one.all();
  EXPECT_EQ(sandbox_.synface({"ls", "tiny", "--json"}).json().size(), 2U);
  EXPECT_EQ(sandbox_.synface({"ls", "tiny", "--status", "failed", "--json"}).json().size(), 0U);
}

TEST_F(AfterARun, TagsAndNotesAreSeenAndChooseTrials) {
  const Sandbox& box = sandbox_;
  EXPECT_EQ(box.synface({"tag", "bad", "1"}).code, 0);
  EXPECT_EQ(box.synface({"note", "1", "bad run, wrong folder"}).code, 0);
  EXPECT_TRUE(box.synface({"ls", "tiny"}).says("bad run, wrong folder"));
  EXPECT_TRUE(box.synface({"ls", "tiny", "--tag", "bad", "--json"}).says("bad"));
  EXPECT_FALSE(box.synface({"ls", "tiny", "--without", "bad"}).says("wrong folder"));
  EXPECT_TRUE(box.synface({"compare", "tiny", "--without", "bad"}).says("left out by their tags"));
  EXPECT_EQ(box.synface({"tag", "two words", "1"}).code, 2);
  EXPECT_EQ(box.synface({"tag", "bad", "nobody"}).code, 2);
  EXPECT_EQ(box.synface({"note", "1"}).code, 2);
  EXPECT_EQ(box.synface({"note", "1", "--remove", "1"}).code, 0);
  EXPECT_EQ(box.synface({"tag", "bad", "1", "--remove"}).code, 0);
  EXPECT_FALSE(box.synface({"show", "1"}).says("wrong folder"));
}

TEST_F(AfterARun, ShowSaysWhatWasRecorded) {
  const Outcome show = sandbox_.synface({"show", hash_});
  EXPECT_EQ(show.code, 0) << show.all();
  for (const char* part : {"done", "heldout.auc", "loss/softmax", "images_seen"}) {
    EXPECT_TRUE(show.says(part)) << part << ": " << show.all();
  }
  const Json document = sandbox_.synface({"show", hash_, "--json"}).json();
  EXPECT_EQ(document.at("config").at("train").at("images_seen"), 64);
}

// Each example of results/schema.md runs against a database that holds trials.
TEST_F(AfterARun, TheExampleQueriesOfTheSchemaRun) {
  std::istringstream lines(read_file(source_folder() / "results" / "schema.md"));
  std::vector<std::string> queries;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      inside = line == "```sql";
      if (inside) queries.emplace_back();
    } else if (inside) {
      queries.back() += line + "\n";
    }
  }
  EXPECT_GE(queries.size(), 5U);
  for (const std::string& query : queries) {
    const Outcome outcome = sandbox_.synface({"query", query});
    EXPECT_EQ(outcome.code, 0) << query << outcome.all();
  }
}

TEST_F(AfterARun, ExportGivesRowsInBothFormats) {
  const Outcome csv = sandbox_.synface({"export", "tiny", "--finals"});
  EXPECT_EQ(csv.code, 0) << csv.all();
  EXPECT_NE(csv.output.find("heldout.auc"), std::string::npos) << csv.all();
  const Outcome lines = sandbox_.synface({"export", "tiny", "--format", "jsonl"});
  EXPECT_EQ(lines.code, 0) << lines.all();
  std::istringstream stream(lines.output);
  int rows = 0;
  for (std::string line; std::getline(stream, line); ++rows) {
    EXPECT_FALSE(Json::parse(line, nullptr, false).is_discarded()) << line;
  }
  EXPECT_GT(rows, 0);
}

TEST_F(AfterARun, AReportIsWritten) {
  const Outcome outcome = sandbox_.synface({"compare", "tiny.toml", "--report", "reports"});
  EXPECT_EQ(outcome.code, 0) << outcome.all();
  const std::string report = read_file(sandbox_ / "reports/tiny.md");
  EXPECT_NE(report.find("Does everything work?"), std::string::npos) << report;
  EXPECT_NE(report.find("heldout.auc"), std::string::npos) << report;
}

// In the process of a debugger a trial computes the same and records nothing.
TEST_F(AfterARun, ATrialRunsInProcessForADebugger) {
  const auto attempts = Records(sandbox_.database()).attempts();
  const Outcome outcome =
      sandbox_.synface({"run", "tiny.toml", "--trial", hash_.substr(0, 10), "--in-process"});
  EXPECT_EQ(outcome.code, 0) << outcome.all();
  EXPECT_EQ(Records(sandbox_.database()).attempts(), attempts);
}

// Given failed trials, when they are retried after the cause is gone, then they are done.
TEST(Commands, RetryRunsTheFailedOnesAgain) {
  Sandbox sandbox;
  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("first"));
  sandbox.write("tiny.toml", tiny("[run]\nretries = 0\ntime_limit = 3\n"));
  const std::vector<std::string> run = {"run", "tiny.toml", "--set",
                                        "loss={plugin = \"probe\", sleep_ms = 5000}"};
  EXPECT_EQ(sandbox.synface(run).code, 5);
  const Outcome again = sandbox.synface(run);
  EXPECT_EQ(again.code, 5) << "a failed trial waits for retry: " << again.all();
  EXPECT_EQ(Records(sandbox.database()).attempts(), 1);
  // sleep_ms and the limit have no effect on numbers and are no part of the trial.
  const Outcome faster = sandbox.synface(
      {"run", "tiny.toml", "--set", "loss={plugin = \"probe\"}", "--set", "run.time_limit=120"});
  EXPECT_EQ(faster.code, 5) << faster.all();
  const Outcome retried = sandbox.synface({"retry", "--failed"});
  EXPECT_EQ(retried.code, 0) << retried.all();
  EXPECT_EQ(Records(sandbox.database()).attempts(), 2);
}

TEST(Commands, RenderDrawsASheet) {
  Sandbox sandbox;
  const Outcome outcome =
      sandbox.synface({"render", "--generator", "morphable", "--size", "48", "--out", "sheet.png"});
  EXPECT_EQ(outcome.code, 0) << outcome.all();
  EXPECT_EQ(read_file(sandbox / "sheet.png").substr(1, 3), "PNG");
}

TEST(Commands, RenderShowsWhatATrainingSees) {
  Sandbox sandbox;
  const std::string preset = (source_folder() / "experiments/base/augment-strong.toml").string();
  const Outcome outcome = sandbox.synface({"render", "--generator", "morphable", "--size", "48",
                                           "--augment", preset, "--out", "seen.png", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.all();
  const Json rows = outcome.json().at("rows");
  EXPECT_EQ(rows.at(0), "as drawn");
  EXPECT_EQ(rows.at(1), "as seen");
  EXPECT_NE(std::find(rows.begin(), rows.end(), Json("jpeg 0.3")), rows.end()) << rows;
  sandbox.write("slip.toml", "[augment]\njpg = 0.3\n");
  for (const std::vector<std::string>& said :
       {std::vector<std::string>{"--augment", "slip.toml"}, {"--augment=slip.toml"}}) {
    std::vector<std::string> command = {"render"};
    command.insert(command.end(), said.begin(), said.end());
    const Outcome slip = sandbox.synface(command);
    EXPECT_EQ(slip.code, 2) << slip.all();
    EXPECT_TRUE(slip.says("slip.toml:2:1: unknown key `augment.jpg`")) << slip.all();
  }
}

}  // namespace
}  // namespace synface::test
