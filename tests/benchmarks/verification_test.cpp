// Verification: golden figures, and the plugin driven through the ABI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "bootstrap.h"
#include "metrics.h"
#include "protocol.h"
#include "results.h"

namespace {

using abi_test::Array;
using abi_test::Collected;
using abi_test::must;
using verification::Scored;
using Benchmark = abi_test::Plugin<synface_benchmark_table>;

// Five genuine and ten impostor scores; AUC, EER, TAR and d' by counting (and, d', by the formula
// with population variances).
std::vector<Scored> fifteen() {
  std::vector<Scored> pairs;
  for (const double s : {.9, .8, .7, .55, .3}) pairs.push_back({s, true, 0, 0});
  for (const double s : {.6, .4, .35, .2, .1, .05, 0.0, -.1, -.2, -.3}) {
    pairs.push_back({s, false, 0, 1});
  }
  return pairs;
}

TEST(Metrics, MatchTheCountedValues) {
  const verification::RankedPairs ranked(fifteen());
  EXPECT_NEAR(ranked.auc(), .92, 1e-12);
  EXPECT_NEAR(ranked.eer(), .20, 1e-12);
  EXPECT_NEAR(ranked.tar_at_far(.1), .8, 1e-12);
  EXPECT_NEAR(ranked.tar_at_far(0.0), .6, 1e-12);
  EXPECT_NEAR(verification::separation(fifteen()).d_prime, 2.248049414, 1e-9);
}

TEST(Metrics, TiesBetweenTheClassesCountHalf) {
  const verification::RankedPairs ranked({{.5, true, 0, 0}, {.5, false, 0, 1}});
  EXPECT_NEAR(ranked.auc(), .5, 1e-12);
}

TEST(Metrics, AreNaNWithoutOneOfTheClasses) {
  const verification::RankedPairs ranked({{.5, true, 0, 0}, {.7, true, 1, 1}});
  EXPECT_TRUE(std::isnan(ranked.auc()));
  EXPECT_TRUE(std::isnan(ranked.eer()));
  EXPECT_TRUE(std::isnan(ranked.tar_at_far(.1)));
}

TEST(Metrics, AWeightOfTwoIsThePairTwice) {
  std::vector<Scored> doubled = fifteen();
  doubled.push_back(doubled[4]);
  const verification::RankedPairs ranked(fifteen());
  std::vector<double> weights;
  for (const uint32_t original : ranked.original()) weights.push_back(original == 4 ? 2.0 : 1.0);
  EXPECT_NEAR(ranked.auc(weights), verification::RankedPairs(doubled).auc(), 1e-12);
}

// 6000 scores from a linear congruential generator: same if i % 600 < 300,
// s = (.55 | .15) + .9 (mean of four uniforms - .5), clamped to [-1, 1].
std::vector<Scored> six_thousand() {
  uint64_t state = 42;
  const auto uniform = [&] {
    state = 6364136223846793005ULL * state + 1442695040888963407ULL;
    return static_cast<double>(state >> 11) / 9007199254740992.0;
  };
  std::vector<Scored> pairs;
  for (uint32_t i = 0; i < 6000; ++i) {
    const bool same = i % 600 < 300;
    double sum = 0.0;
    for (int k = 0; k < 4; ++k) sum += uniform();
    const double s = (same ? .55 : .15) + .9 * (sum / 4 - .5);
    pairs.push_back({std::min(1.0, std::max(-1.0, s)), same, i, i + 1});
  }
  return pairs;
}

TEST(TenFolds, BothProtocolsMatchTheGoldenAccuracy) {
  const std::vector<Scored> pairs = six_thousand();
  std::vector<uint32_t> fold;
  for (uint32_t i = 0; i < pairs.size(); ++i) fold.push_back(i / 600);
  const auto cosine =
      verification::k_fold_accuracy(pairs, fold, 10, verification::Protocol::kSynface);
  const auto distance =
      verification::k_fold_accuracy(pairs, fold, 10, verification::Protocol::kInsightface);
  EXPECT_NEAR(cosine.mean, .937, 1e-12);
  EXPECT_NEAR(cosine.sd, .013161391, 1e-9);
  EXPECT_NEAR(cosine.threshold, .350, 1e-9);
  EXPECT_NEAR(distance.mean, .937, 1e-12);
  EXPECT_NEAR(distance.sd, .013161391, 1e-9);
  EXPECT_NEAR(distance.threshold, 1.300, 1e-9);
}

TEST(TenFolds, StratifiedFoldsHoldEqualSharesOfBothClasses) {
  const std::vector<Scored> pairs = six_thousand();
  const auto fold = verification::stratified_folds(pairs, 10);
  std::vector<int> same(10, 0), different(10, 0);
  for (std::size_t i = 0; i < pairs.size(); ++i) ++(pairs[i].same ? same : different)[fold[i]];
  EXPECT_THAT(same, testing::Each(300));
  EXPECT_THAT(different, testing::Each(300));
}

TEST(Bootstrap, OfAMeanHasTheWidthThatTheoryGives) {
  // 400 people with one genuine pair each, half of them right: the share's standard error is .025.
  std::vector<Scored> pairs;
  for (uint32_t i = 0; i < 400; ++i) pairs.push_back({i % 2 == 0 ? 1.0 : 0.0, true, i, i});
  const auto found = verification::identity_bootstrap(
      pairs, 400, 2000, 1, abi_test::context(), [&](const std::vector<double>& weights) {
        double right = 0.0, all = 0.0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
          all += weights[i];
          right += weights[i] * pairs[i].score;
        }
        return std::vector<double>{right / all};
      });
  EXPECT_NEAR(found[0].low, .5 - 1.96 * .025, .006);
  EXPECT_NEAR(found[0].high, .5 + 1.96 * .025, .006);
}

