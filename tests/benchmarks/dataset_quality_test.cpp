// Figures of a set's quality, each against a value worked out by hand, and the plugin whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <synface/sdk/philox.h>

#include <cmath>

#include "distribution.h"
#include "identity.h"
#include "intervals.h"
#include "math_service.h"
#include "quantile.h"
#include "realism.h"
#include "regions.h"
#include "results.h"
#include "separation.h"

namespace {

using abi_test::Array;
using abi_test::CallFailed;
using abi_test::Collected;
using abi_test::must;
using Benchmark = abi_test::Plugin<synface_benchmark_table>;
using dataset_quality::Distances;
using dataset_quality::Faces;
using dataset_quality::Region;
using linear::Matrix;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Matrix matrix(std::size_t rows, std::size_t columns, std::vector<double> values) {
  Matrix m(rows, columns);
  m.values = std::move(values);
  return m;
}

// Approximately normal, mean 0 and variance 1: the sum of twelve uniforms.
double normal(synface::sdk::PhiloxStream& random) {
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) sum += random.uniform_double();
  return sum;
}

class Quality : public testing::Test {
 protected:
  synface_context ctx_ = abi_test::context();
  linear::Products products_{abi_test::math_service(), ctx_};
};

// People on a line: images at 0 and 1; at 2.5, 2.5 and 4; at 10 alone.
Faces on_a_line() {
  const std::vector<float> x = {0, 1, 2.5F, 2.5F, 4, 10};
  return dataset_quality::make_faces(x.data(), 1, 0, {2, 3, 1});
}

TEST_F(Quality, DistancesAreSortedIntoThoseOfOnePersonAndOfTwo) {
  const Distances d = dataset_quality::all_distances(on_a_line(), products_);
  EXPECT_THAT(d.genuine, ElementsAre(0, 1, 1.5, 1.5));
  EXPECT_THAT(d.impostor, ElementsAre(1.5, 1.5, 2.5, 2.5, 3, 4, 6, 7.5, 7.5, 9, 10));
}

TEST_F(Quality, SeparationOfTheGoldenScores) {
  // Scores whose d' was computed elsewhere in double precision: d' = 2.248049414; here distances 1
  // - score.
  const Distances d = {{.1F, .2F, .3F, .45F, .7F},
                       {.4F, .6F, .65F, .8F, .9F, .95F, 1, 1.1F, 1.2F, 1.3F}};
  EXPECT_NEAR(dataset_quality::d_prime(dataset_quality::spread_of(d.genuine),
                                       dataset_quality::spread_of(d.impostor)),
              2.248049414, 1e-6);
  // Below .6 one of ten impostor pairs and above it one of five genuine ones; from .6 on two of
  // ten.
  EXPECT_NEAR(dataset_quality::equal_error_distance(d), 0.6, 1e-6);
  EXPECT_DOUBLE_EQ(dataset_quality::share_below(d.impostor, 0.61), 0.2);
  EXPECT_DOUBLE_EQ(1.0 - dataset_quality::share_below(d.genuine, 0.61), 0.2);
  EXPECT_DOUBLE_EQ(dataset_quality::quantile(std::vector<float>{0, 10}, 0.25), 2.5);
}

TEST_F(Quality, ADensityIntegratesToOne) {
  const dataset_quality::Density d = dataset_quality::density({0.1F, 0.1F, 0.9F}, 1.0, 4);
  EXPECT_THAT(d.x, ElementsAre(0.125, 0.375, 0.625, 0.875));
  EXPECT_THAT(d.y, ElementsAre(testing::DoubleNear(8.0 / 3, 1e-9), 0, 0,
                               testing::DoubleNear(4.0 / 3, 1e-9)));
}

