// The main job: a grid from its file to its table, again, wider, and on photographs.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "support/photographs.h"
#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

// N x Identity Mixup x training seeds.
std::string grid(std::string_view identities, std::string_view seeds) {
  std::string text = tiny();
  text.replace(text.find("generator ="), 0, "seed = { train = " + std::string(seeds) + " }\n");
  return text + "mixup = [ { plugin = \"identity\", when = \"im\" } ]\n" +
         "[primary]\nmetric = \"heldout.auc\"\ncontrast = \"im = true against false\"\n" +
         "[[benchmark]]\nplugin = \"verification\"\nname = \"real\"\nset = \"real\"\n" +
         "optional = true\nbootstrap = 50\n" +
         "[axes]\nproduct = { \"generator.identities\" = " + std::string(identities) +
         ", im = [false, true] }\n";
}

// `tiny` has its benchmark as a list in one line; here it is a list of tables with one more.
std::string with_real_benchmark(std::string text) {
  const auto begin = text.find("benchmark = [");
  const auto end = text.find('\n', begin);
  text.erase(begin, end + 1 - begin);
  const std::string heldout =
      "[[benchmark]]\nplugin = \"verification\"\nname = \"heldout\"\ngenuine = 12\n"
      "impostor = 24\nbootstrap = 50\n";
  return text.insert(text.find("[[benchmark]]"), heldout);
}

struct Counted {
  Outcome outcome;
  std::int64_t attempts = 0, trainings = 0;  // that this command added
  double seconds = 0;
};

Counted run(const Sandbox& sandbox, std::vector<std::string> more = {}) {
  const auto count = [&](const char* sql) {
    return fs::exists(sandbox.database()) ? Records(sandbox.database()).number(sql) : 0;
  };
  constexpr const char* kAttempts = "SELECT count(*) FROM attempt";
  constexpr const char* kTrainings = "SELECT count(*) FROM attempt WHERE trains";
  const auto attempts = count(kAttempts);
  const auto trainings = count(kTrainings);
  std::vector<std::string> command = {"run", "grid.toml", "--jobs", "2"};
  command.insert(command.end(), more.begin(), more.end());
  const auto began = std::chrono::steady_clock::now();
  Counted counted{sandbox.synface(command)};
  counted.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  counted.attempts = count(kAttempts) - attempts;
  counted.trainings = count(kTrainings) - trainings;
  return counted;
}

TEST(MainJob, AGridRunsOnceAndOnlyWhatIsNewRunsAfterwards) {
  Sandbox sandbox;
  sandbox.write("grid.toml", with_real_benchmark(grid("[2, 3]", "[0, 1]")));

  // Given nothing, when the grid is run, then every cell is trained and compared.
  const Counted first = run(sandbox);
  ASSERT_EQ(first.outcome.code, 0) << first.outcome.all();
  EXPECT_EQ(first.attempts, 8);
  for (const char* part : {"identities", "im", "heldout.auc", "±", "chance", "seed.train"}) {
    EXPECT_TRUE(first.outcome.says(part)) << part << ": " << first.outcome.all();
  }
  EXPECT_TRUE(first.outcome.says("difference")) << first.outcome.all();

  // When it is run again, then nothing is done, and that is said.
  const Counted again = run(sandbox);
  EXPECT_EQ(again.outcome.code, 0) << again.outcome.all();
  EXPECT_EQ(again.attempts, 0);
  EXPECT_TRUE(again.outcome.says("nothing to do")) << again.outcome.all();
  std::cout << "a finished grid run again: " << again.seconds << " s\n";

  // When there is one seed and one number of identities more, then the new cells run alone.
  sandbox.write("grid.toml", with_real_benchmark(grid("[2, 3]", "[0, 1, 2]")));
  const Counted seed = run(sandbox);
  EXPECT_EQ(seed.outcome.code, 0) << seed.outcome.all();
  EXPECT_EQ(seed.attempts, 4);
  sandbox.write("grid.toml", with_real_benchmark(grid("[2, 3, 4]", "[0, 1, 2]")));
  const Counted value = run(sandbox);
  EXPECT_EQ(value.outcome.code, 0) << value.outcome.all();
  EXPECT_EQ(value.attempts, 6);

  // When photographs are given, then what is trained is verified on them and not trained again.
  make_photographs(sandbox / "photographs");
  const Counted real = run(sandbox, {"--set", "real.images=photographs/images", "--set",
                                     "real.pairs=photographs/pairs.txt"});
  EXPECT_EQ(real.outcome.code, 0) << real.outcome.all();
  EXPECT_EQ(real.attempts, 18);
  EXPECT_EQ(real.trainings, 0);
  EXPECT_TRUE(real.outcome.says("real.auc")) << real.outcome.all();
  EXPECT_EQ(Records(sandbox.database())
                .number("SELECT count(*) FROM final f JOIN metric m ON m.id = f.metric "
                        "WHERE m.name = 'real.auc' AND f.value BETWEEN 0 AND 1"),
            18);
  EXPECT_EQ(Records(sandbox.database()).number("SELECT count(*) FROM trial WHERE status <> 'done'"),
            0);
}

