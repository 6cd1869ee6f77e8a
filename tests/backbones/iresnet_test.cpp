// What is iresnet's own: published sizes, dropout, the two layouts.
#include <gtest/gtest.h>
#include <synface/sdk/philox.h>

#include "reference.h"

namespace synface::test {
namespace {

std::int64_t parameters_of(Setting setting) {
  setting.plugin = "iresnet";
  setting.embedding = 512;
  setting.memory = false;
  Backbone net(setting);
  return net.count(SYNFACE_PARAMETER_TRAINABLE);
}

TEST(IResNet, HasThePublishedNumbersOfParameters) {
  // SynFace's LResNet50E-IR (lib/models/resnets.py at 5c60128), whose input is 112 x 96.
  EXPECT_EQ(parameters_of({.height = 112, .width = 96, .values = {{"depth", "50"}}}), 41755840);
  // insightface's iresnet at 112 x 112, in millions; its frozen last scale counts there as well.
  const std::pair<std::string, double> published[] = {
      {"18", 24.03}, {"34", 34.14}, {"50", 43.59}, {"100", 65.16}, {"200", 118.83}};
  for (const auto& [depth, millions] : published) {
    const std::int64_t n =
        parameters_of({.height = 112, .width = 112, .values = {{"depth", depth}}});
    EXPECT_NEAR(static_cast<double>(n) * 1e-6, millions, 0.005) << depth;
  }
}

TEST(IResNet, ADepthIsAListOfBlocks) {
  const std::vector<double> blocks{3, 4, 14, 3};
  EXPECT_EQ(parameters_of({.height = 112, .width = 96, .values = {{"blocks", blocks}}}), 41755840);
}

Setting tiny(const std::string& layout, double dropout) {
  return {.plugin = "iresnet",
          .height = 24,
          .width = 20,
          .embedding = 16,
          .values = {{"blocks", std::vector<double>{1, 1}},
                     {"width", 8L},
                     {"dropout", dropout},
                     {"layout", layout}}};
}

TEST(IResNet, InsightfacesLastScaleIsNotTrained) {
  Backbone ours(tiny("synface", 0.0)), theirs(tiny("insightface", 0.0));
  EXPECT_TRUE(ours.trainable("features.weight"));
  EXPECT_FALSE(theirs.trainable("features.weight"));
  EXPECT_TRUE(theirs.trainable("features.bias"));
  EXPECT_TRUE(at::equal(theirs.value("features.weight"), at::ones({16})));
  EXPECT_EQ(ours.names(), theirs.names());
}

// The mask by the rule of synface/philox.h: uniform < rate drops, the rest grows.
at::Tensor mask_of(const synface_context& ctx, std::int64_t rows, std::int64_t columns,
                   double rate) {
  sdk::PhiloxStream random(ctx, SYNFACE_STREAM_DROPOUT);
  at::Tensor mask = at::empty({rows, columns});
  for (std::int64_t i = 0; i < mask.numel(); ++i) {
    const bool dropped = random.uniform() < static_cast<float>(rate);
    mask.data_ptr<float>()[i] = dropped ? 0.0F : static_cast<float>(1.0 / (1.0 - rate));
  }
  return mask;
}

TEST(IResNet, DropoutFollowsPhiloxInBothDirections) {
  const double rate = 0.4;
  Backbone net(tiny("synface", rate));
  Weights weights = copy_weights(net, at::kDouble);
  const at::Tensor x = pictures(5, 24, 20);
  const at::Tensor dy = pictures(5, 16, 1, 3).select(1, 0).flatten(1).contiguous();
  net.counter = 0x1234567890ULL;
  const at::Tensor mask = mask_of(net.context(SYNFACE_PHASE_TRAIN), 5, 16 * 6 * 5, rate);
  ASSERT_NEAR(mask.eq(0.0).to(at::kFloat).mean().item<double>(), rate, 0.05);

  auto [y, tape] = net.train(x);
  net.backward(tape, dy);

  const at::Tensor wanted = Reference{weights, true}.iresnet(x.to(at::kDouble), {1, 1}, mask);
  EXPECT_LT((y - wanted).abs().max().item<double>(), 1e-5);
  wanted.backward(dy.to(at::kDouble));
  for (const std::string name :
       {"conv1.weight", "fc.weight", "layer2.0.bn1.weight", "bn2.weight"}) {
    const at::Tensor exact = weights.at(name).grad();
    const at::Tensor error = (net.gradient(name) - exact).abs().max() / exact.abs().max();
    EXPECT_LT(error.item<double>(), 1e-4) << name;
  }
}

TEST(IResNet, DropoutChangesWithTheCounterAndIsOffInEvaluation) {
  Backbone dropping(tiny("synface", 0.5)), plain(tiny("synface", 0.0));
  const at::Tensor x = pictures(4, 24, 20);
  EXPECT_TRUE(at::equal(dropping.embed(x), plain.embed(x)));
  const at::Tensor first = dropping.train(x).first;
  EXPECT_TRUE(at::equal(first, dropping.train(x).first));
  dropping.counter = 1;
  EXPECT_FALSE(at::equal(first, dropping.train(x).first));
}

TEST(IResNet, InitialWeightsAreOnePhiloxStreamOverTheList) {
  Backbone net(tiny("synface", 0.0));
  sdk::PhiloxStream random(net.context(SYNFACE_PHASE_TRAIN), SYNFACE_STREAM_INIT);
  for (const std::string& name : net.names()) {
    const at::Tensor& value = net.value(name);
    if (value.dim() == 1) continue;  // constants draw nothing
    const double area = value.dim() == 4 ? static_cast<double>(value.size(2) * value.size(3)) : 1.0;
    const double fans = area * static_cast<double>(value.size(0) + value.size(1));
    const auto bound = static_cast<float>(std::sqrt(6.0 / fans));  // Xavier
    const float* data = value.data_ptr<float>();
    for (std::int64_t i = 0; i < value.numel(); ++i) {
      ASSERT_EQ(data[i], (2.0F * random.uniform() - 1.0F) * bound) << name << ", element " << i;
    }
  }
  EXPECT_TRUE(at::equal(net.value("layer1.0.prelu.weight"), at::full({8}, 0.25)));
  EXPECT_TRUE(at::equal(net.value("bn1.running_var"), at::ones({8})));
  EXPECT_TRUE(at::equal(net.value("fc.bias"), at::zeros({16})));
}

TEST(IResNet, RefusesBlocksThatAreNone) {
  Setting setting = tiny("synface", 0.0);
  for (const std::vector<double>& blocks :
       {std::vector<double>{2, 0}, std::vector<double>{1.5}, std::vector<double>(7, 1.0)}) {
    setting.values["blocks"] = blocks;
    EXPECT_THROW(Backbone{setting}, std::runtime_error);
  }
}

TEST(IResNet, ExportsOneSymbol) {
  for (const std::string plugin : {"iresnet", "fastnet"}) {
    const std::string symbols = run_tool("nm -D --defined-only " + plugin_path(plugin));
    EXPECT_EQ(std::count(symbols.begin(), symbols.end(), '\n'), 1) << symbols;
  }
}

}  // namespace
}  // namespace synface::test
