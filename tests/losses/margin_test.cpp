// The shipped loss plugins, driven through the ABI, against golden values.
//
// The golden numbers were computed in double precision from the papers' equations for three
// embeddings X, five class weights W and labels Y (below), by an independent program; they are the
// mean cross-entropy over the three rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "abi_plugin.h"

namespace {

using abi_test::Array;
using abi_test::must;
using Loss = abi_test::Plugin<synface_loss_table>;
using Row4 = std::array<double, 4>;

constexpr std::array<Row4, 3> kX = {{{1, 2, -1, .5}, {.3, -.7, 1.1, 2}, {2, .1, .4, -1.5}}};
constexpr std::array<Row4, 5> kW = {
    {{.5, -.2, .1, .9}, {1, 1.5, -.5, 0}, {-.3, .8, .6, .2}, {.2, -1, .7, 1.2}, {1.5, .3, .2, -1}}};
constexpr std::array<int, 3> kY = {1, 3, 0};

double dot(const Row4& a, const Row4& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}
double norm(const Row4& a) {
  return std::sqrt(dot(a, a));
}

struct Margins {
  std::vector<double> z, slope;
};

Margins margins(const Loss& loss, const std::vector<double>& cos, const std::vector<double>& weight,
                float ramp = 1.0F) {
  const auto n = static_cast<int64_t>(cos.size());
  Array<double> c({n, 1}, cos), w({n, 1}, weight), z({n, 1}), slope({n, 1});
  Array<double> length({n}, std::vector<double>(cos.size(), 1.0));
  synface_context ctx = abi_test::context();
  ctx.margin_scale = ramp;
  must([&](synface_error* error) {
    return loss->margin(loss.self(), &ctx, c.view(), length.view(), w.view(), z.view(),
                        slope.view(), nullptr, error);
  });
  return {z.values(), slope.values()};
}

synface_loss_info info(const Loss& loss) {
  synface_loss_info result{};
  result.struct_size = sizeof result;
  must([&](synface_error* error) { return loss->info(loss.self(), &result, error); });
  return result;
}

double cross_entropy(const std::vector<double>& logits, int label) {
  double most = logits[0];
  for (const double v : logits) most = std::max(most, v);
  double sum = 0.0;
  for (const double v : logits) sum += std::exp(v - most);
  return most + std::log(sum) - logits[static_cast<std::size_t>(label)];
}

std::vector<double> similarities(const Loss& loss, const Row4& x) {
  const uint64_t flags = info(loss).flags;
  std::vector<double> result;
  for (const Row4& w : kW) {
    double c = dot(x, w);
    if ((flags & SYNFACE_LOSS_NORM_X) != 0) c /= norm(x);
    if ((flags & SYNFACE_LOSS_NORM_W) != 0) c /= norm(w);
    result.push_back(c);
  }
  return result;
}

double hard_loss(const Loss& loss, const std::array<Row4, 3>& x) {
  const double scale = info(loss).scale;
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double> logits = similarities(loss, x[i]);
    const auto target = static_cast<std::size_t>(kY[i]);
    logits[target] = margins(loss, {logits[target]}, {1.0}).z[0];
    for (double& v : logits) v *= scale;
    sum += cross_entropy(logits, kY[i]);
  }
  return sum / static_cast<double>(x.size());
}

struct Golden {
  const char* library;
  const char* id;
  std::map<std::string, abi_test::Setting> settings;
  double value;
};

class GoldenLoss : public testing::TestWithParam<Golden> {};

TEST_P(GoldenLoss, MeanCrossEntropyMatchesTheEquation) {
  const Golden& golden = GetParam();
  const Loss loss(golden.library, golden.id, golden.settings);
  EXPECT_NEAR(hard_loss(loss, kX), golden.value, 2e-9);
}

INSTANTIATE_TEST_SUITE_P(
    Papers, GoldenLoss,
    testing::Values(
        Golden{"softmax.so", "softmax", {{"scale", 1.0}, {"normalise", false}}, 1.767736186},
        Golden{"softmax.so", "softmax", {{"scale", 16.0}}, 6.019291782},
        Golden{"softmax.so", "softmax", {{"scale", 64.0}}, 23.751415839},
        Golden{"cosface.so", "cosface", {{"scale", 64.0}, {"margin", 0.35}}, 36.978120330},
        Golden{"cosface.so", "cosface", {{"scale", 64.0}, {"margin", 0.40}}, 39.111453693},
        Golden{"cosface.so", "cosface", {{"scale", 30.0}, {"margin", 0.40}}, 18.333798102},
        Golden{"arcface.so", "arcface", {{"scale", 64.0}, {"margin", 0.5}}, 37.610292098},
        Golden{"arcface.so", "arcface", {{"scale", 30.0}, {"margin", 0.5}}, 17.630969979}));

TEST(ArcFace, ValuesAndContinuationMatchTheEquation) {
  const Loss loss("arcface.so", "arcface", {{"margin", 0.5}});
  const Margins found = margins(loss, {.8, .5, 0.0, -.5, -.9, -1.0}, std::vector<double>(6, 1.0));
  const std::vector<double> golden = {.414410726,  .023596585,   -.479425539,
                                      -.853985977, -1.139712769, -1.239712769};
  for (std::size_t i = 0; i < golden.size(); ++i) EXPECT_NEAR(found.z[i], golden[i], 1e-9);
}

TEST(ArcFace, StraightThroughHasSlopeOneEverywhere) {
  const Loss loss("arcface.so", "arcface", {{"gradient", "straight_through"}});
  EXPECT_THAT(margins(loss, {.8, .1, -.95}, {1, 1, 1}).slope, testing::Each(1.0));
}

