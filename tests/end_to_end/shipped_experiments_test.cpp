// Every experiment that ships: it can be planned, and it runs with a tiny budget.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/photographs.h"
#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

std::vector<std::string> shipped() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(source_folder() / "experiments")) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Shipped : public testing::TestWithParam<std::string> {
 protected:
  // What a user adds: small people, few steps, and photographs in LFW's layout.
  std::vector<std::string> command(const std::string& word, std::vector<std::string> more) const {
    std::vector<std::string> all = {
        word,    (source_folder() / "experiments" / GetParam()).string(),
        "--set", "real.images=photographs/images",
        "--set", "real.pairs=photographs/pairs.txt"};
    if (mixes_domains() || fits()) all.insert(all.end(), {"--set", "real.train=others/images"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  bool mixes_domains() const { return says("\"domain\""); }
  // Has floors that are fitted to photographs of other people.
  bool fits() const { return says("\"linear_verification\""); }

  bool says(const char* word) const {
    return read_file(source_folder() / "experiments" / GetParam()).find(word) != std::string::npos;
  }

  Sandbox sandbox_;
};

TEST_P(Shipped, IsPlannedAndRunsWithATinyBudget) {
  // The largest draw of real people that a shipped experiment makes is 160 x 5.
  make_photographs(sandbox_ / "photographs");
  if (mixes_domains()) make_photographs(sandbox_ / "others", 160, 5, 200);
  if (fits()) make_photographs(sandbox_ / "others", 12, 3, 200);
  const Outcome plan = sandbox_.synface(command("plan", {}));
  ASSERT_EQ(plan.code, 0) << plan.all();
  EXPECT_TRUE(plan.says("?")) << "it asks a question: " << plan.all();
  EXPECT_TRUE(plan.says("primary")) << "it states its contrast: " << plan.all();

  // Where the budget is part of a zip group, the group is given anew.
  const std::string text = read_file(source_folder() / "experiments" / GetParam());
  const std::string budget =
      text.find("\"train.images_seen\" = [120_000") == std::string::npos
          ? "train.images_seen=128"
          : "axes.zip=[{arm = [\"trained\", \"untrained\", "
            "\"untrained_calibrated\"], \"train.images_seen\" = [128, 0, 0], "
            "\"train.calibrate\" = [false, false, true]}]";

  // Of Domain Mixup each arm once, of the others the first two trials.
  std::vector<std::string> few = {"--limit", "2"};
  if (mixes_domains()) few = {"--only", "seed.train=0", "--only", "real.identities=60"};
  few.insert(few.end(), {"--jobs", "2", "--set", budget, "--set", "generator.size=32", "--set",
                         "heldout.identities=10", "--set", "heldout.samples=3"});
  const Outcome run = sandbox_.synface(command("run", few));
  EXPECT_EQ(run.code, 0) << run.all();
  EXPECT_GE(Records(sandbox_.database()).number("SELECT count(*) FROM trial WHERE status = 'done'"),
            2);
  if (!fits()) return;
  const std::vector<std::string> fitted = {"--only",        "floor=lbp_pca", "--only",
                                           "floor=lbp_lda", "--set",         "generator.size=32"};
  const Outcome floors = sandbox_.synface(command("run", fitted));
  EXPECT_EQ(floors.code, 0) << floors.all();
  EXPECT_EQ(Records(sandbox_.database())
                .number("SELECT count(*) FROM finals WHERE metric = 'real.fit_people' AND "
                        "value = 12 AND axes ->> '$.floor' IN('lbp_pca', 'lbp_lda')"),
            2);
}

INSTANTIATE_TEST_SUITE_P(Experiments, Shipped, testing::ValuesIn(shipped()));

TEST(ShippedExperiments, AreAllThere) {
  const auto names = shipped();
  for (const char* name : {"quickstart.toml", "width_depth_small.toml", "identity_mixup_small.toml",
                           "domain_mixup_small.toml"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
}

}  // namespace
}  // namespace synface::test