TEST(Bootstrap, StopsWhenItIsTold) {
  const std::vector<Scored> pairs = {{1.0, true, 0, 0}};
  uint32_t told = 0;
  synface_context ctx = abi_test::context();
  ctx.cancel = &told;
  int draws = 0;
  const auto figures = [&](const std::vector<double>&) {
    told = ++draws == 3 ? 1 : 0;
    return std::vector<double>{0.0};
  };
  EXPECT_THROW(verification::identity_bootstrap(pairs, 1, 1000, 0, ctx, figures), std::exception);
  EXPECT_EQ(draws, 3);
}

synface_eval_set eval_set(const std::vector<uint32_t>& samples) {
  return {sizeof(synface_eval_set), SYNFACE_SET_HELDOUT, 99, samples.size(), samples.data()};
}

uint32_t ask(const Benchmark& benchmark, const synface_eval_set& set, Collected& into) {
  const synface_request_sink sink = into.requests();
  uint32_t views = 0;
  must([&](synface_error* error) {
    return benchmark->requests(benchmark.self(), &set, &sink, &views, error);
  });
  return views;
}

TEST(Plugin, AsksForDistinctImagesOfTheSetAndAlwaysForTheSame) {
  const Benchmark benchmark("verification.so", "verification", {{"genuine", 60}, {"impostor", 60}});
  const std::vector<uint32_t> samples(20, 4);
  Collected first, second;
  EXPECT_EQ(ask(benchmark, eval_set(samples), first),
            static_cast<uint32_t>(SYNFACE_VIEW_PLAIN | SYNFACE_VIEW_FLIP));
  ask(benchmark, eval_set(samples), second);
  std::set<std::pair<uint32_t, uint32_t>> distinct;
  for (const synface_key& key : first.keys) {
    distinct.insert({key.identity, key.sample});
    EXPECT_LT(key.identity, 20U);
    EXPECT_LT(key.sample, 4U);
    EXPECT_EQ(key.data_seed, 99U);
    EXPECT_EQ(key.set, static_cast<uint32_t>(SYNFACE_SET_HELDOUT));
  }
  EXPECT_EQ(distinct.size(), first.keys.size());
  ASSERT_EQ(first.keys.size(), second.keys.size());
  for (std::size_t i = 0; i < first.keys.size(); ++i) {
    EXPECT_EQ(first.keys[i].identity, second.keys[i].identity);
    EXPECT_EQ(first.keys[i].sample, second.keys[i].sample);
  }
}

