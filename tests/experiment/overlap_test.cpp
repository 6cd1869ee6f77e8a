// People trained on are not people tested on: found by names and by pictures, an error unless it is
// allowed, and then recorded.
#include <gmock/gmock.h>

#include <cstdlib>

#include "support.h"

namespace synface::experiment::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kMixed = R"(
generator = { plugin = "faces", identities = 100, samples = 10, size = 48 }
mixup = [ { plugin = "domain" } ]
backbone = { plugin = "net" }
loss = { plugin = "cosface" }
real = { train = "train", images = "test", pairs = "pairs.txt" }
benchmark = [ { plugin = "verification", set = "real" } ]
)";

class Overlaps : public ExperimentTest {
 protected:
  // The finder looks at names and bytes only: no picture needs to be one.
  void picture(const std::string& name, const std::string& bytes) { write(name, bytes); }

  void SetUp() override {
    picture("train/Ann_Lee/Ann_Lee_0001.jpg", "ann 1");
    picture("train/Bob_Ray/Bob_Ray_0001.jpg", "bob 1");
    picture("test/Cyd_Fox/Cyd_Fox_0001.jpg", "cyd 1");
    picture("test/Cyd_Fox/Cyd_Fox_0002.jpg", "cyd 2");
    picture("test/Dan_Orr/Dan_Orr_0001.jpg", "dan 1");
    write("pairs.txt", "1\nCyd_Fox 1 2\nCyd_Fox 1 Dan_Orr 1\n");
  }

  static std::string allowed() {
    std::string text = kMixed;
    return text.replace(text.find("pairs = "), 0, "allow_overlap = true, ");
  }
};

TEST_F(Overlaps, OtherPeopleAreNoOverlap) {
  const auto experiment = expand_text(kMixed);
  EXPECT_TRUE(experiment.remarks.empty());
  EXPECT_FALSE(experiment.trials.at(0).spec.contains("overlap"));
  EXPECT_FALSE(experiment.trials.at(0).config.at("real").contains("allow_overlap"));
}

TEST_F(Overlaps, ATrainingPersonAmongTheTestPeopleIsAnErrorWithPlaceAndRemedy) {
  picture("train/cyd fox/other.JPG", "cyd 3");
  const auto error = error_of(kMixed);
  EXPECT_THAT(error, AllOf(HasSubstr("experiment.toml:6:18"),
                           HasSubstr("1 of 2 people of real.images are also people of real.train: "
                                     "Cyd_Fox"),
                           HasSubstr("real.allow_overlap = true"), HasSubstr("take them out of")));
  EXPECT_THAT(error, Not(HasSubstr("byte for byte")));
}

TEST_F(Overlaps, ManyPeopleAreCountedAndTheFirstOnesListed) {
  std::string pairs = "4\n";
  for (int i = 0; i < 8; ++i) {
    const auto name = fmt::format("Person_{}", i);
    picture(fmt::format("train/{0}/a.png", name), "train " + name);
    picture(fmt::format("test/{0}/{0}_0001.png", name), "one " + name);
    picture(fmt::format("test/{0}/{0}_0002.png", name), "two " + name);
    if (i < 4) pairs += name + " 1 2\n";
  }
  for (int i = 4; i < 8; ++i) pairs += fmt::format("Person_{} 1 Cyd_Fox 1\n", i);
  write("pairs.txt", pairs);
  EXPECT_THAT(error_of(kMixed), HasSubstr("8 of 9 people of real.images are also people of "
                                          "real.train: Person_0, Person_1, Person_2, Person_3, "
                                          "Person_4 and 3 more"));
}

TEST_F(Overlaps, TheSamePictureUnderAnotherNameIsFound) {
  picture("train/someone/1.jpg", "dan 1");
  EXPECT_THAT(error_of(kMixed),
              HasSubstr("1 pictures of real.images are also in real.train, byte for byte: "
                        "someone/1.jpg = Dan_Orr/Dan_Orr_0001.jpg"));
}

TEST_F(Overlaps, OnlyWhatThePairsFileNamesIsTestedOn) {
  picture("test/Ann_Lee/Ann_Lee_0001.jpg", "ann 1");
  EXPECT_NO_THROW(expand_text(kMixed));
  const std::string whole =
      std::string(kMixed).replace(std::string(kMixed).find(", pairs = \"pairs.txt\""), 22, "");
  plugins_.push_back(described(plugin::Kind::kBenchmark, "spread", {}));
  const auto text = whole.substr(0, whole.find("benchmark")) +
                    "benchmark = [ { plugin = \"spread\", set = \"real\" } ]\n";
  EXPECT_THAT(error_of(text), HasSubstr("1 of 3 people of real.images are also people of "
                                        "real.train: Ann_Lee; 1 pictures"));
}

