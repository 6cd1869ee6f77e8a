// Promises about files: includes, overrides, and what a user is told about a slip.
#include <gmock/gmock.h>

#include "support.h"

namespace synface::experiment::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Reading = ExperimentTest;

TEST_F(Reading, WhatTheFileSaysWinsOverWhatItIncludes) {
  write("base/small.toml", std::string(kBase) + "augment = { flip = false, blur = 0.5 }\n");
  const auto experiment = expand_text("include = 'base/small.toml'\naugment = { blur = 0.25 }\n");
  const auto& augment = experiment.trials.at(0).config["augment"];
  EXPECT_EQ(augment["flip"], false);
  EXPECT_EQ(augment["blur"], 0.25);
  EXPECT_EQ(augment["scale"], 0.12);
}

TEST_F(Reading, AnotherPluginDropsTheIncludedOnesParameters) {
  write("base.toml", R"(
generator = { plugin = "faces", identities = 100, samples = 10, size = 48 }
backbone = { plugin = "net", embedding = 64, width = 2 }
loss = { plugin = "cosface" }
)");
  const auto experiment = expand_text(
      "include = 'base.toml'\nbackbone = { plugin = 'lbp' }\ntrain = { images_seen = 0 }\n");
  const auto& backbone = experiment.trials.at(0).config["backbone"];
  EXPECT_EQ(backbone["embedding"], 64);  // a key of the host stays
  EXPECT_FALSE(backbone.contains("width"));
}

TEST_F(Reading, ACircleOfIncludesIsToldWithItsChain) {
  write("a.toml", "include = 'b.toml'\n");
  write("b.toml", "include = 'a.toml'\n");
  EXPECT_THAT(error_of("include = 'a.toml'\n"),
              AllOf(HasSubstr("a circle of includes"), HasSubstr("a.toml -> b.toml -> a.toml")));
}

TEST_F(Reading, AMissingIncludeIsToldWhereItIsAskedFor) {
  EXPECT_THAT(error_of("include = ['absent.toml']\n"),
              AllOf(HasSubstr("experiment.toml:1:12"), HasSubstr("no such file")));
}

TEST_F(Reading, SyntaxErrorsHavePlaceLineAndCaret) {
  EXPECT_THAT(error_of("train = { images_seen = }\n"),
              AllOf(HasSubstr("experiment.toml:1:"), HasSubstr("no valid TOML"),
                    HasSubstr("    1 | train = { images_seen = }"), HasSubstr("^")));
}

TEST_F(Reading, EverythingWrongIsToldAtOnceWithPlaces) {
  const auto message = error_of(R"(
generator = { plugin = "faces", identities = 100, samples = 10, size = 48 }
backbone = { plugin = "net", widht = 2 }
loss = { plugin = "cosface", margin = 2.0 }
train = { batch_sise = 3, momentum = 1.5, nesterov = "yes", schedule = "cosin" }
unknwon = 1
)");
  EXPECT_THAT(message, HasSubstr("7 errors\n"));
  EXPECT_THAT(message, HasSubstr("experiment.toml:3:"));
  EXPECT_THAT(message, HasSubstr("width"));
  EXPECT_THAT(message, HasSubstr("experiment.toml:4:"));
  EXPECT_THAT(message, HasSubstr("unknown key `train.batch_sise`; did you mean 'batch_size'?"));
  EXPECT_THAT(message, HasSubstr("`train.momentum` = 1.5 is out of range"));
  EXPECT_THAT(message, HasSubstr("`train.nesterov` wants a boolean, not a string"));
  EXPECT_THAT(message, HasSubstr("did you mean 'cosine'?"));
  EXPECT_THAT(message, HasSubstr("unknown key `unknwon`"));
}

TEST_F(Reading, TheCaretStandsBelowTheKey) {
  EXPECT_THAT(error_of(std::string(kBase) + "augment = { flipp = true }\n"),
              HasSubstr("    7 | augment = { flipp = true }\n      |             ^"));
}

TEST_F(Reading, AKeyInTheWrongSectionIsToldWhereItBelongs) {
  EXPECT_THAT(error_of(std::string(kBase) + "images_seen = 5\n"), HasSubstr("`train.images_seen`"));
}

TEST_F(Reading, AMissingPluginHasItsOwnExitCode) {
  EXPECT_THAT(error_of("generator = { plugin = 'faces', identities = 9, samples = 9 }\n"
                       "backbone = { plugin = 'net' }\nloss = { plugin = 'cosfaec' }\n",
                       ExitCode::kPlugin),
              AllOf(HasSubstr("'cosface'"), HasSubstr("experiment.toml:3:")));
}

TEST_F(Reading, SetIsTypedAsToml) {
  auto with = options();
  with.set = {"train.batch_size=32", "seed.train=[0, 1]", "augment.flip=false"};
  const auto experiment = expand_text(kBase, with);
  ASSERT_EQ(experiment.trials.size(), 2U);
  EXPECT_EQ(experiment.trials[0].config["train"]["batch_size"], 32);
  EXPECT_EQ(experiment.trials[1].config["augment"]["flip"], false);
}

