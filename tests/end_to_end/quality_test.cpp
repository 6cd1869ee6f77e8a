// `synface data quality` and `data floor`: figures in the database, a report that holds everything,
// and words for whatever is not as it should be.
#include <gtest/gtest.h>

#include "support/photographs.h"
#include "support/sandbox.h"
#include "synface/base/file.h"

namespace synface::test {
namespace {

std::vector<std::string> with(std::vector<std::string> command, std::vector<std::string> more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

class DataQuality : public ::testing::Test {
 protected:
  void build(const std::string& name, std::vector<std::string> more = {}) {
    const Outcome outcome = sandbox_.synface(with({"data", "build", name, "--size", "40"}, more));
    ASSERT_EQ(outcome.code, 0) << outcome.all();
  }
  // Twelve photographed people, three pictures each.
  std::string photographs(int first = 0) {
    return make_photographs(sandbox_ / ("photos" + std::to_string(first)), 12, 3, first)
        .images.string();
  }
  std::vector<std::string> quality(std::vector<std::string> more) const {
    return with({"data", "quality", "Syn_12_3", "--embedder", "lbp"}, more);
  }

  Sandbox sandbox_{Sandbox::Cache::kPrivate};
};

TEST_F(DataQuality, RecordsFiguresAndWritesAReportThatHoldsEverything) {
  build("Syn_12_3");
  const std::string real = photographs();
  const Outcome first = sandbox_.synface(quality({"--real", real, "--json"}));
  ASSERT_EQ(first.code, 0) << first.all();
  const Json json = first.json();
  const Json& figures = json["embedders"]["lbp"];
  EXPECT_EQ(figures["people"], 12);
  EXPECT_EQ(figures["real.people"], 12);
  EXPECT_GT(figures["render_auc.whole"], 0.9) << "coloured shapes are no rendered faces";
  EXPECT_LT(figures["render_auc_floor.whole"], 0.9);
  const std::string page = read_file(sandbox_ / json["report"].get<std::string>());
  EXPECT_NE(page.find("data:image/jpeg;base64,"), std::string::npos);
  EXPECT_NE(page.find("Nearest look-alikes"), std::string::npos);
  EXPECT_EQ(page.find("Photographs: "), std::string::npos) << "they are shown where asked for only";
  EXPECT_EQ(page.find("src=\"http"), std::string::npos) << "the page needs nothing else";

  const Json rows = sandbox_
                        .synface({"query", "--json",
                                  "SELECT value FROM finals WHERE experiment = 'quality_Syn_12_3' "
                                  "AND metric = 'quality.d_prime'"})
                        .json();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["value"], figures["d_prime"]);
  // What was rendered for the set was read, and nothing is measured twice.
  const Outcome again = sandbox_.synface(quality({"--real", real, "--json"}));
  EXPECT_EQ(again.json()["embedders"], json["embedders"]) << again.all();
  EXPECT_EQ(
      sandbox_.synface({"query", "--json", "SELECT count(*) AS n FROM attempts"}).json()[0]["n"],
      1);
  // The file that it leaves is an experiment like any other.
  const Outcome run = sandbox_.synface({"run", "results/quality/Syn_12_3/experiment.toml"});
  EXPECT_EQ(run.code, 0) << run.all();
  EXPECT_TRUE(run.says("nothing to do")) << run.all();
}

TEST_F(DataQuality, TheHeldOutPeopleAreMeasuredAsWell) {
  build("Syn_12_3", {"--heldout", "20", "--heldout-samples", "2"});
  const Outcome outcome = sandbox_.synface(quality({"--part", "heldout", "--json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.all();
  EXPECT_EQ(outcome.json()["experiment"], "quality_Syn_12_3_heldout");
  EXPECT_EQ(outcome.json()["embedders"]["lbp"]["people"], 20);
  EXPECT_EQ(outcome.json()["embedders"]["lbp"]["images"], 40);
}

TEST_F(DataQuality, TheFloorIsVerifiedOnOtherPeople) {
  build("Syn_12_3");
  const std::string real = photographs();
  const Photographs test = make_photographs(sandbox_ / "test", 12, 3, 100);
  const std::vector<std::string> command = {"data",     "floor",
                                            "--real",   real,
                                            "--test",   test.pairs.string(),
                                            "--images", test.images.string(),
                                            "Syn_12_3"};
  const Outcome outcome = sandbox_.synface(with(command, {"--json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.all();
  const Json rows = outcome.json()["rows"];
  ASSERT_EQ(rows.size(), 5U) << rows;
  for (const Json& row : rows) {
    EXPECT_GE(row["accuracy"], 0.5) << row;
    EXPECT_LE(row["auc"], 1.0) << row;
  }
  EXPECT_GT(rows[2]["auc"], 0.9) << "labelled colours are learnt: " << rows[2];
  EXPECT_EQ(sandbox_.synface(with(command, {"--json"})).json(), outcome.json());
}

TEST_F(DataQuality, PeopleOfTheTestAmongThoseOfTheFitEndInWords) {
  const Photographs all = make_photographs(sandbox_ / "all", 12, 3);
  const Outcome outcome =
      sandbox_.synface({"data", "floor", "--real", all.images.string(), "--test",
                        all.pairs.string(), "--images", all.images.string(), "--size", "40"});
  EXPECT_EQ(outcome.code, 5) << outcome.all();
  EXPECT_TRUE(outcome.says("people of the test are in")) << outcome.all();
}

TEST_F(DataQuality, WhatIsMissingIsSaidBeforeAnyWork) {
  const Outcome unknown = sandbox_.synface(quality({}));
  EXPECT_EQ(unknown.code, 2) << unknown.all();
  build("Syn_12_3");
  build("Syn_12_3_mixed", {"--mixup", "identity"});
  const Outcome mixed =
      sandbox_.synface({"data", "quality", "Syn_12_3_mixed", "--embedder", "lbp"});
  EXPECT_EQ(mixed.code, 2) << mixed.all();
  EXPECT_TRUE(mixed.says("mixed from several people")) << mixed.all();
  const Outcome part = sandbox_.synface(quality({"--part", "heldout"}));
  EXPECT_EQ(part.code, 2) << part.all();
  EXPECT_TRUE(part.says("has no held-out people")) << part.all();
  const Outcome absent = sandbox_.synface(quality({"--real", "nowhere"}));
  EXPECT_EQ(absent.code, 4) << absent.all();
  EXPECT_TRUE(absent.says("nowhere")) << absent.all();
  const std::string single = make_photographs(sandbox_ / "single", 12, 2).images.string();
  for (const auto& person : fs::directory_iterator(single)) {
    const std::string name = person.path().filename();
    fs::remove(person.path() / (name + "_0002.png"));
  }
  const Outcome alone = sandbox_.synface(quality({"--real", single}));
  EXPECT_EQ(alone.code, 4) << alone.all();
  EXPECT_TRUE(alone.says("one image of each of its 12 people")) << alone.all();
  const Outcome few = sandbox_.synface(
      quality({"--real", make_photographs(sandbox_ / "few", 6, 3).images.string()}));
  EXPECT_EQ(few.code, 4) << few.all();
  EXPECT_TRUE(few.says("has 6 people, and at least 10 are needed")) << few.all();
  const Outcome judge =
      sandbox_.synface({"data", "quality", "Syn_12_3", "--embedder", "dlib_embedder"});
  EXPECT_EQ(judge.code, 3) << judge.all();
  EXPECT_TRUE(judge.says("setup --judge")) << judge.all();
  const Outcome odd = sandbox_.synface({"data", "quality", "Syn_12_3", "--embedder", "lbq"});
  EXPECT_EQ(odd.code, 3) << odd.all();
  EXPECT_TRUE(odd.says("'lbp'")) << odd.all();
  EXPECT_FALSE(fs::exists(sandbox_.database())) << "nothing was begun";
}

TEST_F(DataQuality, ASetThatIsNotWholeIsNotMeasured) {
  build("Syn_12_3");
  const fs::path manifest = sandbox_.cache() / "sets" / "Syn_12_3.json";
  Json json = Json::parse(read_file(manifest));
  for (Json& part : json["parts"]) part["blocks"] = Json::array();
  json["sha256"] = "";
  write_file_atomic(manifest, json.dump());
  const Outcome outcome = sandbox_.synface(quality({}));
  EXPECT_EQ(outcome.code, 4) << outcome.all();
  EXPECT_TRUE(outcome.says("never finished")) << outcome.all();
}

TEST_F(DataQuality, BothCommandsHaveHelpWithAnExample) {
  for (const char* command : {"quality", "floor"}) {
    const Outcome help = sandbox_.synface({"data", command, "--help"});
    EXPECT_EQ(help.code, 0) << help.all();
    EXPECT_TRUE(help.says("Example:\n  synface data " + std::string(command))) << help.all();
  }
  const Outcome list = sandbox_.synface({"data", "--help"});
  EXPECT_TRUE(list.says("data quality")) << list.all();
  EXPECT_EQ(sandbox_.synface({"data", "floor"}).code, 2);
}

}  // namespace
}  // namespace synface::test
