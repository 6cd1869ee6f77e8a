// Golden values: three embeddings, five class weights, labels 1, 3, 0 (a plain-Python computation
// in float64 of the formulas named at each test).
#include <gtest/gtest.h>
#include <synface/train/head.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

namespace synface::train {
namespace {

constexpr std::int64_t kB = 3, kC = 5, kD = 4;
const std::vector<double> kX = {1.0, 2.0, -1.0, 0.5, 0.3, -0.7, 1.1, 2.0, 2.0, 0.1, 0.4, -1.5};
const std::vector<double> kW = {0.5, -0.2, 0.1, 0.9,  1.0, 1.5, -0.5, 0.0, -0.3, 0.8,
                                0.6, 0.2,  0.2, -1.0, 0.7, 1.2, 1.5,  0.3, 0.2,  -1.0};

// A margin on one cosine: its value and its derivative.
struct Scalar {
  double z, dz;
};
using Function = std::function<Scalar(double cosine, double weight)>;

Function cosface(double m) {
  return [m](double c, double) { return Scalar{c - m, 1.0}; };
}

// Deng et al., CVPR 2019, eq. 3, with insightface's fallback beyond pi - m.
Function arcface(double m) {
  return [m](double c, double) {
    if (c <= std::cos(std::numbers::pi - m))
      return Scalar{c - std::sin(std::numbers::pi - m) * m, 1};
    const double sine = std::sqrt(1 - c * c);
    return Scalar{c * std::cos(m) - sine * std::sin(m), std::cos(m) + c * std::sin(m) / sine};
  };
}

// SynFace's code: the margin scaled by the label's weight.
Function weighted(const Function& f) {
  return [f](double c, double w) {
    const Scalar full = f(c, w);
    return Scalar{w * full.z + (1 - w) * c, w * full.dz + (1 - w)};
  };
}

template <typename T>
typename Head<T>::Margin margin_of(const Function& f) {
  return [f](const MarginCall& call) {
    for (std::int64_t i = 0; i < call.cos.count(); ++i) {
      const Scalar s = f(static_cast<double>(static_cast<const T*>((*call.cos).data)[i]),
                         static_cast<double>(static_cast<const T*>((*call.weights).data)[i]));
      static_cast<T*>((*call.z).data)[i] = static_cast<T>(s.z);
      static_cast<T*>((*call.dz_dcos).data)[i] = static_cast<T>(s.dz);
    }
  };
}

synface_loss_info info_of(double scale, std::uint64_t flags) {
  synface_loss_info info{};
  info.struct_size = sizeof info;
  info.form = SYNFACE_LOSS_MARGIN;
  info.flags = flags;
  info.scale = scale;
  info.subcentres = 1;
  return info;
}
constexpr std::uint64_t kBoth = SYNFACE_LOSS_NORM_X | SYNFACE_LOSS_NORM_W;

struct Batch {
  std::vector<std::int64_t> labels = {1, 3, 0};
  std::vector<float> weights = {1, 1, 1};
  std::int64_t k = 1;
  Labels get() const { return {kB, labels.data(), weights.data()}; }
};

template <typename T>
struct Outcome {
  HeadResult result;
  std::vector<T> d_w, d_x;
};

template <typename T>
Outcome<T> run(const synface_loss_info& info, const Function& f, const Batch& batch,
               const std::vector<double>& x = kX, const std::vector<double>& w = kW,
               std::int64_t subcentres = 1) {
  Head<T> head({kC, kD, kB, batch.k, subcentres}, info, 1);
  const std::vector<T> xs(x.begin(), x.end()), ws(w.begin(), w.end());
  Outcome<T> r{{}, std::vector<T>(ws.size()), std::vector<T>(xs.size())};
  r.result =
      head.margin(xs.data(), batch.get(), ws.data(), margin_of<T>(f), r.d_w.data(), r.d_x.data());
  return r;
}

// Central differences of the loss by every embedding and weight.
void expect_gradients(const synface_loss_info& info, const Function& f, const Batch& batch,
                      std::int64_t subcentres = 1, const std::vector<double>& w = kW) {
  const auto loss = [&](const std::vector<double>& x, const std::vector<double>& weight) {
    return run<double>(info, f, batch, x, weight, subcentres).result.loss;
  };
  const Outcome<double> r = run<double>(info, f, batch, kX, w, subcentres);
  constexpr double kStep = 1e-6;
  for (std::size_t i = 0; i < kX.size(); ++i) {
    auto up = kX, down = kX;
    up[i] += kStep;
    down[i] -= kStep;
    EXPECT_NEAR(r.d_x[i], (loss(up, w) - loss(down, w)) / (2 * kStep), 2e-7) << "x " << i;
  }
  for (std::size_t i = 0; i < w.size(); ++i) {
    auto up = w, down = w;
    up[i] += kStep;
    down[i] -= kStep;
    EXPECT_NEAR(r.d_w[i], (loss(kX, up) - loss(kX, down)) / (2 * kStep), 2e-7) << "w " << i;
  }
}

// log(sum exp) - target over the plain formulas, for the values below.
double reference(double scale, bool normalised, const Function& f) {
  double total = 0;
  const std::int64_t labels[] = {1, 3, 0};
  const auto dot = [](const double* a, const double* b) {
    double s = 0;
    for (int i = 0; i < kD; ++i) s += a[i] * b[i];
    return s;
  };
  for (std::int64_t b = 0; b < kB; ++b) {
    double z[kC], sum = 0;
    for (std::int64_t j = 0; j < kC; ++j) {
      const double* x = kX.data() + b * kD;
      const double* w = kW.data() + j * kD;
      z[j] = dot(x, w) / (normalised ? std::sqrt(dot(x, x) * dot(w, w)) : 1);
      z[j] = scale * (j == labels[b] ? f(z[j], 1).z : z[j]);
    }
    for (const double v : z) sum += std::exp(v);
    total += (std::log(sum) - z[labels[b]]) / kB;
  }
  return total;
}

TEST(Head, MatchesThePlainFormulas) {
  const Function none = cosface(0);
  const struct {
    double scale;
    std::uint64_t flags;
    Function f;
  } cases[] = {{1, 0, none},
               {16, kBoth, none},
               {64, kBoth, none},
               {64, kBoth, cosface(.35)},
               {30, kBoth, cosface(.4)},
               {64, kBoth, arcface(.5)},
               {30, kBoth, arcface(.5)}};
  for (const auto& c : cases) {
    const double wanted = reference(c.scale, c.flags == kBoth, c.f);
    EXPECT_NEAR(run<double>(info_of(c.scale, c.flags), c.f, {}).result.loss, wanted, 1e-12);
    EXPECT_NEAR(run<float>(info_of(c.scale, c.flags), c.f, {}).result.loss, wanted,
                2e-6 * (1 + wanted));
  }
}

// SynFace's Identity Mixup, s = 30, m = 0.5: labels (0, 1), (1, 2), (2, 0) with weights (.75, .25),
// (.5, .5), (1, 0): one softmax with all margins, each scaled by its label's weight. Golden value
// of research into its code (lib/models/functions.py): 37.151327315.
TEST(Head, MatchesSynFacesIdentityMixup) {
  const Batch batch{{0, 1, 1, 2, 2, 0}, {.75F, .25F, .5F, .5F, 1, 0}, 2};
  const auto info = info_of(30, kBoth | SYNFACE_LOSS_JOINT_TARGETS);
  // The code multiplies each target's logits by its weight and adds: w f(c) + (1 - w) c.
  EXPECT_NEAR(run<double>(info, weighted(arcface(.5)), batch).result.loss, 37.151327315, 5e-9);
}

// With Domain Mixup, psi = 0.6: the real label r = 3, 4, 3 joins with weight 0.4. 37.795702307.
TEST(Head, MatchesSynFacesDomainMixup) {
  const Batch batch{{0, 1, 3, 1, 2, 4, 2, 0, 3}, {.45F, .15F, .4F, .3F, .3F, .4F, .6F, 0, .4F}, 3};
  const auto info = info_of(30, kBoth | SYNFACE_LOSS_JOINT_TARGETS);
  EXPECT_NEAR(run<double>(info, weighted(arcface(.5)), batch).result.loss, 37.795702307, 2e-6);
}

TEST(Head, ArcFaceGradientsMatchTheGoldenOnes) {
  // dL/dx of the second sample, ArcFace s = 30, m = .5 (true derivative, sin(theta + m) / sin theta
  // included).
  const Outcome<double> r = run<double>(info_of(30, kBoth), arcface(.5), {});
  const double wanted[] = {1.5374880, 3.1621501, -.9920283, 1.4217449};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(r.d_x[4 + i], wanted[i], 1e-6);
  const Outcome<float> single = run<float>(info_of(30, kBoth), arcface(.5), {});
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(single.d_x[4 + i], wanted[i], 1e-5);
}

TEST(Head, GradientsAgreeWithDifferences) {
  const Batch soft{{0, 1, 3, 1, 2, 0, 4, 3, 0}, {.5F, .25F, .25F, .5F, .5F, 0, 1, 0, 0}, 3};
  for (const std::uint64_t norms : {kBoth, std::uint64_t{0}, std::uint64_t{SYNFACE_LOSS_NORM_X},
                                    std::uint64_t{SYNFACE_LOSS_NORM_W}}) {
    for (const std::uint64_t joint :
         {std::uint64_t{0}, std::uint64_t{SYNFACE_LOSS_JOINT_TARGETS}}) {
      SCOPED_TRACE(testing::Message() << norms << " " << joint);
      expect_gradients(info_of(3, norms | joint), cosface(.2), soft);
      if (norms == kBoth) expect_gradients(info_of(8, norms | joint), weighted(arcface(.5)), soft);
    }
  }
}

TEST(Head, SeparateTargetsAreTheWeightedSumOfHardOnes) {
  const Batch soft{{0, 1, 1, 2, 2, 4}, {.75F, .25F, .5F, .5F, .125F, .875F}, 2};
  const auto info = info_of(20, kBoth);
  const double mixed = run<double>(info, arcface(.5), soft).result.loss;
  // Row by row: the loss with the first labels and with the second, weighted.
  double wanted = 0;
  for (std::size_t b = 0; b < 3; ++b) {
    for (std::size_t k = 0; k < 2; ++k) {
      Batch hard;
      hard.labels.assign(3, soft.labels[2 * b + k]);
      const std::vector<double> x = [&] {
        std::vector<double> rows;
        for (int r = 0; r < 3; ++r) {
          rows.insert(rows.end(), kX.begin() + static_cast<std::ptrdiff_t>(4 * b),
                      kX.begin() + static_cast<std::ptrdiff_t>(4 * b + 4));
        }
        return rows;
      }();
      wanted += static_cast<double>(soft.weights[2 * b + k]) *
                run<double>(info, arcface(.5), hard, x).result.loss / 3;
    }
  }
  EXPECT_NEAR(mixed, wanted, 1e-12);
}

TEST(Head, SubcentresTakeTheLargestCosine) {
  // W beside its rows rotated by one element; s = 64, m = .5: 37.611175632 (sub-centre ArcFace,
  // Deng et al., ECCV 2020).
  std::vector<double> w;
  for (std::size_t j = 0; j < 5; ++j) {
    for (std::size_t i = 0; i < 4; ++i) w.push_back(kW[4 * j + i]);
    for (std::size_t i = 0; i < 4; ++i) w.push_back(kW[4 * j + (i + 1) % 4]);
  }
  auto info = info_of(64, kBoth);
  info.subcentres = 2;
  EXPECT_NEAR(run<double>(info, arcface(.5), {}, kX, w, 2).result.loss, 37.611175632, 1e-8);
  info.scale = 4;
  expect_gradients(info, arcface(.5), {}, 2, w);
}

// A margin that depends on the embedding's length (as MagFace's): z = c - norm / 100.
TEST(Head, TheGradientByTheNormReachesTheEmbedding) {
  const auto info = info_of(5, kBoth);
  const auto call = [](const MarginCall& m) {
    for (std::int64_t b = 0; b < kB; ++b) {
      static_cast<double*>((*m.z).data)[b] =
          static_cast<double*>((*m.cos).data)[b] - static_cast<double*>((*m.norm).data)[b] / 100;
      static_cast<double*>((*m.dz_dcos).data)[b] = 1;
      static_cast<double*>((*m.dz_dnorm).data)[b] = -0.01;
    }
  };
  const Batch batch;
  Head<double> head({kC, kD, kB, 1, 1}, info, 1);
  std::vector<double> d_w(20), d_x(12);
  head.margin(kX.data(), batch.get(), kW.data(), call, d_w.data(), d_x.data());
  for (std::size_t i = 0; i < 12; ++i) {
    auto up = kX, down = kX;
    up[i] += 1e-6;
    down[i] -= 1e-6;
    const double high = head.margin(up.data(), batch.get(), kW.data(), call, nullptr, nullptr).loss;
    const double low =
        head.margin(down.data(), batch.get(), kW.data(), call, nullptr, nullptr).loss;
    EXPECT_NEAR(d_x[i], (high - low) / 2e-6, 2e-7);
  }
}

TEST(Head, LogitsWithoutAPluginsChangeAreNormFace) {
  auto info = info_of(1, kBoth);
  info.form = SYNFACE_LOSS_LOGITS;
  const Batch batch;
  Head<double> head({kC, kD, kB, 1, 1}, info, 1);
  std::vector<double> d_w(20), d_x(12);
  const auto forward = [](const LogitsCall& call) {
    for (std::int64_t i = 0; i < kB * kC; ++i) {
      static_cast<double*>((*call.z).data)[i] = 16 * static_cast<double*>((*call.dot).data)[i];
    }
  };
  const auto backward = [](const LogitsBackwardCall& call) {
    for (std::int64_t i = 0; i < kB * kC; ++i) {
      static_cast<double*>((*call.d_dot).data)[i] = 16 * static_cast<double*>((*call.d_z).data)[i];
    }
  };
  const HeadResult result =
      head.logits(kX.data(), batch.get(), kW.data(), forward, backward, d_w.data(), d_x.data());
  const Outcome<double> wanted = run<double>(info_of(16, kBoth), cosface(0), batch);
  EXPECT_NEAR(result.loss, wanted.result.loss, 1e-12);
  EXPECT_EQ(result.accuracy, wanted.result.accuracy);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(d_w[i], wanted.d_w[i], 1e-12);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(d_x[i], wanted.d_x[i], 1e-12);
}

// Losses far beyond exp's range stay finite, NaN stays NaN, and the bits repeat.
TEST(Head, ExtremesAreFiniteAndNanIsKept) {
  const Outcome<float> first = run<float>(info_of(4000, kBoth), cosface(.9), {});
  EXPECT_TRUE(std::isfinite(first.result.loss));
  EXPECT_GT(first.result.loss, 3000);
  EXPECT_EQ(first.d_x, run<float>(info_of(4000, kBoth), cosface(.9), {}).d_x);
  auto x = kX;
  x[5] = NAN;
  EXPECT_TRUE(std::isnan(run<float>(info_of(30, kBoth), cosface(.2), {}, x).result.loss));
}

// Many classes, so that the vectorised loops and their remainders are in play: float32 against
// float64.
TEST(Head, Float32FollowsFloat64) {
  constexpr std::int64_t kClasses = 1003, kLength = 37, kBatch = 9;
  std::uint64_t state = 3;
  const auto random = [&] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state >> 11) * 0x1p-52 - 1;
  };
  std::vector<double> x(kBatch * kLength), w(kClasses * kLength);
  for (double& v : x) v = random();
  for (double& v : w) v = random();
  const std::vector<float> xf(x.begin(), x.end()), wf(w.begin(), w.end());
  std::vector<std::int64_t> labels;
  std::vector<float> weights;
  for (std::int64_t b = 0; b < kBatch; ++b) {
    labels.insert(labels.end(), {b * 7, 1002 - b});
    weights.insert(weights.end(), {.25F, .75F});
  }
  const Labels given{kBatch, labels.data(), weights.data()};
  Head<float> single({kClasses, kLength, kBatch, 2, 1}, info_of(16, kBoth), 1);
  Head<double> twice({kClasses, kLength, kBatch, 2, 1}, info_of(16, kBoth), 1);
  std::vector<float> dwf(w.size()), dxf(x.size());
  std::vector<double> dw(w.size()), dx(x.size());
  const auto a = single.margin(xf.data(), given, wf.data(), margin_of<float>(arcface(.3)),
                               dwf.data(), dxf.data());
  const auto b =
      twice.margin(x.data(), given, w.data(), margin_of<double>(arcface(.3)), dw.data(), dx.data());
  EXPECT_NEAR(a.loss, b.loss, 1e-5);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(static_cast<double>(dxf[i]), dx[i], 1e-6);
  for (std::size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(static_cast<double>(dwf[i]), dw[i], 1e-6);
}

}  // namespace
}  // namespace synface::train