// Given embeddings that tell people apart perfectly, then every figure is perfect; given equal ones
// for all, then nothing is better than chance.
TEST(Plugin, PerfectAndUselessEmbeddings) {
  const Benchmark benchmark("verification.so", "verification",
                            {{"genuine", 100}, {"impostor", 100}, {"bootstrap", 50}});
  const std::vector<uint32_t> samples(25, 4);
  Collected collected;
  ask(benchmark, eval_set(samples), collected);
  const auto images = static_cast<int64_t>(collected.keys.size());
  Array<float> perfect({2, images, 25}), useless({2, images, 25});
  for (int64_t v = 0; v < 2; ++v) {
    for (int64_t m = 0; m < images; ++m) {
      const auto row = static_cast<std::size_t>((v * images + m) * 25);
      perfect[row + collected.keys[static_cast<std::size_t>(m)].identity] = 3.0F;
      useless[row] = 1.0F;
    }
  }
  const synface_context ctx = abi_test::context();
  const synface_result_sink sink = collected.results();
  must([&](synface_error* error) {
    return benchmark->evaluate(benchmark.self(), &ctx, perfect.view(), &sink, error);
  });
  EXPECT_NEAR(collected.scalars.at("accuracy"), 1.0, 1e-12);
  EXPECT_EQ(collected.scalars.at("auc"), 1.0);
  EXPECT_EQ(collected.scalars.at("eer"), 0.0);
  EXPECT_EQ(collected.scalars.at("tar_at_far_1e2"), 1.0);
  // 100 impostor pairs measure no rate of one in a thousand.
  EXPECT_EQ(collected.scalars.count("tar_at_far_1e3"), 0U);
  EXPECT_EQ(collected.intervals.count("tar_at_far_1e3"), 0U);
  EXPECT_EQ(collected.scalars.at("pairs"), 200.0);
  EXPECT_EQ(collected.intervals.at("auc").first, 1.0);
  must([&](synface_error* error) {
    return benchmark->evaluate(benchmark.self(), &ctx, useless.view(), &sink, error);
  });
  EXPECT_NEAR(collected.scalars.at("auc"), 0.5, 1e-12);
  EXPECT_NEAR(collected.scalars.at("accuracy"), 0.5, 1e-12);
}

