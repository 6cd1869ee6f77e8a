#include <gtest/gtest.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/data/tensorfile.h>
#include <synface/train/checkpoint.h>

#include <algorithm>
#include <fstream>
#include <map>

namespace synface::train {
namespace {

class Checkpoints : public testing::Test {
 protected:
  Checkpoints() : parameters(specs(), true) {
    float next = 0.1F;
    for (float& v : parameters.flat_values()) v = next += 0.37F;
    for (float& v : parameters.flat_momentum()) v = next -= 0.11F;
    position.step = 321;
    position.attempt = 4;
    position.window = {1.5, 0.25, 3, 7, 8, 9};
    position.loss = plugin::SavedState{2, std::string("a\0b", 3)};
  }
  static std::vector<ParameterSpec> specs() {
    return {{"backbone.conv", {3, 5}, true, true, 1.0F},
            {"backbone.mean", {7}, false, true, 1.0F},
            {"loss.weight", {4, 2}, true, true, 1.0F}};
  }
  TemporaryFolder folder;
  Parameters parameters;
  Position position;
};

TEST_F(Checkpoints, ComeBackToTheBit) {
  save_checkpoint(folder.path(), "key", parameters, position);
  Parameters other(specs(), true);
  const auto loaded = load_checkpoint(folder.path(), "key", other);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->step, 321);
  EXPECT_EQ(loaded->attempt, 4U);
  EXPECT_EQ(loaded->window.tail_steps, 9);
  EXPECT_FALSE(loaded->backbone);
  ASSERT_TRUE(loaded->loss);
  EXPECT_EQ(loaded->loss->version, 2U);
  EXPECT_EQ(loaded->loss->bytes, std::string("a\0b", 3));
  EXPECT_TRUE(std::ranges::equal(parameters.flat_values(), other.flat_values()));
  EXPECT_TRUE(std::ranges::equal(parameters.flat_momentum(), other.flat_momentum()));
}

TEST_F(Checkpoints, AnAbsentOneIsNoneAndAForeignOneAnError) {
  EXPECT_FALSE(load_checkpoint(folder.path(), "key", parameters));
  const auto file = save_checkpoint(folder.path(), "key", parameters, position);
  EXPECT_THROW(load_checkpoint(folder.path(), "another", parameters), Error);
  auto changed = specs();
  changed[0].decay = false;
  Parameters other(changed, true);
  EXPECT_THROW(load_checkpoint(folder.path(), "key", other), Error);
  const std::string bytes = read_file(file);
  std::ofstream(file, std::ios::binary) << bytes.substr(0, bytes.size() - 9);
  EXPECT_THROW(load_checkpoint(folder.path(), "key", parameters), Error);
}

// A GPU's sums have another order: a training that began there goes on there alone.
TEST_F(Checkpoints, OneOfAGpuIsRefusedOnTheCpu) {
  const auto path = save_checkpoint(folder.path(), "key", parameters, position).string();
  std::map<std::string, std::string> metadata;
  std::vector<data::TensorToWrite> tensors;
  const data::TensorFile file(path);
  EXPECT_EQ(file.metadata("device"), "");
  for (const char* key : {"format", "trial_key", "step", "attempt", "layout", "loss_state"}) {
    metadata[key] = file.metadata(key);
  }
  metadata["device"] = "cuda";
  for (const std::string& name : file.names()) {
    const data::StoredTensor tensor = file.get(name);
    tensors.push_back({name, tensor.dtype, tensor.shape, tensor.data});
  }
  data::write_tensorfile(path, tensors, metadata);
  try {
    load_checkpoint(folder.path(), "key", parameters);
    FAIL() << "loaded";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("was written on a GPU"), std::string::npos)
        << error.what();
  }
}

TEST_F(Checkpoints, KeptWeightsFillTheBackbone) {
  const auto file = folder.path() / "deep" / "weights.safetensors";
  const std::string sha256 = save_weights(file, "key", parameters, position);
  EXPECT_EQ(sha256.size(), 64U);
  auto alone = specs();
  alone.pop_back();
  Parameters other(alone, false);
  const Position loaded = load_weights(file, other);
  EXPECT_EQ(loaded.step, 321);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto* a = static_cast<const float*>((*parameters.value(i)).data);
    const auto* b = static_cast<const float*>((*other.value(i)).data);
    EXPECT_TRUE(std::equal(a, a + parameters.value(i).count(), b));
  }
}

}  // namespace
}  // namespace synface::train
