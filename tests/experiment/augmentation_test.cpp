// Promise: the augmentation of a file is what its experiments train with, and the presets are
// whole.
#include <gmock/gmock.h>

#include "support.h"
#include "synface/experiment/keys.h"
#include "synface/experiment/node.h"

namespace synface::experiment::testing {
namespace {

using ::testing::HasSubstr;

class Augmentations : public ExperimentTest {
 protected:
  std::string refused(const std::string& text) {
    try {
      read_augmentation(write("a.toml", text));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown for\n" << text;
    return {};
  }
};

TEST_F(Augmentations, AreThoseOfTheExperimentWithItsIncludes) {
  write("base.toml", "[augment]\njpeg = 0.3\nblur = 0\n");
  const std::string text = "include = 'base.toml'\naugment = { blur = 0.25, gamma = 1 }\n";
  const auto alone = read_augmentation(write("a.toml", text));
  EXPECT_EQ(alone["jpeg"], 0.3);
  EXPECT_EQ(alone["blur"], 0.25);
  EXPECT_EQ(alone["rotation"], 8.0);
  const auto whole = write("whole.toml", text + kBase);
  EXPECT_EQ(read_augmentation(whole), alone);
  EXPECT_EQ(expand_text(text + kBase).trials.at(0).config["augment"], alone);
  EXPECT_EQ(read_augmentation(write("empty.toml", "")),
            expand_text(kBase).trials.at(0).config["augment"]);
}

TEST_F(Augmentations, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_THAT(refused("[augment]\njpg = 0.3\n"), HasSubstr("a.toml:2:1: unknown key `augment.jpg`; "
                                                           "did you mean 'jpeg'?"));
  EXPECT_THAT(refused("[augment]\nwarp = 0.3\n"), HasSubstr("0 to 0.2"));
  EXPECT_THAT(refused("[augment]\njpeg = 1.5\n"), HasSubstr("0 to 1"));
  EXPECT_THAT(refused("[augment]\ngrey = -0.1\n"), HasSubstr("0 to 1"));
  EXPECT_THAT(refused("[augment]\ngamma = 3\n"), HasSubstr("0 to 2"));
  EXPECT_THAT(refused("[augment]\nresample = 'often'\n"), HasSubstr("number"));
  EXPECT_THAT(refused("augment = 3\n"), HasSubstr("wants a table"));
  EXPECT_THAT(refused("[agment]\njpeg = 0.3\n"), HasSubstr("agment"));
  EXPECT_THAT(refused("axes.product.\"augment.jpeg\" = [0.0, 0.3]\n"),
              HasSubstr("`augment.jpeg` is an axis"));
}

// Included after any other, a preset leaves nothing of it.
TEST_F(Augmentations, APresetSaysEveryKey) {
  for (const std::string name : {"none", "standard", "strong"}) {
    const auto file = SYNFACE_TEST_SOURCE_DIR "/experiments/base/augment-" + name + ".toml";
    Sources sources;
    Diagnostics diagnostics;
    const auto document = read_file_with_includes(file, sources, diagnostics);
    ASSERT_TRUE(document) << name;
    for (const auto* key : keys_of("augment")) {
      EXPECT_NE(document->find("augment")->find(key->name), nullptr) << name << " " << key->path();
    }
    const auto augment = read_augmentation(file);
    const auto defaults = read_augmentation(write("empty.toml", ""));
    EXPECT_EQ(augment == defaults, name == "standard") << name;
    for (const auto& [key, value] : augment.items()) {
      const bool off = value == 0.0 || value == false;
      EXPECT_TRUE(name != "none" || off) << key;
      EXPECT_TRUE(name != "strong" || off == (key == "color")) << key;
    }
  }
}

// The presets as the arms of an axis; the standard one is the trial that says nothing.
TEST_F(Augmentations, ArmsOfAnAxis) {
  const auto experiment = expand_text(std::string(kBase) + R"(
[axes.product]
augment = [{ label = "standard" }, { label = "strong", jpeg = 0.3, gamma = 0.5 }]
)");
  ASSERT_EQ(experiment.trials.size(), 2U);
  EXPECT_EQ(experiment.trials[0].axes["augment"], "standard");
  EXPECT_EQ(experiment.trials[0].training_hash, hash_of(kBase));
  EXPECT_EQ(experiment.trials[1].axes["augment"], "strong");
  EXPECT_EQ(experiment.trials[1].config["augment"]["jpeg"], 0.3);
}

}  // namespace
}  // namespace synface::experiment::testing
