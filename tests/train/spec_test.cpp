#include <gtest/gtest.h>
#include <synface/base/error.h>
#include <synface/train/spec.h>

namespace synface::train {
namespace {

Json spec() {
  return Json::parse(R"({
    "format": 1, "trial_key": "ab", "do": ["train", "evaluate"],
    "paths": {"cache": "/c", "artifacts": "/a", "weights": "/w", "root": "/"},
    "plugins": {"generator/g": "/g.so", "backbone/b": "/b.so", "loss/l": "/l.so",
                "benchmark/v": "/v.so", "mixup/m": "/m.so"},
    "config": {
      "seed": {"data": 1, "train": 2, "real": 3, "test": 4},
      "generator": {"plugin": "g", "identities": 10, "samples": 5, "size": [48, 40], "x": 1.5},
      "backbone": {"plugin": "b", "embedding": 64}, "loss": {"plugin": "l"},
      "mixup": [{"plugin": "m"}], "train": {"images_seen": 130, "batch_size": 64},
      "augment": {"flip": false, "blur": 0.5, "warp": 0.05, "resample": 0.1, "jpeg": 0.2,
                  "gamma": 0.3, "contrast": 0.4, "white_balance": 0.6, "grey": 0.7},
      "benchmark": [{"plugin": "v", "name": "real", "set": "real"}]}})");
}

std::string error_of(const Json& json) {
  try {
    parse_spec(json);
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(ExitCode::kUsage));
    return error.what();
  }
  return {};
}

TEST(Spec, IsRead) {
  const TrialSpec s = parse_spec(spec());
  EXPECT_EQ(s.height, 48);
  EXPECT_EQ(s.width, 40);
  EXPECT_EQ(s.seeds.test, 4U);
  EXPECT_EQ(s.total_steps(), 3);  // 130 images in batches of 64
  EXPECT_FALSE(s.augmentation.flip);
  EXPECT_EQ(s.augmentation.blur, 0.5);
  EXPECT_EQ(s.augmentation.warp, 0.05);
  EXPECT_EQ(s.augmentation.resample, 0.1);
  EXPECT_EQ(s.augmentation.jpeg, 0.2);
  EXPECT_EQ(s.augmentation.gamma, 0.3);
  EXPECT_EQ(s.augmentation.contrast, 0.4);
  EXPECT_EQ(s.augmentation.white_balance, 0.6);
  EXPECT_EQ(s.augmentation.grey, 0.7);
  EXPECT_EQ(s.generator.library, "/g.so");
  EXPECT_EQ(s.generator.config.at("x"), 1.5);
  ASSERT_EQ(s.mixups.size(), 1U);
  ASSERT_EQ(s.benchmarks.size(), 1U);
  EXPECT_EQ(s.benchmarks[0].name, "real");
  EXPECT_EQ(s.benchmarks[0].set, "real");
}

TEST(Spec, WhatIsWrongIsNamed) {
  const auto with = [](const char* pointer, const Json& value) {
    Json json = spec();
    json[Json::json_pointer(pointer)] = value;
    return json;
  };
  EXPECT_NE(error_of(with("/format", 2)).find("format"), std::string::npos);
  EXPECT_NE(error_of(with("/config/train/images_seen", "many")).find("config.train.images_seen"),
            std::string::npos);
  EXPECT_NE(error_of(with("/config/loss", Json::object())).find("config.loss.plugin"),
            std::string::npos);
  EXPECT_NE(error_of(with("/config/loss/plugin", "other")).find("loss/other"), std::string::npos);
  EXPECT_NE(error_of(with("/do", Json::array({"dance"}))).find("dance"), std::string::npos);
  EXPECT_NE(error_of(with("/do", Json::array({"evaluate"}))).find("weights"), std::string::npos);
}

}  // namespace
}  // namespace synface::train
