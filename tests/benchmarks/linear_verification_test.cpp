// Verification after a fitted map, driven through the ABI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <synface/sdk/philox.h>

#include <set>

#include "math_service.h"
#include "results.h"

namespace {

using abi_test::Array;
using abi_test::CallFailed;
using abi_test::Collected;
using abi_test::must;
using testing::HasSubstr;
using Benchmark = abi_test::Plugin<synface_benchmark_table>;

constexpr int64_t kWidth = 6;
constexpr uint32_t kFit = 40, kSamples = 3, kTest = 30;
const char* g_test_folder = "/test/t";  // of the people of the test
const char* g_before_sample = "/";      // in their files

synface_status name_image(synface_status (*each)(void*, const synface_listed_image*,
                                                 synface_error*) noexcept,
                          void* user, uint64_t person, uint64_t sample, synface_error* error) {
  const std::string name = "p" + std::to_string(person);
  const std::string path = "/fit/" + name + "/" + std::to_string(sample);
  const synface_listed_image image = {
      person, sample, {name.data(), name.size()}, {path.data(), path.size()}};
  return each(user, &image, error);
}

// A folder of 40 people with three images each; 30 genuine and 30 impostor pairs of 30 others.
const synface_ext_listing& listing() {
  static const synface_ext_listing kTable = {
      sizeof(synface_ext_listing), 0,
      [](synface_str,
         synface_status (*each)(void*, const synface_listed_image*, synface_error*) noexcept,
         void* user, synface_error* error) noexcept -> synface_status {
        for (uint64_t p = 0; p < kFit; ++p) {
          for (uint64_t k = 0; k < kSamples; ++k) {
            const synface_status status = name_image(each, user, p, k, error);
            if (status != SYNFACE_OK) return status;
          }
        }
        return SYNFACE_OK;
      },
      [](synface_str, synface_str,
         synface_status (*each)(void*, const synface_listed_pair*, synface_error*) noexcept,
         void* user, synface_error* error) noexcept -> synface_status {
        for (uint32_t p = 0; p < kTest; ++p) {
          for (const bool same : {true, false}) {
            const auto file = [](uint32_t person, int k) {
              return g_test_folder + std::to_string(person) + g_before_sample + std::to_string(k);
            };
            const std::string first = file(p, 0), second = file(same ? p : (p + 1) % kTest, 1);
            const synface_listed_pair pair = {
                -1, same ? 1 : 0, {first.data(), first.size()}, {second.data(), second.size()}};
            const synface_status status = each(user, &pair, error);
            if (status != SYNFACE_OK) return status;
          }
        }
        return SYNFACE_OK;
      },
      nullptr};
  return kTable;
}

// Which images were asked for, in order.
struct Asked {
  std::vector<std::string> files;
  std::vector<synface_key> keys;
};

struct Trial {
  Collected collected;
  Asked asked;
  uint32_t views = 0;

  explicit Trial(std::map<std::string, abi_test::Setting> settings, bool with_set = false) {
    abi_test::Host host;
    host.offer(SYNFACE_EXT_MATH, &abi_test::math_service());
    host.offer(SYNFACE_EXT_LISTING, &listing());
    settings.try_emplace("images", "/test");
    settings.try_emplace("pairs", "/pairs.txt");
    settings.try_emplace("bootstrap", 50);
    const Benchmark benchmark("linear_verification.so", "linear_verification", settings, {}, host);
    const std::vector<uint32_t> samples(kFit, kSamples);
    const synface_eval_set set = {sizeof set, SYNFACE_SET_TRAIN, 1, kFit, samples.data()};
    const synface_request_sink sink = {
        sizeof sink, 0, &asked,
        [](void* user, const synface_request* request, synface_error*) noexcept {
          auto& to = *static_cast<Asked*>(user);
          to.files.emplace_back(abi_test::view(request->file));
          to.keys.push_back(request->key);
          return synface_status{SYNFACE_OK};
        }};
    must([&](synface_error* error) {
      return benchmark->requests(benchmark.self(), with_set ? &set : nullptr, &sink, &views, error);
    });
    evaluate(benchmark);
  }
  double at(const std::string& key) const { return collected.scalars.at(key); }

 private:
  // A person is one number in the first component; the second is ten times as wide and says
  // nothing; the rest is a little noise.
  static float component(uint32_t person, uint32_t image, int64_t d) {
    synface::sdk::PhiloxStream own(5, 1, person, 0), noise(6, 1, image, 0);
    double value = 2.0 * own.uniform_double() - 1.0;
    for (int64_t i = 0; i <= d; ++i) {
      const double v = 2.0 * noise.uniform_double() - 1.0;
      if (i == d) value = d == 0 ? value + 0.02 * v : (d == 1 ? 10.0 : 0.02) * v;
    }
    return static_cast<float>(value);
  }