TEST_F(Reading, SetTakesWhatIsNoTomlValueAsAString) {
  write("photos/a/a_0001.jpg", "x");
  write("pairs.txt", "1\n");
  auto with = options();
  with.set = {"real.images=photos", "real.pairs=" + (folder_.path() / "pairs.txt").string()};
  const auto experiment = expand_text(
      std::string(kBase).replace(std::string(kBase).find("benchmark"), std::string::npos,
                                 "benchmark = [{ plugin = 'verification', set = 'real' }]\n"),
      with);
  EXPECT_EQ(experiment.trials.at(0).config["real"]["images"], (folder_.path() / "photos").string());
}

TEST_F(Reading, SetOfAnAxisGivesItsValues) {
  const std::string text = "axes.product.\"generator.samples\" = [5, 10]\n" + std::string(kBase);
  auto with = options();
  with.set = {"generator.samples=7"};
  EXPECT_EQ(expand_text(text, with).trials.size(), 1U);
  with.set = {"generator.samples=[1, 2, 3]"};
  EXPECT_EQ(expand_text(text, with).trials.size(), 3U);
}

TEST_F(Reading, AnErrorInSetShowsTheArgument) {
  auto with = options();
  with.set = {"train.batch_size=x"};
  EXPECT_THAT(error_of(kBase, with), AllOf(HasSubstr("--set:1:"), HasSubstr("train.batch_size=x")));
}

TEST_F(Reading, RelativePathsCountFromTheFileThatSaysThem) {
  write("sub/photos/p/1.jpg", "x");
  write("sub/base.toml", "real = { images = 'photos' }\n");
  const auto experiment = expand_text("include = 'sub/base.toml'\n" + std::string(kBase));
  EXPECT_EQ(experiment.trials.at(0).config["real"]["images"],
            (folder_.path() / "sub/photos").string());
}

TEST_F(Reading, EpochsBecomeImagesSeen) {
  const auto experiment = expand_text(R"(
generator = { plugin = "faces", identities = 100, samples = 10, size = 48 }
backbone = { plugin = "net" }
loss = { plugin = "cosface" }
train = { epochs = 2.5 }
)");
  EXPECT_EQ(experiment.trials.at(0).config["train"]["images_seen"], 2500);
  EXPECT_FALSE(experiment.trials.at(0).config["train"].contains("epochs"));
}

TEST_F(Reading, CombinationsThatCannotWorkAreRefused) {
  const std::string base(kBase);
  EXPECT_THAT(error_of(base + "mixup = [ { plugin = 'domain' } ]\n"), HasSubstr("real.train"));
  EXPECT_THAT(error_of(R"(
generator = { plugin = "album", identities = 9, samples = 9 }
backbone = { plugin = "net" }
loss = { plugin = "cosface" }
mixup = [ { plugin = "identity" } ]
)"),
              HasSubstr("mixes latents, but generator album has only an index"));
  EXPECT_THAT(error_of(base + "seed = { data = 7, test = 7 }\n"), HasSubstr("held-out people"));
  EXPECT_THAT(error_of("train = { images_seen = 1 }\nbackbone = { plugin = 'lbp' }\n"
                       "loss = { plugin = 'cosface' }\n"
                       "generator = { plugin = 'faces', identities = 9, samples = 9 }\n"),
              HasSubstr("has nothing to train"));
  EXPECT_THAT(error_of("generator = { plugin = 'faces' }\nbackbone = { plugin = 'net' }\n"
                       "loss = { plugin = 'cosface' }\n"),
              HasSubstr("give generator.identities"));
}

TEST_F(Reading, AnImpossibleBudgetIsRefused) {
  auto with = options();
  with.cores = 2;
  with.memory = std::uint64_t{8} << 30U;
  EXPECT_THAT(error_of(std::string(kBase) + "seed = { data = 1 }\n"
                                            "run = { memory_limit = 10 }\n",
                       with),
              HasSubstr("at least 256 MiB"));
  EXPECT_THAT(error_of(std::string(kBase) + "run = { memory_limit = 900_000 }\n", with),
              HasSubstr("this machine has 8"));
  with.set = {"train.threads=64"};
  EXPECT_THAT(error_of(kBase, with), HasSubstr("this machine has 2 cores"));
}

TEST_F(Reading, AnOptionalBenchmarkWithoutItsSetIsLeftOutWithAWord) {
  const std::string text = std::string(kBase).replace(
      std::string(kBase).find("benchmark"), std::string::npos,
      "benchmark = [{ plugin = 'verification', set = 'real', optional = true }]\n");
  const auto experiment = expand_text(text);
  EXPECT_TRUE(experiment.trials.at(0).config["benchmark"].empty());
  ASSERT_EQ(experiment.remarks.size(), 1U);
  EXPECT_THAT(experiment.remarks[0], HasSubstr("benchmark `real` is left out"));
}

