// The typed wrappers: calls arrive, failures become CallError, contracts are checked.
#include <synface/plugin/backbone.h>
#include <synface/plugin/benchmark.h>
#include <synface/plugin/generator.h>
#include <synface/plugin/loss.h>
#include <synface/plugin/mixup.h>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Loss make_loss(const Json& given = Json::object(), CallTrace* trace = nullptr) {
  const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
  return Loss(plugin, params_of(plugin, given), make_dims(), trace);
}

void call_margin(const Loss& loss, std::uint64_t step = 0) {
  const Floats cos({2, 1}, 0.5F), norm({2}, 1), weights({2, 1}, 1), z({2, 1}), dz({2, 1});
  loss.margin(context(step), cos, norm, weights, z, dz, nullptr);
  EXPECT_THAT(z.values, ElementsAre(0.25F, 0.25F));
  EXPECT_THAT(dz.values, ElementsAre(1.0F, 1.0F));
}

// Remembers what it was told.
struct Recorder : CallTrace {
  std::vector<std::string> calls;
  int depth = 0;

  void enter(std::string_view plugin, const char* call, std::uint64_t step) noexcept override {
    calls.push_back(std::string(plugin) + " " + call + " " + std::to_string(step));
    ++depth;
  }
  void leave() noexcept override { --depth; }
};

TEST(InstanceTest, ALossGetsItsValuesAndComputes) {
  const Loss loss = make_loss({{"scale", 12}, {"depth", 9}});
  EXPECT_EQ(loss.loss_info().form, static_cast<std::uint32_t>(SYNFACE_LOSS_MARGIN));
  EXPECT_EQ(loss.loss_info().scale, 12.0);
  EXPECT_EQ(loss.loss_info().margin, 9.0);
  EXPECT_EQ(loss.loss_info().subcentres, 1U);
  EXPECT_FALSE(loss.has_parameters());
  EXPECT_TRUE(loss.parameters().empty());
  call_margin(loss);
}

TEST(InstanceTest, EveryCallIsAnnouncedAndTakenBack) {
  Recorder trace;
  {
    const Loss loss = make_loss(Json::object(), &trace);
    call_margin(loss, 41);
    EXPECT_EQ(trace.depth, 0);
  }
  EXPECT_THAT(trace.calls, ElementsAre("loss/good create 0", "loss/good info 0",
                                       "loss/good margin 41", "loss/good destroy 0"));
}

CallError failure_of(const char* fail) {
  Recorder trace;
  const Loss loss = make_loss({{"fail", fail}}, &trace);
  try {
    call_margin(loss);
  } catch (const CallError& e) {
    EXPECT_EQ(trace.depth, 0);
    return e;
  }
  ADD_FAILURE() << "nothing was thrown";
  return CallError("", "", 0, "", "");
}

TEST(InstanceTest, FailuresNamePluginCallReasonAndPlace) {
  const CallError numeric = failure_of("numeric");
  EXPECT_TRUE(numeric.numeric());
  EXPECT_FALSE(numeric.cancelled());
  EXPECT_EQ(numeric.plugin(), "loss/good");
  EXPECT_EQ(numeric.call(), "margin");
  EXPECT_EQ(numeric.reason(), "cos[3] is not finite");
  EXPECT_EQ(numeric.where(), "cos");
  EXPECT_EQ(numeric.code(), ExitCode::kPlugin);
  EXPECT_STREQ(numeric.what(),
               "loss/good: margin(): cos[3] is not finite [cos] (status 5, a value is not finite)");
  EXPECT_TRUE(failure_of("cancelled").cancelled());
  EXPECT_EQ(failure_of("io").code(), ExitCode::kData);
}

TEST(InstanceTest, ACreateThatRefusesItsValuesIsAMistakeOfTheUser) {
  EXPECT_THAT(message_of(ExitCode::kUsage, [] { make_loss({{"fail", "create"}}); }),
              HasSubstr("create(): depth and scale do not go together [depth]"));
}

TEST(InstanceTest, AnotherKindIsRefused) {
  const PluginPtr plugin = loaded("kinds", Kind::kMixup, "tiny");
  EXPECT_THAT(message_of(ExitCode::kPlugin, [&] { Loss(plugin, params_of(plugin), make_dims()); }),
              HasSubstr("mixup/tiny is no loss plugin"));
}

TEST(InstanceTest, ValuesThatWereNotValidatedAreAFaultOfOurs) {
  const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
  Json params = params_of(plugin);
  params["scale"] = "30";
  EXPECT_THROW(Values(plugin->info, params), Error);
  params.erase("scale");
  EXPECT_THROW(Values(plugin->info, params), Error);
}

TEST(InstanceTest, ValuesCarryTheIndexOfAChoice) {
  const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
  const Values values(plugin->info, params_of(plugin, {{"fail", "io"}, {"smooth", true}}));
  ASSERT_EQ(values.size(), 8U);
  EXPECT_EQ(values.data()[2].i64, 1);
  EXPECT_EQ(values.data()[4].i64, 4);
  EXPECT_EQ(std::string(values.data()[4].str.data, values.data()[4].str.size), "io");
  EXPECT_EQ(values.data()[6].count, 2U);
}