TEST_F(Quality, PeopleAreKeptInTurnAndDroppedWhereTheyLieTooNear) {
  // First images at 0, 2.5 and 10.
  EXPECT_DOUBLE_EQ(dataset_quality::uniqueness(on_a_line(), 2.0, products_).mean(), 1.0);
  EXPECT_DOUBLE_EQ(dataset_quality::uniqueness(on_a_line(), 3.0, products_).mean(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(dataset_quality::uniqueness(on_a_line(), 11.0, products_).mean(), 1.0 / 3);
}

TEST_F(Quality, ConsistencyIsTheShareOfImagesNearThePersonsFirst) {
  // Person 0: 1 lies 1 from 0. Person 1: 0 and 1.5 from 2.5. Person 2 has one image.
  EXPECT_DOUBLE_EQ(dataset_quality::consistency(on_a_line(), 1.2).mean(), (1.0 + 0.5) / 2);
  EXPECT_DOUBLE_EQ(dataset_quality::consistency(on_a_line(), 0.5).mean(), (0.0 + 0.5) / 2);
}

TEST_F(Quality, ImagesAreComparedWithTheCentreOfTheOthers) {
  const Faces faces = on_a_line();
  const auto people = dataset_quality::measure(faces, products_);
  EXPECT_THAT(people.centres.values, ElementsAre(0.5, 3, 10));
  EXPECT_NEAR(people.others[0], 1.0, 1e-12);
  EXPECT_NEAR(people.others[4], 1.5, 1e-12);  // 4 from (2.5, 2.5)
  EXPECT_TRUE(std::isnan(people.others[5]));
  EXPECT_NEAR(people.within[1], 1.0, 1e-12);  // 0, 1.5, 1.5
  // Image 1 (at 1) is 1 from its own and 2 from the next; image 4 is 1.5 from its own, 3.5, 6.
  EXPECT_DOUBLE_EQ(dataset_quality::identified(faces, people, products_).mean(), 1.0);
  // A third person's centre at 0.9 is nearer to image 1 than image 0 is; a fourth lies far off.
  const std::vector<float> crowd = {0, 1, 0.9F, 0.9F, 50};
  const Faces four = dataset_quality::make_faces(crowd.data(), 1, 0, {2, 2, 1});
  const auto near = dataset_quality::measure(four, products_);
  EXPECT_DOUBLE_EQ(dataset_quality::identified(four, near, products_).mean(), 0.5);
  const Faces two = dataset_quality::some_of(four, {4, 0, 1});
  EXPECT_THAT(two.person, ElementsAre(0, 0, 1));
  EXPECT_THAT(two.starts, ElementsAre(0, 2, 3));
  EXPECT_THAT(two.request, ElementsAre(0, 1, 4));
  EXPECT_DOUBLE_EQ(
      dataset_quality::identified(two, dataset_quality::measure(two, products_), products_).mean(),
      1.0);
  const auto odd = dataset_quality::odd_images(faces, people, 1);
  ASSERT_EQ(odd.size(), 1U);
  EXPECT_EQ(odd[0].image, 4U);
  const auto alike = dataset_quality::look_alikes(people.centres, 5, products_);
  ASSERT_EQ(alike.size(), 1U);  // the third person has nobody left
  EXPECT_EQ(alike[0].first, 0U);
  EXPECT_EQ(alike[0].second, 1U);
  EXPECT_NEAR(alike[0].distance, 2.5, 1e-12);
}

TEST_F(Quality, GroupsAreCutToEquallyManyPeopleWithEquallyManyImages) {
  const std::vector<float> x(12);
  const Faces set = dataset_quality::make_faces(x.data(), 1, 0, {2, 2, 2, 2});
  const Faces real = dataset_quality::make_faces(x.data(), 1, 0, {1, 3, 2, 1});
  const auto rows = dataset_quality::matched_rows({{&set, {3, 1, 0}}, {&real, {0, 1}}}, 100);
  // Set: people 3 and 1. Photographs: person 1 with three images is matched first.
  EXPECT_THAT(rows, ElementsAre(ElementsAre(6, 2, 7), ElementsAre(1, 0, 2)));
  const auto few = dataset_quality::matched_rows({{&set, {3, 1, 0}}, {&real, {2, 1, 0}}}, 2);
  EXPECT_THAT(few, ElementsAre(ElementsAre(6, 2), ElementsAre(1, 4)));
}

TEST_F(Quality, DimensionsCountTheDirectionsInWhichPeopleDiffer) {
  const Matrix line = matrix(3, 2, {0, 0, 1, 1, 5, 5});
  EXPECT_NEAR(dataset_quality::dimensions(line, products_), 1.0, 1e-9);
  const Matrix cross = matrix(4, 3, {1, 0, 7, -1, 0, 7, 0, 1, 7, 0, -1, 7});
  EXPECT_NEAR(dataset_quality::dimensions(cross, products_), 2.0, 1e-9);
}

TEST_F(Quality, FrechetDistanceOfTwoNormals) {
  // N(0, 1) and N(3, 2^2): 9 + 1 + 4 - 2 * 2 = 10.
  EXPECT_NEAR(
      dataset_quality::frechet_distance(matrix(2, 1, {-1, 1}), matrix(2, 1, {1, 5}), products_),
      10.0, 1e-12);
  // Covariances with other axes: C = diag(4, 0), D = diag(0, 9); (C D)^(1/2) = 0.
  EXPECT_NEAR(dataset_quality::frechet_distance(matrix(2, 2, {-2, 0, 2, 0}),
                                                matrix(2, 2, {0, -3, 0, 3}), products_),
              13.0, 1e-9);
}

TEST_F(Quality, ShareWithinCountsWhatLiesInTheBallOfAnother) {
  const Matrix within = matrix(3, 1, {0, 1, 10});  // radii to the first neighbour: 1, 1, 9
  const Matrix of = matrix(4, 1, {-0.5, -2, 2.5, 19.5});
  EXPECT_DOUBLE_EQ(dataset_quality::share_within(of, within, 1, products_).mean(), 0.5);
}

TEST_F(Quality, AucOfTheGoldenScores) {
  EXPECT_DOUBLE_EQ(
      dataset_quality::auc_of({.9, .8, .7, .55, .3}, {.6, .4, .35, .2, .1, .05, 0, -.1, -.2, -.3}),
      0.92);
  EXPECT_DOUBLE_EQ(dataset_quality::auc_of({1, 1}, {1, 1}), 0.5);
}

TEST_F(Quality, ALinearCutFindsAShiftAndNothingWhereThereIsNone) {
  synface::sdk::PhiloxStream random(3, 1, 0, 0);
  Matrix a(200, 6), b(200, 6), shifted(200, 6);
  std::vector<uint32_t> person;
  for (std::size_t i = 0; i < 200; ++i) {
    person.push_back(static_cast<uint32_t>(i / 2));
    for (std::size_t d = 0; d < 6; ++d) {
      a.at(i, d) = normal(random);
      b.at(i, d) = normal(random);
      shifted.at(i, d) = b.at(i, d) + (d == 4 ? 3.0 : 0.0);
    }
  }
  // d' = 3: AUC = Phi(3 / sqrt 2) = 0.983.
  EXPECT_NEAR(dataset_quality::linear_auc(a, person, shifted, person, products_), 0.983, 0.02);
  EXPECT_NEAR(dataset_quality::linear_auc(a, person, b, person, products_), 0.5, 0.1);
}

TEST_F(Quality, ACutBetweenTooFewPeopleIsNotANumber) {
  const Matrix a = matrix(1, 2, {0, 1}), b = matrix(1, 2, {1, 0});
  EXPECT_TRUE(std::isnan(dataset_quality::linear_auc(a, {0}, b, {0}, products_)));
  EXPECT_TRUE(std::isnan(dataset_quality::linear_auc(a, {0}, b, {1}, products_)));
}

TEST_F(Quality, ACutThatKnowsThePeopleByHeartSaysNothingAboutOthers) {
  // 400 axes for 60 images: the fitted images are told apart perfectly, the others by chance.
  synface::sdk::PhiloxStream random(4, 1, 0, 0);
  Matrix a(60, 100), b(60, 100);
  std::vector<uint32_t> person;
  for (std::size_t i = 0; i < 60; ++i) {
    person.push_back(static_cast<uint32_t>(i));
    for (std::size_t d = 0; d < 100; ++d) {
      a.at(i, d) = normal(random);
      b.at(i, d) = normal(random);
    }
  }
  EXPECT_NEAR(dataset_quality::linear_auc(a, person, b, person, products_), 0.5, 0.15);
}

TEST(Regions, FaceAndSurroundPartThePicture) {
  std::size_t face = 0;
  for (std::size_t y = 0; y < 56; ++y) {
    for (std::size_t x = 0; x < 56; ++x) {
      const auto in = [&](Region region) { return in_region(region, y, x, 56, 56); };
      EXPECT_NE(in(Region::kFace), in(Region::kSurround));
      EXPECT_FALSE(in(Region::kEyes) && in(Region::kMouth));
      EXPECT_FALSE(in(Region::kSkin) && (in(Region::kEyes) || in(Region::kMouth)));
      face += in(Region::kFace) ? 1 : 0;
    }
  }
  EXPECT_NEAR(static_cast<double>(face) / (56.0 * 56.0), 3.14159 * 33 * 44 / (112.0 * 112.0), 0.01);
  // The template's points lie where they belong.
  EXPECT_TRUE(in_region(Region::kEyes, 51, 38, 112, 112));
  EXPECT_TRUE(in_region(Region::kEyes, 51, 73, 112, 112));
  EXPECT_TRUE(in_region(Region::kSkin, 71, 56, 112, 112));
  EXPECT_TRUE(in_region(Region::kMouth, 92, 41, 112, 112));
}

TEST(Regions, WhatIsOutsideBecomesGrey) {
  std::vector<uint8_t> pixels(3 * 112 * 112, 7);
  dataset_quality::keep_region(Region::kMouth, 112, 112, pixels.data());
  EXPECT_EQ(pixels[0], 128);
  EXPECT_EQ(pixels[3 * (92 * 112 + 56)], 7);
}

// 300 people with one number each, spread evenly: the mean's standard error is sd / sqrt(300).
TEST_F(Quality, IntervalsHaveTheWidthThatTheoryGives) {
  std::vector<double> values;
  for (int p = 0; p < 300; ++p) values.push_back((p + 0.5) / 300.0);
  const dataset_quality::PeopleDraws draws(300, 2000);
  const auto mean = dataset_quality::central(draws.means(dataset_quality::terms_of(values)));
  ASSERT_TRUE(mean);
  const double error = std::sqrt(1.0 / 12 / 300);
  EXPECT_NEAR(mean->low, 0.5 - 1.96 * error, 0.1 * error);
  EXPECT_NEAR(mean->high, 0.5 + 1.96 * error, 0.1 * error);
  const auto middle = dataset_quality::central(draws.quantiles(values, 0.5));
  ASSERT_TRUE(middle);
  EXPECT_NEAR(middle->high - middle->low, 2 * 1.96 * 0.5 / std::sqrt(300.0), 0.02);
  values.push_back(std::nan(""));
  const dataset_quality::PeopleDraws more(301, 2000);
  const auto sd = dataset_quality::central(more.deviations(values));
  ASSERT_TRUE(sd);
  EXPECT_LT(sd->low, std::sqrt(1.0 / 12));
  EXPECT_GT(sd->high, std::sqrt(1.0 / 12));
}

// The sums of bands of people against a plain walk over all pairs of one draw.
TEST_F(Quality, FiguresOfADrawAreThoseOfItsPairs) {
  struct Plain {
    double n = 0, sum = 0, squares = 0, under = 0, other = 0;
    double mean() const { return sum / n; }
    double sd() const { return std::sqrt(squares / n - sum * sum / n / n); }
  };
  const auto same = [](double figure, double expected) {
    return std::isnan(expected) ? std::isnan(figure) : std::abs(figure - expected) < 1e-7;
  };
  const Faces faces = on_a_line();
  const dataset_quality::PeopleDraws draws(3, 400);
  const auto figures = dataset_quality::pair_draws(faces, 2.0, 7.0, draws, products_);
  int without_genuine = 0, without_impostor = 0;
  for (std::size_t b = 0; b < 400; ++b) {
    Plain genuine, impostor;
    for (std::size_t i = 0; i < 6; ++i) {
      for (std::size_t j = i + 1; j < 6; ++j) {
        const double d = std::abs(faces.x.at(i, 0) - faces.x.at(j, 0));
        const double first = draws.times().at(b, faces.person[i]);
        const double second = draws.times().at(b, faces.person[j]);
        const bool own = faces.person[i] == faces.person[j];
        const double times = own ? first : first * second;
        Plain& of = own ? genuine : impostor;
        of.n += times;
        of.sum += times * d;
        of.squares += times * d * d;
        of.under += d < 2.0 ? times : 0.0;
        of.other += d < 7.0 ? times : 0.0;
      }
    }
    // A class without a pair has no figure: 0 / 0 is not a number.
    without_genuine += genuine.n == 0 ? 1 : 0;
    without_impostor += impostor.n == 0 ? 1 : 0;
    EXPECT_PRED2(same, figures.impostor_mean[b], impostor.mean());
    EXPECT_PRED2(same, figures.impostor_sd[b], impostor.sd());
    EXPECT_PRED2(same, figures.impostors_under[b], impostor.under / impostor.n);
    EXPECT_PRED2(same, figures.impostors_under_other[b], impostor.other / impostor.n);
    EXPECT_PRED2(same, figures.genuine_mean[b], genuine.mean());
    EXPECT_PRED2(same, figures.genuine_sd[b], genuine.sd());
    EXPECT_PRED2(same, figures.genuine_under[b], genuine.under / genuine.n);
    EXPECT_PRED2(
        same, figures.d_prime[b],
        std::abs(impostor.mean() - genuine.mean()) /
            std::sqrt(0.5 * (genuine.sd() * genuine.sd() + impostor.sd() * impostor.sd())));
  }
  EXPECT_GT(without_genuine, 0) << "the person with one image alone";
  EXPECT_GT(without_impostor, 0) << "one person alone";
}

TEST_F(Quality, TheFiguresOfDrawsTakeWhatTheirListsAre) {
  // Doubles: a block of 4 x 4 distances; for each of 4 people five sums with 4 and one with each of
  // 10 draws; two sets of 10 draws of 4 people.
  EXPECT_DOUBLE_EQ(dataset_quality::bytes_of_pairs({1, 1, 1, 1}, 10),
                   8.0 * (4 * 4 + 4 * (5 * 4 + 10) + 2 * 4 * 10));
  EXPECT_DOUBLE_EQ(dataset_quality::bytes_of_pairs({1, 1, 1, 1}, 0), 8.0 * (4 * 4));
}

TEST_F(Quality, LookAlikesAmongManyAreTheNearestPairs) {
  synface::sdk::PhiloxStream random(5, 1, 0, 0);
  Matrix centres(300, 3);
  for (double& value : centres.values) value = normal(random);
  centres.at(7, 0) = centres.at(211, 0) + 1e-6;
  centres.at(7, 1) = centres.at(211, 1);
  centres.at(7, 2) = centres.at(211, 2);
  const auto alike = dataset_quality::look_alikes(centres, 4, products_);
  ASSERT_EQ(alike.size(), 4U);
  EXPECT_EQ(alike[0].first, 7U);
  EXPECT_EQ(alike[0].second, 211U);
  // The next pair by hand: the nearest of all that share nobody with the first.
  double least = 1e9;
  for (std::size_t i = 0; i < 300; ++i) {
    for (std::size_t j = i + 1; j < 300; ++j) {
      if (i == 7 || j == 7 || i == 211 || j == 211) continue;
      double squares = 0;
      for (std::size_t d = 0; d < 3; ++d) {
        squares += (centres.at(i, d) - centres.at(j, d)) * (centres.at(i, d) - centres.at(j, d));
      }
      least = std::min(least, std::sqrt(squares));
    }
  }
  EXPECT_NEAR(alike[1].distance, least, 1e-9);
}

// ---- the plugin ---------------------------------------------------------------------------------

constexpr int64_t kWidth = 8;
constexpr uint32_t kPeople = 24, kSamples = 3;

// Twelve people with three photographs each.
const synface_ext_listing& photographs() {
  static const synface_ext_listing kTable = {
      sizeof(synface_ext_listing), 0,
      [](synface_str,
         synface_status (*each)(void*, const synface_listed_image*, synface_error*) noexcept,
         void* user, synface_error* error) noexcept -> synface_status {
        for (uint64_t p = 0; p < 12; ++p) {
          for (uint64_t k = 0; k < 3; ++k) {
            const std::string path = "/photos/" + std::to_string(p) + "/" + std::to_string(k);
            const synface_listed_image image = {p, k, {"", 0}, {path.data(), path.size()}};
            const synface_status status = each(user, &image, error);
            if (status != SYNFACE_OK) return status;
          }
        }
        return SYNFACE_OK;
      },
      nullptr, nullptr};
  return kTable;
}

struct Measured {
  Collected collected;

  // Centres of people drawn with this spread, images about them with spread 0.3; photographs
  // likewise with spread 1, and shifted by `shift` along one axis.
  explicit Measured(double spread, double shift = 0.0,
                    const std::map<std::string, abi_test::Setting>& settings = {
                        {"real", "/photos"}}) {
    abi_test::Host host;
    host.offer(SYNFACE_EXT_MATH, &abi_test::math_service());
    host.offer(SYNFACE_EXT_LISTING, &photographs());
    synface_dims dims{};
    dims.embedding = kWidth;
    const Benchmark benchmark("dataset_quality.so", "dataset_quality", settings, dims, host);
    const std::vector<uint32_t> samples(kPeople, kSamples);
    const synface_eval_set set = {sizeof set, SYNFACE_SET_TRAIN, 1, kPeople, samples.data()};
    const synface_request_sink requests = collected.requests();
    uint32_t views = 0;
    must([&](synface_error* error) {
      return benchmark->requests(benchmark.self(), &set, &requests, &views, error);
    });
    EXPECT_EQ(views, SYNFACE_VIEW_PLAIN);
    const auto n = static_cast<int64_t>(collected.keys.size());
    Array<float> embeddings({1, n, kWidth});
    fill(embeddings, n, spread, shift);
    const synface_context ctx = abi_test::context();
    const synface_result_sink results = collected.results();
    must([&](synface_error* error) {
      return benchmark->evaluate(benchmark.self(), &ctx, embeddings.view(), &results, error);
    });
  }

  double at(const std::string& key) const { return collected.scalars.at(key); }

 private:
  static void fill(Array<float>& embeddings, int64_t n, double spread, double shift) {
    for (int64_t i = 0; i < n; ++i) {
      const bool real = i >= kPeople * kSamples;
      synface::sdk::PhiloxStream centre(7, 1, static_cast<uint32_t>(i / kSamples), 0);
      synface::sdk::PhiloxStream noise(8, 1, static_cast<uint32_t>(i), 0);
      for (int64_t d = 0; d < kWidth; ++d) {
        const double value = (real ? 1.0 : spread) * normal(centre) + 0.3 * normal(noise) +
                             (real && d == 2 ? shift : 0.0);
        embeddings[static_cast<std::size_t>(i * kWidth + d)] = static_cast<float>(value);
      }
    }
  }
};

TEST(DatasetQuality, AsksForTheSetAndForPhotographs) {
  const Measured run(1.0);
  EXPECT_EQ(run.collected.keys.size(), kPeople * kSamples + 36U);
  EXPECT_EQ(run.collected.keys[0].data_seed, 1U);
  EXPECT_EQ(run.at("people"), 24);
  EXPECT_EQ(run.at("real.people"), 12);
  EXPECT_EQ(run.at("images"), 72);
}

TEST(DatasetQuality, FiguresHaveIntervalsOverPeople) {
  const Measured run(1.0);
  for (const char* key :
       {"genuine_mean", "genuine_sd", "impostor_mean", "impostor_sd", "d_prime", "impostors_under",
        "genuine_under", "uniqueness", "neighbour_mean", "neighbour_p05", "consistency",
        "identified", "spread_mean", "spread_sd"}) {
    for (const std::string prefix : {"", "real."}) {
      ASSERT_EQ(run.collected.intervals.count(prefix + key), 1U) << prefix + key;
      const auto [low, high] = run.collected.intervals.at(prefix + key);
      EXPECT_LE(low, run.at(prefix + key) + 1e-6) << prefix + key;
      EXPECT_GE(high, run.at(prefix + key) - 1e-6) << prefix + key;
    }
  }
  for (const char* key : {"precision", "diversity_floor", "impostors_at_real_far_1e2"}) {
    EXPECT_EQ(run.collected.intervals.count(key), 1U) << key;
  }
  const Measured without(1.0, 0.0, {{"real", "/photos"}, {"bootstrap", 0}});
  EXPECT_TRUE(without.collected.intervals.empty());
  EXPECT_EQ(without.at("d_prime"), run.at("d_prime"));
}

TEST(DatasetQuality, PeopleLikePhotographedOnesHaveTheirFigures) {
  const Measured run(1.0);
  EXPECT_NEAR(run.at("impostor_mean"), run.at("real.impostor_mean"), 0.5);
  EXPECT_NEAR(run.at("genuine_mean"), run.at("real.genuine_mean"), 0.2);
  EXPECT_NEAR(run.at("uniqueness"), run.at("real.uniqueness"), 0.1);
  EXPECT_NEAR(run.at("render_auc.whole"), 0.5, 0.3);
  EXPECT_LT(run.at("impostors_at_real_far_1e2"), 0.05);
}

TEST(DatasetQuality, PeopleWhoAreTooAlikeAreFound) {
  const Measured run(0.2), fine(1.0);
  EXPECT_LT(run.at("impostor_mean"), 0.6 * run.at("real.impostor_mean"));
  EXPECT_GT(run.at("impostors_under"), 0.5);
  EXPECT_LT(run.at("uniqueness"), 0.5 * run.at("real.uniqueness"));
  EXPECT_LT(run.at("diversity"), run.at("diversity_floor"));
  EXPECT_LT(run.at("d_prime"), 0.5 * fine.at("d_prime"));
}

TEST(DatasetQuality, ASetThatIsShiftedIsToldApart) {
  const Measured run(1.0, 4.0);
  EXPECT_GT(run.at("render_auc.whole"), 0.9);
  EXPECT_LT(run.at("render_auc_floor.whole"), 0.8);
  EXPECT_GT(run.at("frechet"), 3.0 * run.at("frechet_floor"));
  EXPECT_NEAR(run.at("impostor_mean"), run.at("real.impostor_mean"), 0.5);  // that is no identity
}

TEST(DatasetQuality, GivesOnlyWhatItCanWithoutPhotographsOrPictures) {
  const Measured run(1.0, 0.0, {});
  EXPECT_EQ(run.collected.scalars.count("real.people"), 0U);
  EXPECT_EQ(run.collected.scalars.count("frechet"), 0U);
  EXPECT_EQ(run.collected.artifacts.size(), 0U);
  EXPECT_EQ(run.collected.curve_x.count("distances.impostor"), 1U);
  EXPECT_EQ(run.collected.curve_x.at("look_alikes").size(), 8U);
  EXPECT_GT(run.at("threshold"), 0.0);
  const Measured with_real(1.0);
  EXPECT_EQ(with_real.collected.scalars.count("render_auc.face"), 0U);
}

TEST(DatasetQuality, AThresholdThatIsGivenIsTheOneThatCounts) {
  const Measured run(1.0, 0.0, {{"real", "/photos"}, {"threshold", 1000.0}});
  EXPECT_EQ(run.at("threshold"), 1000);
  EXPECT_EQ(run.at("impostors_under"), 1);
  EXPECT_EQ(run.at("consistency"), 1);
  EXPECT_NEAR(run.at("uniqueness"), 1.0 / 12, 1e-12);  // one of as many people as were photographed
}

std::string refusal(const std::vector<uint32_t>& samples, const char* real = "",
                    std::map<std::string, abi_test::Setting> settings = {}) {
  settings.try_emplace("real", real);
  abi_test::Host host;
  host.offer(SYNFACE_EXT_MATH, &abi_test::math_service());
  host.offer(SYNFACE_EXT_LISTING, &photographs());
  const Benchmark benchmark("dataset_quality.so", "dataset_quality", settings, {}, host);
  const synface_eval_set set = {sizeof set, SYNFACE_SET_TRAIN, 1, samples.size(), samples.data()};
  Collected collected;
  const synface_request_sink requests = collected.requests();
  uint32_t views = 0;
  try {
    must([&](synface_error* error) {
      return benchmark->requests(benchmark.self(), samples.empty() ? nullptr : &set, &requests,
                                 &views, error);
    });
  } catch (const CallFailed& error) {
    return error.what();
  }
  return "";
}

TEST(DatasetQuality, SetsFromWhichNothingFollowsAreRefusedInWords) {
  EXPECT_THAT(refusal({}), HasSubstr("needs a set"));
  EXPECT_THAT(refusal({1, 1, 1}),
              HasSubstr("the set has 3 people with images, and none of them has two"));
  EXPECT_THAT(refusal({4}), HasSubstr("two are needed"));
  EXPECT_THAT(refusal({2, 2, 2}, "/photos"), HasSubstr("10 of each at least"));
  EXPECT_EQ(refusal({2, 1}), "");
}

TEST(DatasetQuality, ARequestForMoreMemoryThanAllowedSaysWhatItTakesAndWhatToSet) {
  // 60,000 images: 1,799,970,000 pairs of 4 bytes are 6866.3 MiB, two sets of draws take 152.6, a
  // block of 279 x 60,000 distances 127.7, the sums of a band of 46 people 17.9.
  const std::vector<uint32_t> many(10000, 6);
  const std::map<std::string, abi_test::Setting> all = {{"identities", 10000}};
  EXPECT_THAT(refusal(many, "", all),
              AllOf(HasSubstr("10000 people take 7165 MiB, and memory allows 4096: take "),
                    HasSubstr(" people (identities), fewer images of each (samples)"),
                    HasSubstr("(memory = 7165)")));
  EXPECT_EQ(refusal(many, "", {{"identities", 10000}, {"memory", 7165}}), "");
  EXPECT_EQ(refusal(many), "") << "500 people by default";
}

TEST(DatasetQuality, TheMemoryThatIsAllowedIsNoPartOfATrialsIdentity) {
  abi_test::Host host;
  host.offer(SYNFACE_EXT_MATH, &abi_test::math_service());
  const Benchmark benchmark("dataset_quality.so", "dataset_quality", {}, {}, host);
  const synface_plugin& plugin = benchmark.description();
  for (uint32_t i = 0; i < plugin.n_params; ++i) {
    const std::string key(plugin.params[i]->key.data, plugin.params[i]->key.size);
    EXPECT_EQ((plugin.params[i]->flags & SYNFACE_PARAM_NO_EFFECT) != 0, key == "memory") << key;
  }
}

TEST(DatasetQuality, AHostWithoutProductsIsToldWhatIsMissing) {
  EXPECT_THROW(Benchmark("dataset_quality.so", "dataset_quality"), CallFailed);
}

}  // namespace