// dL/dx of the second sample, from the plugin's derivative and the chain rule of a cosine.
Row4 gradient(const Loss& loss, std::size_t sample) {
  const double scale = info(loss).scale;
  const Row4& x = kX[sample];
  std::vector<double> logits = similarities(loss, x);
  const std::vector<double> cosines = logits;
  const auto target = static_cast<std::size_t>(kY[sample]);
  const Margins margin = margins(loss, {logits[target]}, {1.0});
  logits[target] = margin.z[0];
  double most = -1e300;
  for (double& v : logits) most = std::max(most, v *= scale);
  double sum = 0.0;
  for (const double v : logits) sum += std::exp(v - most);
  Row4 result{};
  for (std::size_t j = 0; j < kW.size(); ++j) {
    double d = scale * (std::exp(logits[j] - most) / sum - (j == target ? 1.0 : 0.0)) / 3.0;
    if (j == target) d *= margin.slope[0];
    for (std::size_t k = 0; k < 4; ++k) {
      result[k] += d * (kW[j][k] / norm(kW[j]) - cosines[j] * x[k] / norm(x)) / norm(x);
    }
  }
  return result;
}

TEST(ArcFace, BothGradientsMatchTheGoldenOnes) {
  const Loss exact("arcface.so", "arcface", {{"gradient", "exact"}});
  const Loss through("arcface.so", "arcface", {{"gradient", "straight_through"}});
  const Row4 golden_exact = {1.5374880, 3.1621501, -.9920283, 1.4217449};
  const Row4 golden_through = {1.5261455, 1.5207317, -1.1378601, .9291573};
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(gradient(exact, 1)[k], golden_exact[k], 1e-7);
    EXPECT_NEAR(gradient(through, 1)[k], golden_through[k], 1e-7);
  }
}

class EveryMargin : public testing::TestWithParam<Golden> {};

TEST_P(EveryMargin, DerivativeAgreesWithFiniteDifferencesInFloat64) {
  const Golden& setting = GetParam();
  const Loss loss(setting.library, setting.id, setting.settings);
  for (const float ramp : {0.0F, 0.5F, 1.0F}) {
    for (const double weight : {1.0, 0.35}) {
      for (double c = -0.97; c < 0.98; c += 0.0625) {
        constexpr double h = 1e-6;
        const Margins at = margins(loss, {c - h, c, c + h}, {weight, weight, weight}, ramp);
        EXPECT_NEAR(at.slope[1], (at.z[2] - at.z[0]) / (2 * h), 1e-7) << "c = " << c;
      }
    }
  }
}

TEST_P(EveryMargin, NoMarginAtTheStartOfTheRamp) {
  const Golden& setting = GetParam();
  const Loss loss(setting.library, setting.id, setting.settings);
  EXPECT_NEAR(margins(loss, {0.3}, {1.0}, 0.0F).z[0], 0.3, 1e-12);
}

TEST_P(EveryMargin, AnEmptyBatchIsLegal) {
  const Golden& setting = GetParam();
  const Loss loss(setting.library, setting.id, setting.settings);
  EXPECT_TRUE(margins(loss, {}, {}).z.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Plugins, EveryMargin,
    testing::Values(Golden{"softmax.so", "softmax", {}, 0}, Golden{"cosface.so", "cosface", {}, 0},
                    Golden{"cosface.so", "cosface", {{"targets", "synface"}}, 0},
                    Golden{"arcface.so", "arcface", {}, 0},
                    Golden{"arcface.so", "arcface", {{"targets", "synface"}}, 0}));

// The loss as SynFace's code has it: o = psi (w_a A + w_b B) + (1 - psi) R for the logits A, B, R
// of the labels a, b, r with margins; L = psi [mean w_a CE(o, a) + mean w_b CE(o, b)] + (1 - psi)
// mean CE(o, r).
TEST(SynFaceTargets, MatchTheGoldenLossOfIdentityAndDomainMixup) {
  const Loss loss("arcface.so", "arcface",
                  {{"scale", 30.0}, {"margin", 0.5}, {"targets", "synface"}});
  ASSERT_NE(info(loss).flags & SYNFACE_LOSS_JOINT_TARGETS, 0U);
  const std::array<std::array<int, 3>, 3> labels = {{{0, 1, 3}, {1, 2, 4}, {2, 0, 3}}};
  const std::array<double, 3> own = {.75, .5, 1.0};
  const std::map<double, double> golden = {
      {1.0, 37.151327315}, {0.6, 37.795702307}, {0.0, 51.801479575}};
  for (const auto& [psi, expected] : golden) {
    double sum = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::array<double, 3> weight = {psi * own[i], psi * (1 - own[i]), 1 - psi};
      std::vector<double> logits = similarities(loss, kX[i]);
      for (std::size_t k = 0; k < 3; ++k) {
        const auto label = static_cast<std::size_t>(labels[i][k]);
        logits[label] = margins(loss, {logits[label]}, {weight[k]}).z[0];
      }
      for (double& v : logits) v *= 30.0;
      for (std::size_t k = 0; k < 3; ++k) sum += weight[k] * cross_entropy(logits, labels[i][k]);
    }
    EXPECT_NEAR(sum / 3.0, expected, 2e-9) << "psi = " << psi;
  }
}

TEST(Refusals, NameTheDeviceThatIsNotSupported) {
  synface_dims dims{};
  dims.dev_type = SYNFACE_DEVICE_CUDA;
  try {
    const Loss loss("cosface.so", "cosface", {}, dims);
    FAIL() << "cosface has no CUDA path";
  } catch (const abi_test::CallFailed& failure) {
    EXPECT_EQ(failure.code, SYNFACE_ERR_UNSUPPORTED);
    EXPECT_EQ(failure.where, "device");
  }
}

}  // namespace