TEST(InstanceTest, StateSurvivesACheckpoint) {
  Loss loss = make_loss();
  call_margin(loss);
  call_margin(loss);
  const auto saved = loss.save_state();
  ASSERT_TRUE(saved.has_value());
  EXPECT_EQ(saved->version, 7U);
  EXPECT_EQ(saved->bytes, std::string("\2\0\0\0\0\0\0\0", 8));
  Loss other = make_loss();
  other.load_state(*saved);
  EXPECT_EQ(other.save_state()->bytes, saved->bytes);
  EXPECT_THROW(other.load_state({7, "short"}), CallError);
  EXPECT_THROW(other.load_state({8, saved->bytes}), CallError);
  const PluginPtr stateless = loaded("kinds", Kind::kMixup, "tiny");
  EXPECT_FALSE(Mixup(stateless, params_of(stateless), make_dims()).save_state().has_value());
}

TEST(InstanceTest, AMovedInstanceIsDestroyedOnce) {
  Recorder trace;
  {
    Loss a = make_loss(Json::object(), &trace);
    Loss b = std::move(a);
    a = std::move(b);
    call_margin(a);
  }
  EXPECT_EQ(std::count(trace.calls.begin(), trace.calls.end(), "loss/good destroy 0"), 1);
}

TEST(InstanceTest, ALatentGeneratorRenders) {
  const PluginPtr plugin = loaded("kinds", Kind::kGenerator, "tiny");
  const Generator generator(plugin, Json::object(), make_dims());
  EXPECT_TRUE(generator.latent());
  const auto blocks = generator.blocks();
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].name, "identity");
  EXPECT_TRUE(blocks[0].mixable && blocks[0].per_identity);
  EXPECT_FALSE(blocks[1].mixable);
  EXPECT_EQ(Generator::row_length(blocks), 3U);
  EXPECT_EQ(generator.identities(), UINT64_MAX);
  EXPECT_THAT(generator.samples(4, 2), ElementsAre(5U, 6U));
  synface_key key{};
  key.identity = 5;
  key.sample = 2;
  const Floats latents({1, 3});
  generator.latents(context(), {&key, 1}, latents);
  EXPECT_THAT(latents.values, ElementsAre(5.0F, 0.0F, 2.0F));
  EXPECT_EQ(generator.identity_name(3), "person 3");
  EXPECT_FALSE(generator.has_masks());
  EXPECT_THROW(generator.fetch(key), Error);
}

TEST(InstanceTest, AnIndexGeneratorFetches) {
  const PluginPtr plugin = loaded("kinds", Kind::kGenerator, "files");
  const Generator generator(plugin, Json::object(), make_dims());
  EXPECT_FALSE(generator.latent());
  EXPECT_TRUE(generator.blocks().empty());
  synface_key key{};
  EXPECT_EQ(generator.fetch(key), "PNG");
  // Its table ends before identity_name: what lies beyond is not looked at.
  EXPECT_FALSE(generator.has_identity_names());
  key.identity = 7;
  EXPECT_THAT(message_of(ExitCode::kData, [&] { generator.fetch(key); }), HasSubstr("7.png"));
}

class MixupTest : public ::testing::Test {
 protected:
  std::vector<synface_mix_source> pick(const char* mode) {
    const PluginPtr plugin = loaded("kinds", Kind::kMixup, "tiny");
    const Mixup mixup(plugin, params_of(plugin, {{"mode", mode}}), make_dims());
    EXPECT_TRUE(mixup.latent());
    EXPECT_FALSE(mixup.has_apply());
    const std::uint32_t samples[] = {1, 1, 1};
    const synface_mix_set set = {sizeof set, 0, 0, 3, samples};
    const synface_mix_set* sets[] = {&set};
    std::vector<synface_key> keys(3);
    for (std::uint32_t i = 0; i < 3; ++i) keys[i].identity = i;
    std::vector<synface_mix_source> sources(6);
    mixup.pick(context(), keys, sets, sources);
    return sources;
  }
};

TEST_F(MixupTest, PicksSourcesThatExistAndSumToOne) {
  const auto sources = pick("good");
  EXPECT_EQ(sources[1].key.identity, 1U);
  EXPECT_EQ(sources[5].key.identity, 0U);
  EXPECT_THAT(message_of(ExitCode::kPlugin, [&] { pick("weights"); }), HasSubstr("sum 1.25"));
  EXPECT_THAT(message_of(ExitCode::kPlugin, [&] { pick("beyond"); }),
              HasSubstr("identity 3, sample 0 of set 0"));
  EXPECT_THAT(message_of(ExitCode::kPlugin, [&] { pick("self"); }), HasSubstr("source 0"));
}

class BackboneTest : public ::testing::Test {
 protected:
  Backbone make(std::int64_t embedding = 2) const {
    synface_dims dims = make_dims();
    dims.embedding = embedding;
    return Backbone(loaded("kinds", Kind::kBackbone, "tiny"), Json::object(), dims);
  }
};