// The file's layout is read by the report: the length of its header, the header, the tensors.
TEST(Plugin, KeepsTheScoreOfEveryPairWithItsPeople) {
  const Benchmark benchmark("verification.so", "verification",
                            {{"genuine", 30}, {"impostor", 30}, {"bootstrap", 0}});
  const std::vector<uint32_t> samples(15, 4);
  Collected collected;
  ask(benchmark, eval_set(samples), collected);
  const auto images = static_cast<int64_t>(collected.keys.size());
  Array<float> perfect({2, images, 15});
  for (int64_t v = 0; v < 2; ++v) {
    for (int64_t m = 0; m < images; ++m) {
      const auto row = static_cast<std::size_t>((v * images + m) * 15);
      perfect[row + collected.keys[static_cast<std::size_t>(m)].identity] = 1.0F;
    }
  }
  const synface_context ctx = abi_test::context();
  const synface_result_sink sink = collected.results();
  must([&](synface_error* error) {
    return benchmark->evaluate(benchmark.self(), &ctx, perfect.view(), &sink, error);
  });
  const std::string& file = collected.artifacts.at("scores.safetensors");
  uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  ASSERT_EQ(length % 8, 0U);
  ASSERT_EQ(file.size(), 8 + length + 60 * (4 + 4 + 4 + 1 + 1));
  const std::string header = file.substr(8, length);
  EXPECT_THAT(header, testing::HasSubstr("\"format\":\"synface-scores\",\"version\":\"1\","
                                         "\"people\":\"15\""));
  EXPECT_THAT(header, testing::HasSubstr("\"score\":{\"dtype\":\"F32\",\"shape\":[60],"
                                         "\"data_offsets\":[0,240]}"));
  EXPECT_THAT(header, testing::HasSubstr("\"right\":{\"dtype\":\"U8\",\"shape\":[60],"
                                         "\"data_offsets\":[780,840]}"));
  const char* data = file.data() + 8 + length;
  int genuine = 0;
  for (std::size_t i = 0; i < 60; ++i) {
    float score = 0;
    int32_t first = 0, second = 0;
    std::memcpy(&score, data + 4 * i, 4);
    std::memcpy(&first, data + 240 + 4 * i, 4);
    std::memcpy(&second, data + 480 + 4 * i, 4);
    const bool same = data[720 + i] == 1;
    EXPECT_EQ(same, first == second);
    EXPECT_NEAR(score, same ? 1.0F : 0.0F, 1e-6F);
    EXPECT_EQ(data[780 + i], 1) << "perfect embeddings decide every pair rightly";
    genuine += same ? 1 : 0;
  }
  EXPECT_EQ(genuine, 30);
}

TEST(Plugin, EveryMetricItReportsWasAnnounced) {
  const Benchmark benchmark("verification.so", "verification",
                            {{"genuine", 20}, {"impostor", 1000}});
  const synface_metric_spec* const* specs = nullptr;
  uint32_t n = 0;
  must([&](synface_error* error) {
    return benchmark->metrics(benchmark.self(), &specs, &n, error);
  });
  std::set<std::string> announced;
  for (uint32_t i = 0; i < n; ++i) {
    announced.insert(std::string(abi_test::view(specs[i]->key)));
    EXPECT_FALSE(abi_test::view(specs[i]->doc).empty());
  }
  const std::vector<uint32_t> samples(20, 4);
  Collected collected;
  ask(benchmark, eval_set(samples), collected);
  Array<float> noise({2, static_cast<int64_t>(collected.keys.size()), 8});
  for (std::size_t i = 0; i < noise.values().size(); ++i) {
    noise[i] = static_cast<float>((i * 2654435761U) % 1000) / 500.0F - 1.0F;
  }
  const synface_context ctx = abi_test::context();
  const synface_result_sink sink = collected.results();
  must([&](synface_error* error) {
    return benchmark->evaluate(benchmark.self(), &ctx, noise.view(), &sink, error);
  });
  std::set<std::string> reported;
  for (const auto& [key, value] : collected.scalars) reported.insert(key);
  EXPECT_EQ(reported, announced);
}

TEST(Plugin, RefusesASetWithoutGenuinePairs) {
  const Benchmark benchmark("verification.so", "verification");
  const std::vector<uint32_t> one_image_each(10, 1);
  Collected collected;
  EXPECT_THROW(ask(benchmark, eval_set(one_image_each), collected), abi_test::CallFailed);
}

TEST(Plugin, RefusesANaNInTheEmbeddings) {
  const Benchmark benchmark("verification.so", "verification");
  const std::vector<uint32_t> samples(10, 3);
  Collected collected;
  ask(benchmark, eval_set(samples), collected);
  Array<float> nan({2, static_cast<int64_t>(collected.keys.size()), 4});
  for (float& v : nan.values()) v = std::nanf("");
  const synface_context ctx = abi_test::context();
  const synface_result_sink sink = collected.results();
  try {
    must([&](synface_error* error) {
      return benchmark->evaluate(benchmark.self(), &ctx, nan.view(), &sink, error);
    });
    FAIL();
  } catch (const abi_test::CallFailed& failure) {
    EXPECT_EQ(failure.code, SYNFACE_ERR_NUMERIC);
  }
}

}  // namespace