TEST_F(Overlaps, AFlatTestFolderIsComparedByItsPictures) {
  picture("test/001_neutral.jpg", "one");
  picture("test/001_smiling.jpg", "two");
  write("pairs.txt", "0 1 001_neutral.jpg 001_smiling.jpg\n0 0 001_neutral.jpg 001_smiling.jpg\n");
  EXPECT_NO_THROW(expand_text(kMixed));
  picture("train/Ann_Lee/2.jpg", "two");
  EXPECT_THAT(error_of(kMixed), HasSubstr("Ann_Lee/2.jpg = 001_smiling.jpg"));
}

TEST_F(Overlaps, AFolderThatAGeneratorReadsIsTrainedOnToo) {
  picture("train/Dan_Orr/1.jpg", "dan 2");
  const std::string text = R"(
backbone = { plugin = "net" }
loss = { plugin = "cosface" }
real = { images = "test", pairs = "pairs.txt" }
benchmark = [ { plugin = "verification", set = "real" } ]
[generator]
plugin = "album"
path = "train"
)";
  EXPECT_THAT(error_of(text), AllOf(HasSubstr("experiment.toml:8:8"),
                                    HasSubstr("also people of generator.path: Dan_Orr")));
  // Nobody is trained on who only passes an untrained network.
  EXPECT_NO_THROW(expand_text("train.images_seen = 0\n" + text));
}

// A map that is fitted to real.train, with a network that nobody trains.
constexpr const char* kFitted = R"(
generator = { plugin = "faces", identities = 100, samples = 10, size = 48 }
backbone = { plugin = "lbp" }
loss = { plugin = "cosface" }
train = { images_seen = 0 }
real = { train = "train", images = "test", pairs = "pairs.txt" }
benchmark = [ { plugin = "fitted", set = "real" } ]
)";

TEST_F(Overlaps, AFolderThatABenchmarkFitsToIsComparedWithoutAnyTraining) {
  EXPECT_NO_THROW(expand_text(kFitted));
  // Under another name: the benchmark, which knows names alone, would not see it.
  picture("train/someone/1.jpg", "dan 1");
  EXPECT_THAT(error_of(kFitted),
              AllOf(HasSubstr("experiment.toml:6:18"),
                    HasSubstr("real.train, byte for byte: someone/1.jpg = Dan_Orr/"),
                    HasSubstr("A map that has learnt its test people"),
                    HasSubstr("real.allow_overlap = true")));
  std::string allowed = kFitted;
  allowed.replace(allowed.find("pairs = "), 0, "allow_overlap = true, ");
  const auto experiment = expand_text(allowed);
  EXPECT_EQ(experiment.trials.at(0).spec.at("overlap").at(0).at("pictures"), 1);
}

TEST_F(Overlaps, AFitOfItsOwnIsNamedAndItsOwnAllowanceCounts) {
  picture("others/Dan_Orr/1.jpg", "dan 2");
  auto flag = number("allow_overlap", 0, 0, 1);
  flag.type = plugin::ParamType::kBool;
  flag.def = false;
  plugins_.push_back(described(plugin::Kind::kBenchmark, "map",
                               {path("images"), path("pairs"), path("fit"), flag}));
  std::string text = kFitted;
  text.replace(text.find("{ plugin = \"fitted\", set = \"real\" }"), 35,
               "{ plugin = \"map\", set = \"real\", fit = \"others\" }");
  EXPECT_THAT(error_of(text), AllOf(HasSubstr("experiment.toml:7:53"),
                                    HasSubstr("1 of 2 people of real.images are also people of "
                                              "benchmark.real.fit: Dan_Orr"),
                                    HasSubstr("give benchmark `real` allow_overlap = true")));
  text.replace(text.find("fit = "), 0, "allow_overlap = true, ");
  EXPECT_THAT(expand_text(text).remarks,
              ::testing::ElementsAre(AllOf(HasSubstr("warning"), HasSubstr("Dan_Orr"))));
}

TEST_F(Overlaps, WhatIsTrainedOnAndFittedToIsToldOnce) {
  picture("train/Dan_Orr/1.jpg", "dan 2");
  std::string text = kMixed;
  text.replace(text.find("verification"), 12, "fitted");
  EXPECT_THAT(error_of(text), AllOf(HasSubstr("A network"), Not(HasSubstr("A map"))));
}