class FloorOfAnotherMethod : public Reading {
 protected:
  FloorOfAnotherMethod() {
    write("images/a/1.png", "x");
    write("train/b/1.png", "y");
    write("pairs.txt", "0 1 a/1.png a/1.png\n");
  }
  static std::string text(const std::string& fit) {
    return std::string(kBase).replace(
        std::string(kBase).find("benchmark"), std::string::npos,
        "benchmark = [{ plugin = 'verification', name = 'real', set = 'real', optional = true },\n"
        "             { plugin = 'verification', name = 'heldout' }]\n"
        "[[floor]]\nname = 'pca'\nset = { 'train.images_seen' = 0, backbone = { plugin = 'lbp' },"
        " benchmark = [{ plugin = 'fitted', name = 'real', set = 'real', optional = true" +
            fit + " }] }\n");
  }
  Options given(bool train) const {
    auto with = options();
    with.set = {"real.images=images", "real.pairs=pairs.txt"};
    if (train) with.set.emplace_back("real.train=train");
    return with;
  }
};

TEST_F(FloorOfAnotherMethod, HasItsOwnBenchmarkFittedToRealTrain) {
  const auto experiment = expand_text(text(""), given(true));
  ASSERT_EQ(experiment.trials.size(), 2U);
  EXPECT_EQ(experiment.trials[0].config["benchmark"].size(), 2U);
  const auto& floor = experiment.trials[1].config["benchmark"];
  ASSERT_EQ(floor.size(), 1U);
  EXPECT_EQ(floor[0]["plugin"], "fitted");
  EXPECT_EQ(floor[0]["name"], "real");
  EXPECT_EQ(floor[0]["fit"], (folder_.path() / "train").string());
  EXPECT_EQ(floor[0]["pairs"], (folder_.path() / "pairs.txt").string());
  EXPECT_EQ(experiment.trials[0].training_hash,
            expand_text(text(""), given(false)).trials[0].training_hash)
      << "photographs that a floor is fitted to are no part of the other trials";
}

TEST_F(FloorOfAnotherMethod, IsLeftOutWithAWordWhereItsPhotographsAreNotGiven) {
  const auto experiment = expand_text(text(""), given(false));
  EXPECT_EQ(experiment.trials.size(), 1U);
  EXPECT_EQ(experiment.counts.floors, 0U);
  ASSERT_EQ(experiment.remarks.size(), 2U);
  EXPECT_THAT(experiment.remarks[0],
              HasSubstr("real.train is not given (--set real.train=FOLDER)"));
  EXPECT_THAT(experiment.remarks[1], HasSubstr("floor `pca` is left out"));
  const auto own = expand_text(text(", fit = 'train'"), given(false));
  EXPECT_EQ(own.trials.size(), 2U) << "a folder of its own needs none";
}

TEST_F(Reading, ABenchmarkOfPhotographsIsGivenPathsAndNoNumberOfThatName) {
  write("real/a/1.png", "x");
  plugins_.push_back(described(plugin::Kind::kBenchmark, "curve",
                               {path("images"), number("fit", 2, 0, 9), number("pairs", 3, 0, 9)}));
  auto with = options();
  with.set = {"real.images=real", "real.train=real"};
  const auto experiment = expand_text(
      std::string(kBase).replace(std::string(kBase).find("benchmark"), std::string::npos,
                                 "benchmark = [{ plugin = 'curve', set = 'real' }]\n"),
      with);
  const auto& benchmark = experiment.trials.at(0).config["benchmark"].at(0);
  EXPECT_EQ(benchmark["images"], (folder_.path() / "real").string());
  EXPECT_EQ(benchmark["fit"], 2);
  EXPECT_EQ(benchmark["pairs"], 3);
}

TEST_F(Reading, PhotographsAreTestedOnRenderedPeopleOnlyWhereSomebodyRendersThem) {
  write("real/a/1.png", "x");
  const std::string album =
      "backbone = { plugin = 'net' }\nloss = { plugin = 'cosface' }\n"
      "generator = { plugin = 'album', path = 'real' }\ntrain = { images_seen = 640 }\n"
      "benchmark = [{ plugin = 'verification' }]\n";
  EXPECT_THAT(error_of(album), HasSubstr("heldout.generator = { plugin ="));
  const auto trial =
      expand_text(album + "heldout = { generator = { plugin = 'faces' } }\n").trials.at(0);
  EXPECT_EQ(trial.config["benchmark"].size(), 1U);
  EXPECT_TRUE(trial.spec["plugins"].contains("generator/faces"));
  EXPECT_TRUE(trial.spec["plugins"].contains("generator/album"));
}

TEST_F(Reading, TheHeldOutGeneratorIsChecked) {
  const std::string base = kBase;
  EXPECT_THAT(error_of("heldout = { generator = { plugin = 'album' } }\n" + base),
              HasSubstr("draws no new people"));
  EXPECT_THAT(error_of("heldout = { generator = { plugin = 'faces', samples = 3 } }\n" + base),
              HasSubstr("give heldout.samples"));
  EXPECT_THAT(error_of("heldout = { generator = 'faces' }\n" + base), HasSubstr("is a table"));
  EXPECT_THAT(error_of("heldout = { generator = { plugin = 'faces', pose = 99 } }\n" + base),
              HasSubstr("pose"));
}

}  // namespace
}  // namespace synface::experiment::testing
