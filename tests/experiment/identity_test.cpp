// Promises about identity: what makes a trial another one, and what does not.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "support.h"

namespace synface::experiment::testing {
namespace {

using Identities = ExperimentTest;

// The members of one table in a random order, numbers in a random spelling.
std::string shuffled(const std::string& header, std::vector<std::pair<std::string, double>> members,
                     std::mt19937& random) {
  std::shuffle(members.begin(), members.end(), random);
  std::string text = "[" + header + "]\n";
  for (const auto& [key, value] : members) {
    const bool whole = value == static_cast<double>(static_cast<long>(value));
    std::string number;
    switch (random() % 3) {
      case 0:
        number = whole ? fmt::format("{}", static_cast<long>(value)) : fmt::format("{}", value);
        break;
      case 1:
        number = whole ? fmt::format("{:.1f}", value) : fmt::format("{:.6f}", value);
        break;
      default:
        number = fmt::format("{:.8e}", value);
        break;
    }
    text += key + " = " + number + "\n";
  }
  return text;
}

TEST_F(Identities, OrderOfKeysAndSpellingOfNumbersAreImmaterial) {
  std::mt19937 random(5);
  std::string first, first_evaluation;
  for (int round = 0; round < 100; ++round) {
    std::vector<std::string> tables = {
        shuffled(
            "train",
            {{"images_seen", 12000}, {"momentum", 0.5}, {"batch_size", 32}, {"weight_decay", 0.25}},
            random),
        shuffled("augment", {{"rotation", 15}, {"scale", 0.125}, {"blur", 0}}, random),
        shuffled("heldout", {{"identities", 50}, {"samples", 4}}, random),
        shuffled("loss", {{"scale", 24}, {"margin", 0.375}}, random) + "plugin = 'cosface'\n",
        shuffled("generator", {{"identities", 100}, {"samples", 10}, {"pose", 30}}, random) +
            "plugin = 'faces'\n",
        "[backbone]\nplugin = 'net'\n",
        "[[benchmark]]\nplugin = 'verification'\n"};
    std::shuffle(tables.begin(), tables.end(), random);
    std::string text;
    for (const auto& table : tables) text += table;
    const auto trial = expand_text(text).trials.at(0);
    if (round == 0) {
      first = trial.training_hash;
      first_evaluation = trial.evaluation_hash;
    }
    ASSERT_EQ(trial.training_hash, first) << text;
    ASSERT_EQ(trial.evaluation_hash, first_evaluation) << text;
  }
  EXPECT_EQ(first.size(), 64U);
}

// What is in people's databases: where these change, every recorded trial becomes new.
TEST_F(Identities, AreThoseThatAreRecorded) {
  EXPECT_EQ(hash_of(kBase), "e394503fec86df05d884f2421807cfa441e8c43eedc9e052a5d05939914afb05");
  EXPECT_EQ(evaluation_of(kBase),
            "0936b7609855581229f9e397962cecba0e5834ea16a212cea5a938762d680b58");
}

TEST_F(Identities, EveryHostKeyIsPartOfWhatItsTableSays) {
  const std::string tail = R"(
backbone = { plugin = "net" }
loss = { plugin = "cosface" }
benchmark = [ { plugin = "verification" } ]
generator = { plugin = "faces", identities = 100, samples = 10 }
)";
  const auto training = hash_of(tail), evaluation = evaluation_of(tail);
  const auto another = [](const Key& key) -> std::string {
    switch (key.type) {
      case KeyType::kBoolean:
        return key.standard == "true" ? "false" : "true";
      case KeyType::kInteger:
        return key.section == "seed" ? "77" : key.name == "memory_limit" ? "300" : "3";
      case KeyType::kNumber:
        return "0.15";
      case KeyType::kChoice:
        return "\"" + std::string(key.choices.substr(key.choices.rfind('|') + 1)) + "\"";
      case KeyType::kNumberList:
        return "[0.3]";
      default:
        return {};
    }
  };
  int tried = 0;
  for (const auto& key : host_keys()) {
    const auto value = another(key);
    const bool plain = key.section == "seed" || key.section == "train" ||
                       key.section == "augment" || key.section == "heldout" || key.section == "run";
    if (value.empty() || !plain || key.name == "epochs") continue;
    // Milestones count only where the schedule reads them.
    const std::string more = key.name == "milestones" ? "train.schedule = \"step\"\n" : "";
    const auto base = more.empty() ? training : hash_of(more + tail);
    const auto trial = expand_text(more + key.path() + " = " + value + "\n" + tail).trials.at(0);
    EXPECT_EQ(trial.training_hash != base, key.use == KeyUse::kTraining) << key.path();
    EXPECT_EQ(trial.evaluation_hash != evaluation, key.use == KeyUse::kEvaluation) << key.path();
    ++tried;
  }
  EXPECT_GT(tried, 30);
}

TEST_F(Identities, MilestonesCountOnlyInASteppedSchedule) {
  EXPECT_EQ(hash_of(std::string(kBase)),
            hash_of("train.milestones = [0.5]\n"
                    "train.images_seen = 12_000\n" +
                    std::string(kBase).replace(
                        std::string(kBase).find("train"),
                        std::string("train = { images_seen = 12_000 }").size(), "")));
}

TEST_F(Identities, ANewParameterAtItsNeutralValueMakesNoTrialNew) {
  const auto before = hash_of(kBase);
  auto added = number("quality", 0.5, 0, 1);
  added.neutral = 0.5;
  plugins_[6].params.push_back(added);  // cosface
  EXPECT_EQ(hash_of(kBase), before);
  const auto text = std::string(kBase) + "[axes.product]\n\"loss.quality\" = [0.7]\n";
  EXPECT_NE(hash_of(text), before);
}

TEST_F(Identities, AChangedDefaultMakesTheTrialNew) {
  const auto before = hash_of(kBase);
  plugins_[6].params[0].def = 20.0;
  EXPECT_NE(hash_of(kBase), before);
}

TEST_F(Identities, ARaisedRevisionMakesEveryTrialOfThatPluginNew) {
  const auto training = hash_of(kBase), evaluation = evaluation_of(kBase);
  plugins_[6].revision = 2;
  EXPECT_NE(hash_of(kBase), training);
  EXPECT_EQ(evaluation_of(kBase), evaluation);
  plugins_[6].revision = 1;
  plugins_[8].revision = 2;  // verification
  EXPECT_EQ(hash_of(kBase), training);
  EXPECT_NE(evaluation_of(kBase), evaluation);
}

TEST_F(Identities, ARebuiltBinaryMakesNothingNewUnlessStrict) {
  const auto before = hash_of(kBase);
  auto strict = options();
  strict.numerics.strict = true;
  const auto strict_before = expand_text(kBase, strict).trials.at(0).training_hash;
  plugins_[6].sha256 = std::string(64, 'b');
  plugins_[6].library = "/elsewhere/cosface.so";
  EXPECT_EQ(hash_of(kBase), before);
  EXPECT_NE(expand_text(kBase, strict).trials.at(0).training_hash, strict_before);
  EXPECT_NE(strict_before, before);
}

TEST_F(Identities, ARaisedRevisionOfTheHostMakesEveryTrialNew) {
  const auto before = hash_of(kBase);
  auto with = options();
  with.numerics.rooms["train"] = 2;
  EXPECT_NE(expand_text(kBase, with).trials.at(0).training_hash, before);
}

TEST_F(Identities, ABenchmarkAddedLaterTrainsNothing) {
  const auto one = expand_text(kBase).trials.at(0);
  const auto two = expand_text(std::string(kBase).replace(
                                   std::string(kBase).find("benchmark"), std::string::npos,
                                   "benchmark = [{ plugin = 'verification' }, "
                                   "{ plugin = 'verification', name = 'b', bootstrap = 0 }]\n"))
                       .trials.at(0);
  EXPECT_EQ(one.training_hash, two.training_hash);
  EXPECT_NE(one.evaluation_hash, two.evaluation_hash);
}

TEST_F(Identities, APathCountsAsItsContent) {
  write("one/p/1.jpg", "first");
  write("two/p/1.jpg", "first");
  write("three/p/1.jpg", "other");
  const auto hash_with = [&](const std::string& folder) {
    return hash_of("generator = { plugin = 'album', path = '" + folder +
                   "' }\nbackbone = { plugin = 'net' }\nloss = { plugin = 'cosface' }\n");
  };
  EXPECT_EQ(hash_with("one"), hash_with("two"));
  EXPECT_NE(hash_with("one"), hash_with("three"));
}

TEST_F(Identities, RealImagesCountOnlyWhereTheyAreRead) {
  write("real/p/1.jpg", "x");
  const auto before = expand_text(kBase).trials.at(0);
  const auto after =
      expand_text("real = { train = 'real', images = 'real', identities = 5 }\nseed.real = 9\n" +
                  std::string(kBase))
          .trials.at(0);
  EXPECT_EQ(before.training_hash, after.training_hash);
  EXPECT_EQ(before.evaluation_hash, after.evaluation_hash);
  const std::string mixing = "mixup = [ { plugin = 'domain' } ]\nreal = { train = 'real' }\n";
  EXPECT_NE(hash_of(mixing + kBase), hash_of(mixing + "seed.real = 9\n" + kBase));
}

TEST_F(Identities, TheTomlOfATrialRunsThatTrialAgain) {
  write("real/p/1.jpg", "x");
  for (const auto* name : {"q/q_0001.jpg", "q/q_0002.jpg", "r/r_0001.jpg"}) {
    write(std::string("others/") + name, name);
  }
  write("pairs.txt", "1\nq 1 2\nq 1 r 1\n");
  const auto experiment = expand_text(R"(
name = "whole"
seed = { data = 3, train = [1, 2], real = 4 }
generator = { plugin = "faces", identities = 100, samples = 10, size = [64, 48], pose = 12.5 }
mixup = [ { plugin = "identity", strength = 0.1 }, { plugin = "domain" } ]
backbone = { plugin = "net", width = 0.3 }
loss = { plugin = "arcface" }
train = { epochs = 3, schedule = "step", milestones = [0.25, 0.5], isa = "avx2" }
real = { train = "real", images = "others", pairs = "pairs.txt", samples = 1 }
benchmark = [ { plugin = "verification" }, { plugin = "verification", set = "real" } ]
[[floor]]
name = "lbp"
set = { "train.images_seen" = 0, backbone = { plugin = "lbp" } }
)");
  ASSERT_EQ(experiment.trials.size(), 3U);
  for (const auto& trial : experiment.trials) {
    const auto again = expand_text(to_toml(trial.config, "again"));
    ASSERT_EQ(again.trials.size(), 1U);
    EXPECT_EQ(again.trials[0].training_hash, trial.training_hash);
    EXPECT_EQ(again.trials[0].evaluation_hash, trial.evaluation_hash);
    EXPECT_EQ(again.trials[0].config, trial.config);
  }
}

TEST_F(Identities, RunSettingsAndNamesAreNoPartOfIt) {
  const auto before = hash_of(kBase);
  EXPECT_EQ(hash_of("name = 'other'\nquestion = 'why?'\nrun = { jobs = 2, retries = 5 }\n"
                    "train.checkpoint_every_s = 1.0\ntrain.keep_checkpoints = true\n"
                    "train.images_seen = 12_000\n" +
                    std::string(kBase).replace(
                        std::string(kBase).find("train"),
                        std::string("train = { images_seen = 12_000 }").size(), "")),
            before);
}

// Given arms whose generators differ, then all are tested on the same held-out people.
TEST_F(Identities, HeldOutPeopleAreThoseOfTheGeneratorsDefaults) {
  const auto base = std::string(kBase);
  const auto turned = base + "[axes.product]\n'generator.pose' = [20, 45]\n";
  const auto arms = expand_text(turned).trials;
  ASSERT_EQ(arms.size(), 2U);
  EXPECT_NE(arms[0].training_hash, arms[1].training_hash);
  EXPECT_EQ(arms[0].evaluation_hash, arms[1].evaluation_hash);
  EXPECT_EQ(arms[1].config["heldout"]["generator"], Json({{"plugin", "faces"}, {"pose", 20.0}}));
  const auto other = "heldout = { generator = { plugin = 'faces', pose = 45 } }\n" + base;
  EXPECT_EQ(hash_of(other), hash_of(base));
  EXPECT_NE(evaluation_of(other), evaluation_of(base));
  EXPECT_EQ(evaluation_of("heldout = { generator = { plugin = 'faces' } }\n" + base),
            evaluation_of(base));
}

}  // namespace
}  // namespace synface::experiment::testing