TEST_F(BackboneTest, TrainsThroughATape) {
  const Backbone backbone = make();
  EXPECT_EQ(backbone.embedding(), 2);
  EXPECT_TRUE(backbone.trainable());
  EXPECT_FALSE(backbone.has_calibrate());
  const auto parameters = backbone.parameters();
  ASSERT_EQ(parameters.size(), 1U);
  EXPECT_EQ(parameters[0].name, "w");
  EXPECT_EQ(parameters[0].count(), 1);
  EXPECT_TRUE(parameters[0].trainable);
  EXPECT_FALSE(parameters[0].decay);

  const Floats value({1}), gradient({1}), x({1, 3, 1, 1}, 1), embeddings({1, 2});
  const Floats d_embeddings({1, 2}, 1);
  const synface_tensor* values[] = {value.get()};
  const synface_tensor* gradients[] = {gradient.get()};
  backbone.init_parameters(context(), values);
  EXPECT_THAT(value.values, ElementsAre(2.0F));
  backbone.bind_parameters(values, gradients);
  const auto* open = static_cast<const int*>(backbone.extension("fixture.open_tapes/1"));
  ASSERT_NE(open, nullptr);
  {
    Tape tape = backbone.forward_train(context(), x, embeddings);
    EXPECT_THAT(embeddings.values, ElementsAre(6.0F, 6.0F));
    backbone.backward(context(), tape, d_embeddings, nullptr, false);
    EXPECT_THAT(gradient.values, ElementsAre(6.0F));
    EXPECT_EQ(*open, 1);
    Tape moved = std::move(tape);
    EXPECT_TRUE(static_cast<bool>(moved));
    tape = backbone.forward_train(context(), x, embeddings);
    backbone.backward(context(), tape, d_embeddings, nullptr, true);
    EXPECT_THAT(gradient.values, ElementsAre(12.0F));
    EXPECT_EQ(*open, 2);
  }
  EXPECT_EQ(*open, 0);
  backbone.forward(context(), x, embeddings);
  EXPECT_EQ(*open, 0);
}

TEST_F(BackboneTest, NeedsALengthOfItsEmbedding) {
  EXPECT_THAT(message_of(ExitCode::kPlugin, [&] { make(0); }), HasSubstr("embedding is 0"));
}

struct Collected : Results {
  std::vector<std::string> all;
  bool fail = false;

  void scalar(std::string_view key, double value) override {
    if (fail) throw Error(ExitCode::kNoSpace, "the disk is full");
    all.push_back(fmt::format("{}={}", key, value));
  }
  void interval(std::string_view key, double low, double high, double level) override {
    all.push_back(fmt::format("{} in {}..{} at {}", key, low, high, level));
  }
  void curve(std::string_view key, std::span<const double> x, std::span<const double> y,
             std::string_view, std::string_view) override {
    all.push_back(fmt::format("{} {}+{} points, last {}", key, x.size(), y.size(), y.back()));
  }
  void artifact(std::string_view name, std::string_view type, std::string_view bytes) override {
    all.push_back(fmt::format("{} {} {}", name, type, bytes.size()));
  }
};

TEST(BenchmarkTest, AsksAndEvaluates) {
  const Benchmark benchmark(loaded("kinds", Kind::kBenchmark, "tiny"), Json::object(), make_dims());
  const auto metrics = benchmark.metrics();
  ASSERT_EQ(metrics.size(), 1U);
  EXPECT_EQ(metrics[0].key, "mean");
  EXPECT_EQ(metrics[0].goal, Goal::kMaximise);
  EXPECT_TRUE(metrics[0].primary);

  const std::uint32_t samples[] = {1, 1};
  const synface_eval_set set = {sizeof set, SYNFACE_SET_HELDOUT, 9, 2, samples};
  const Requests requests = benchmark.requests(&set);
  EXPECT_EQ(requests.view_count(), 2);
  ASSERT_EQ(requests.list.size(), 3U);
  EXPECT_EQ(requests.list[1].key.identity, 1U);
  EXPECT_EQ(requests.list[2].file, "/a/face.png");
  EXPECT_EQ(benchmark.requests(nullptr).list.size(), 1U);

  Collected results;
  benchmark.evaluate(context(), Floats({2, 3, 1}, 0.5F), results);
  EXPECT_THAT(results.all, ElementsAre("mean=0.5", "mean in 0..1 at 0.95",
                                       "mean 2+2 points, last 3", "scores.csv text/csv 4"));
}

TEST(BenchmarkTest, WhatAReceiverThrowsComesOutAsItWas) {
  const Benchmark benchmark(loaded("kinds", Kind::kBenchmark, "tiny"), Json::object(), make_dims());
  Collected results;
  results.fail = true;
  EXPECT_EQ(message_of(ExitCode::kNoSpace,
                       [&] { benchmark.evaluate(context(), Floats({1, 1, 1}), results); }),
            "the disk is full");
}

}  // namespace
}  // namespace synface::plugin::test