  void evaluate(const Benchmark& benchmark) {
    const auto n = static_cast<int64_t>(asked.files.size());
    Array<float> embeddings({2, n, kWidth});
    std::map<std::string, uint32_t> people;
    for (int64_t i = 0; i < 2 * n; ++i) {
      const auto m = static_cast<std::size_t>(i % n);
      const std::string& file = asked.files[m];
      const std::string who =
          file.empty() ? std::to_string(asked.keys[m].identity) : file.substr(0, file.rfind('/'));
      const uint32_t person =
          people.try_emplace(who, static_cast<uint32_t>(people.size())).first->second;
      for (int64_t d = 0; d < kWidth; ++d) {
        embeddings[static_cast<std::size_t>(i * kWidth + d)] =
            component(person, static_cast<uint32_t>(m), d);
      }
    }
    const synface_context ctx = abi_test::context();
    const synface_result_sink results = collected.results();
    must([&](synface_error* error) {
      return benchmark->evaluate(benchmark.self(), &ctx, embeddings.view(), &results, error);
    });
  }
};

TEST(LinearVerification, LabelsFindTheComponentThatIsAPersonsOwn) {
  const Trial lda({{"map", "lda"}, {"fit", "/fit"}, {"axes", 2}, {"shrinkage", 0.0}});
  const Trial pca({{"map", "whitened_pca"}, {"fit", "/fit"}});
  EXPECT_EQ(lda.views, uint32_t{SYNFACE_VIEW_PLAIN | SYNFACE_VIEW_FLIP});
  EXPECT_EQ(lda.asked.files.size(), kFit * kSamples + 2 * kTest);
  EXPECT_GT(lda.at("auc"), pca.at("auc") + 0.05);
  EXPECT_GT(lda.at("auc"), 0.75);
  EXPECT_EQ(lda.at("fit_people"), kFit);
  EXPECT_EQ(lda.at("fit_images"), kFit * kSamples);
  EXPECT_EQ(lda.at("axes"), 2);
  EXPECT_EQ(pca.at("axes"), kWidth);
  EXPECT_EQ(lda.at("pairs"), 2 * kTest);
  const auto [low, high] = lda.collected.intervals.at("auc");
  EXPECT_LE(low, lda.at("auc"));
  EXPECT_GE(high, lda.at("auc"));
}

// As verification does, so that the two can be set against each other over the test's people.
TEST(LinearVerification, KeepsTheScoreOfEachPair) {
  const Trial pca({{"map", "whitened_pca"}, {"fit", "/fit"}});
  const std::string& file = pca.collected.artifacts.at("scores.safetensors");
  EXPECT_THAT(file, HasSubstr("\"format\":\"synface-scores\",\"version\":\"1\",\"people\":\"30\""));
  EXPECT_THAT(file, HasSubstr("\"score\":{\"dtype\":\"F32\",\"shape\":[60]"));
  EXPECT_EQ(pca.collected.curve_x.count("roc"), 1U);
  EXPECT_GT(pca.at("d_prime"), 0.0);
  EXPECT_EQ(pca.collected.scalars.count("tar_at_far_1e1"), 1U);
  EXPECT_EQ(pca.collected.scalars.count("tar_at_far_1e2"), 0U) << "of 30 impostor pairs";
}

TEST(LinearVerification, IsFittedToTheBenchmarksSetWhereNoFolderIsNamed) {
  const Trial trial({{"map", "lda"}, {"identities", 20}, {"samples", 2}}, true);
  EXPECT_EQ(trial.at("fit_people"), 20);
  EXPECT_EQ(trial.at("fit_images"), 40);
  EXPECT_EQ(trial.asked.keys[3].identity, 1U);
  EXPECT_EQ(trial.asked.keys[3].sample, 1U);
}

TEST(LinearVerification, WithoutAPairsFileEverySecondPersonOfTheSetIsTested) {
  const Trial trial({{"map", "lda"}, {"images", ""}, {"pairs", ""}}, true);
  EXPECT_EQ(trial.at("fit_people"), kFit / 2);
  std::set<uint32_t> fitted, tested;
  for (std::size_t i = 0; i < trial.asked.keys.size(); ++i) {
    (i < kFit / 2 * kSamples ? fitted : tested).insert(trial.asked.keys[i].identity);
  }
  EXPECT_EQ(tested.size(), kFit / 2);
  for (const uint32_t person : tested) EXPECT_EQ(fitted.count(person), 0U);
}

std::string refusal(const std::map<std::string, abi_test::Setting>& settings) {
  try {
    const Trial trial(settings);
  } catch (const CallFailed& error) {
    return error.what();
  }
  return "";
}

TEST(LinearVerification, WhatCannotBeFittedIsRefusedInWords) {
  EXPECT_THAT(refusal({}), HasSubstr("needs a set"));
  EXPECT_THAT(refusal({{"fit", "/fit"}, {"images", ""}}), HasSubstr("given together"));
  EXPECT_THAT(refusal({{"fit", "/fit"}, {"map", "lda"}, {"samples", 1}}),
              HasSubstr("none with two"));
}

TEST(LinearVerification, PeopleOfTheTestAmongThoseOfTheFitAreAnError) {
  g_test_folder = "/test/p";
  EXPECT_THAT(refusal({{"fit", "/fit"}}),
              HasSubstr("30 people of the test are in /fit too (p0, p1, "));
  EXPECT_EQ(refusal({{"fit", "/fit"}, {"allow_overlap", true}}), "");
  g_test_folder = "/test/P";  // written otherwise
  EXPECT_THAT(refusal({{"fit", "/fit"}}), HasSubstr("30 people of the test are in /fit too (P0"));
  g_before_sample = "_000";  // and without folders
  EXPECT_THAT(refusal({{"fit", "/fit"}}), HasSubstr("30 people of the test are in /fit too (P0"));
  g_before_sample = "/";
  g_test_folder = "/test/t";
}

}  // namespace