TEST_F(Overlaps, AGeneratorsFolderThatIsThatOfRealTrainIsToldOnce) {
  picture("train/Dan_Orr/1.jpg", "dan 2");
  const auto error = error_of(R"(
backbone = { plugin = "net" }
loss = { plugin = "cosface" }
real = { train = "train", images = "test", pairs = "pairs.txt" }
benchmark = [ { plugin = "verification", set = "real" } ]
[[axes.zip]]
"generator.plugin" = ["album", "faces"]
"generator.identities" = [1, 100]
"generator.samples" = [1, 10]
[[mixup]]
plugin = "domain"
)");
  EXPECT_THAT(error, AllOf(HasSubstr("experiment.toml:4:18"), Not(HasSubstr("2 errors")),
                           Not(HasSubstr("generator.path"))));
}

TEST_F(Overlaps, NobodyIsTestedOnWithoutABenchmarkOfPhotographs) {
  picture("train/Dan_Orr/1.jpg", "dan 1");
  std::string text = kMixed;
  text.replace(text.find(", set = \"real\""), 14, "");
  EXPECT_NO_THROW(expand_text(text));
}

TEST_F(Overlaps, WhatIsAllowedIsSaidAndRecordedAndIsTheSameTrial) {
  const auto clean = expand_text(allowed());
  EXPECT_TRUE(clean.remarks.empty());
  EXPECT_FALSE(clean.trials.at(0).spec.contains("overlap"));
  EXPECT_EQ(clean.trials.at(0).training_hash, hash_of(kMixed));
  EXPECT_EQ(clean.trials.at(0).evaluation_hash, evaluation_of(kMixed));

  picture("train/Dan_Orr/1.jpg", "dan 1");
  const auto experiment = expand_text(allowed());
  EXPECT_THAT(experiment.remarks,
              ::testing::ElementsAre(AllOf(HasSubstr("warning"), HasSubstr("Dan_Orr"))));
  const auto& trial = experiment.trials.at(0);
  EXPECT_EQ(trial.config.at("real").at("allow_overlap"), true);
  EXPECT_EQ(trial.spec.at("overlap"), Json::parse(R"([{"train": "real.train",
      "test": "real.images", "people": 1, "pictures": 1}])"));
}

TEST_F(Overlaps, NamesThatAreNumbersMayBeOfOtherPeople) {
  picture("train/0007/1.jpg", "a");
  picture("test/0007/0007_0001.jpg", "b");
  picture("test/0007/0007_0002.jpg", "c");
  write("pairs.txt", "1\n0007 1 2\n0007 1 Dan_Orr 1\n");
  EXPECT_THAT(error_of(kMixed), HasSubstr("where the two number different people"));
}

TEST_F(Overlaps, ASecondLookTakesWhatWasFoundAndAChangeIsLookedAtAnew) {
  EXPECT_NO_THROW(expand_text(kMixed));
  // Put a lie into the record: when it comes back, no picture was listed.
  int records = 0;
  for (const auto& item : std::filesystem::directory_iterator(folder_.path() / "cache")) {
    if (!item.path().filename().string().starts_with("overlap-")) continue;
    auto json = Json::parse(read_file(item.path()));
    json["people"] = 1;
    json["names"] = {"Nobody"};
    write_file_atomic(item.path(), json.dump(), false);
    ++records;
  }
  EXPECT_EQ(records, 1);
  EXPECT_THAT(error_of(kMixed), HasSubstr("Nobody"));
  picture("train/Eve_Kay/1.jpg", "eve 1");
  EXPECT_NO_THROW(expand_text(kMixed));
}

TEST_F(Overlaps, APairsFileThatCannotBeReadIsNamed) {
  write("pairs.txt", "1\nCyd_Fox 1 2\nCyd_Fox 1 Nobody 7\n");
  EXPECT_THAT(error_of(kMixed, ExitCode::kData), HasSubstr("Nobody/Nobody_0007"));
}

TEST_F(Overlaps, TheTwoHalvesOfAnAssetShareNobody) {
  const char* named = std::getenv("SYNFACE_TEST_ASSETS");
  const auto assets = named != nullptr ? std::filesystem::path(named)
                                       : std::filesystem::path(SYNFACE_TEST_SOURCE_DIR) / ".." /
                                             "shared" / "assets";
  const auto lfw = std::filesystem::weakly_canonical(assets / "lfw_subset");
  if (!std::filesystem::exists(lfw / "train")) GTEST_SKIP() << "no photographs in " << lfw;
  const auto with = [&](const char* train) {
    std::string text = kMixed;
    const auto real = text.find("real = ");
    return text.replace(real, text.find('\n', real) - real,
                        fmt::format("real = {{ train = \"{0}/{1}\", images = \"{0}/dev\", pairs = "
                                    "\"{0}/pairs_dev.txt\" }}",
                                    lfw.string(), train));
  };
  EXPECT_NO_THROW(expand_text(with("train")));
  EXPECT_THAT(error_of(with("dev")), HasSubstr("byte for byte"));
}

}  // namespace
}  // namespace synface::experiment::testing