// Given a grid that is done under one name, when a file of another name asks for the same trials,
// then nothing is trained and the new experiment has its table.
TEST(MainJob, TrialsAreSharedBetweenExperiments) {
  Sandbox sandbox;
  sandbox.write("one.toml", tiny("[seed]\ntrain = [0, 1]\n", "one"));
  sandbox.write("two.toml", tiny("[seed]\ntrain = [0, 1]\n", "two"));
  ASSERT_EQ(sandbox.synface({"run", "one.toml"}).code, 0);
  const Outcome two = sandbox.synface({"run", "two.toml"});
  EXPECT_EQ(two.code, 0) << two.all();
  EXPECT_TRUE(two.says("heldout.auc")) << two.all();
  EXPECT_EQ(Records(sandbox.database()).attempts(), 2);
  const Outcome named = sandbox.synface({"compare", "two"});
  EXPECT_EQ(named.code, 0) << named.all();
}

// Real photographs, through both formats of pairs files.
TEST(MainJob, RealPhotographsAreVerifiedWithTheirOwnFolds) {
  const fs::path lfw = assets() / "lfw_subset";
  if (!fs::exists(lfw / "pairs_dev.txt")) {
    GTEST_SKIP() << "no photographs in " << assets() << " (SYNFACE_TEST_ASSETS names a folder)";
  }
  Sandbox sandbox;
  sandbox.write("grid.toml", with_real_benchmark(grid("[2]", "[0]")));
  ASSERT_EQ(run(sandbox).outcome.code, 0);
  const Counted real = run(sandbox, {"--set", "real.images=" + (lfw / "dev").string(), "--set",
                                     "real.pairs=" + (lfw / "pairs_dev.txt").string()});
  EXPECT_EQ(real.outcome.code, 0) << real.outcome.all();
  EXPECT_EQ(real.trainings, 0);
  const auto accuracy = [&] {
    return Records(sandbox.database())
        .number(
            "SELECT count(*) FROM final f JOIN metric m ON m.id = f.metric "
            "WHERE m.name = 'real.accuracy' AND f.value BETWEEN 0.45 AND 0.95");
  };
  EXPECT_EQ(accuracy(), 2);
  const fs::path london = assets() / "london";
  if (!fs::exists(london / "pairs.txt")) GTEST_SKIP() << "no " << london / "pairs.txt";
  const Counted other = run(sandbox, {"--set", "real.images=" + london.string(), "--set",
                                      "real.pairs=" + (london / "pairs.txt").string()});
  EXPECT_EQ(other.outcome.code, 0) << other.outcome.all();
  EXPECT_EQ(other.trainings, 0);
}

}  // namespace
}  // namespace synface::test
