// Intra-class distances and their plane.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "mds.h"
#include "results.h"

namespace {

using abi_test::Array;
using abi_test::Collected;
using abi_test::must;
using Benchmark = abi_test::Plugin<synface_benchmark_table>;

TEST(ClassicalMds, RecoversPointsOfThePlaneUpToRotation) {
  const std::vector<std::pair<double, double>> points = {{0, 0}, {3, 0}, {3, 4}, {-1, 2}, {.5, -2}};
  const std::size_t n = points.size();
  std::vector<double> distances(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      distances[i * n + j] =
          std::hypot(points[i].first - points[j].first, points[i].second - points[j].second);
    }
  }
  const intra_class::Plane plane = intra_class::classical_mds(distances, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      EXPECT_NEAR(std::hypot(plane.x[i] - plane.x[j], plane.y[i] - plane.y[j]),
                  distances[i * n + j], 1e-9);
    }
  }
}

TEST(IntraClass, CountsDistancesInsideAndBetweenPeople) {
  const Benchmark benchmark("intra_class.so", "intra_class");
  const std::vector<uint32_t> samples = {2, 2, 1};
  const synface_eval_set set = {sizeof set, SYNFACE_SET_HELDOUT, 1, 3, samples.data()};
  Collected collected;
  const synface_request_sink requests = collected.requests();
  uint32_t views = 0;
  must([&](synface_error* error) {
    return benchmark->requests(benchmark.self(), &set, &requests, &views, error);
  });
  ASSERT_EQ(collected.keys.size(), 4U);  // the person with one image is left out
  // Person 0: (1,0) and (0,1), one minus cosine 1. Person 1: twice (1,1), distance 0. Centres
  // coincide.
  Array<float> embeddings({1, 4, 2}, {1, 0, 0, 2, 3, 3, 1, 1});
  const synface_context ctx = abi_test::context();
  const synface_result_sink results = collected.results();
  must([&](synface_error* error) {
    return benchmark->evaluate(benchmark.self(), &ctx, embeddings.view(), &results, error);
  });
  EXPECT_NEAR(collected.scalars.at("intra_mean"), 0.5, 1e-12);
  EXPECT_NEAR(collected.scalars.at("intra_sd"), std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(collected.scalars.at("inter_mean"), 0.0, 1e-12);
  EXPECT_EQ(collected.scalars.at("people"), 2.0);
  EXPECT_EQ(collected.scalars.at("skipped"), 1.0);
  EXPECT_NEAR(std::abs(collected.curve_x.at("mds.0")[0] - collected.curve_x.at("mds.0")[1]), 1.0,
              1e-9);
}

}  // namespace
