// Losses in .py files against golden values, finite differences and their forms in C++.
#include <thread>

#include "support.h"

namespace bridge_test {
namespace {

using abi_test::Array;
using abi_test::must;

template <typename T>
struct Margins {
  std::vector<T> z, slope, by_norm;
};

template <typename T>
Margins<T> margins(const Loss& loss, const std::vector<T>& cos, float ramp = 1.0F) {
  const auto n = static_cast<int64_t>(cos.size());
  Array<T> c({n, 1}, cos), w({n, 1}, std::vector<T>(cos.size(), 1)), z({n, 1}), slope({n, 1});
  Array<T> length({n}, std::vector<T>(cos.size(), 1)),
      by_norm({n, 1}, std::vector<T>(cos.size(), 7));
  synface_context ctx = abi_test::context();
  ctx.margin_scale = ramp;
  must([&](synface_error* error) {
    return loss->margin(loss.self(), &ctx, c.view(), length.view(), w.view(), z.view(),
                        slope.view(), by_norm.view(), error);
  });
  return {z.values(), slope.values(), by_norm.values()};
}

class MarginTest : public PythonTest {};

TEST_F(MarginTest, ArcFaceMatchesTheEquationAndItsContinuation) {
  const std::string py = example("arcface.py");
  const Loss loss(kLibrary, "python_margin", {{"file", py.c_str()}, {"margin", 0.5}});
  const auto found = margins<double>(loss, {.8, .5, 0.0, -.5, -.9, -1.0});
  const std::vector<double> golden = {.414410726,  .023596585,   -.479425539,
                                      -.853985977, -1.139712769, -1.239712769};
  for (std::size_t i = 0; i < golden.size(); ++i) EXPECT_NEAR(found.z[i], golden[i], 1e-9);
  EXPECT_THAT(found.by_norm, testing::Each(0.0)) << "an author who writes nothing there";
}

TEST_F(MarginTest, ArcFaceIsThePluginArcFaceWithinTheRoundingOfFloat32) {
  const std::string py = example("arcface.py");
  const Loss mine(kLibrary, "python_margin", {{"file", py.c_str()}, {"margin", 0.4}});
  const Loss theirs("arcface.so", "arcface", {{"margin", 0.4}});
  std::vector<float> cos;
  for (int i = -99; i < 100; ++i) cos.push_back(static_cast<float>(i) / 100.0F);
  for (const float ramp : {0.0F, 0.3F, 1.0F}) {
    const auto a = margins<float>(mine, cos, ramp), b = margins<float>(theirs, cos, ramp);
    for (std::size_t i = 0; i < cos.size(); ++i) {
      EXPECT_NEAR(a.z[i], b.z[i], 1e-6F) << "c = " << cos[i];
      EXPECT_NEAR(a.slope[i], b.slope[i], 1e-5F) << "c = " << cos[i];
    }
  }
}

TEST_F(MarginTest, CosFaceIsThePluginCosFaceToTheBit) {
  const std::string py = example("cosface.py");
  const Loss mine(kLibrary, "python_margin", {{"file", py.c_str()}, {"margin", 0.35}});
  const Loss theirs("cosface.so", "cosface", {{"margin", 0.35}});
  std::vector<float> cos;
  for (int i = -99; i < 100; ++i) cos.push_back(static_cast<float>(i) / 99.5F);
  for (const float ramp : {0.0F, 0.3F, 1.0F}) {
    EXPECT_EQ(margins<float>(mine, cos, ramp).z, margins<float>(theirs, cos, ramp).z);
  }
}

TEST_F(MarginTest, TheDerivativeAgreesWithFiniteDifferences) {
  const std::string py = example("arcface.py");
  const Loss loss(kLibrary, "python_margin", {{"file", py.c_str()}, {"margin", 0.5}});
  for (double c = -0.97; c < 0.98; c += 0.0625) {
    constexpr double h = 1e-6;
    const auto at = margins<double>(loss, {c - h, c, c + h});
    EXPECT_NEAR(at.slope[1], (at.z[2] - at.z[0]) / (2 * h), 1e-7) << "c = " << c;
  }
}

TEST_F(MarginTest, InfoIsTheClasssOwn) {
  const std::string py = example("arcface.py");
  const Loss loss(kLibrary, "python_margin",
                  {{"file", py.c_str()}, {"scale", 64.0}, {"margin", 0.5}});
  synface_loss_info info{};
  info.struct_size = sizeof info;
  must([&](synface_error* error) { return loss->info(loss.self(), &info, error); });
  EXPECT_EQ(info.form, static_cast<uint32_t>(SYNFACE_LOSS_MARGIN));
  EXPECT_EQ(info.scale, 64.0);
  EXPECT_EQ(info.margin, 0.5);
  EXPECT_EQ(info.margin_unit, 2U);
  EXPECT_EQ(info.flags, SYNFACE_LOSS_NORM_X | SYNFACE_LOSS_NORM_W);
}

// Two open tapes, brought back in the other order on threads of their own.
TEST_F(MarginTest, LogitsKeepTheirTapesAndComeBackOnAnyThread) {
  const std::string py = file(R"(
class Plugin:
    def __init__(self, dims, scale):
        self.scale = scale
    def logits(self, ctx, dot, norm, labels, weights, z):
        z[:] = self.scale * dot + 0.5 * dot ** 2
        return dot.copy()
    def logits_backward(self, ctx, tape, d_z, d_dot, d_norm):
        d_dot[:] = d_z * (self.scale + tape)
)");
  const Loss loss(kLibrary, "python_logits", {{"file", py.c_str()}, {"scale", 8.0}}, dims());
  const synface_context ctx = abi_test::context();
  Array<float> norm({2}, {1, 1}), weights({2, 1}, {1, 1}), z({2, 3});
  Array<int64_t> labels({2, 1}, {0, 2});
  Array<float> dots[2] = {Array<float>({2, 3}, {.1F, .2F, .3F, .4F, .5F, .6F}),
                          Array<float>({2, 3}, {-.1F, -.2F, -.3F, -.4F, -.5F, -.6F})};
  void* tapes[2] = {};
  for (int i = 0; i < 2; ++i) {
    must([&](synface_error* error) {
      return loss->logits(loss.self(), &ctx, dots[i].view(), norm.view(), labels.view(),
                          weights.view(), z.view(), &tapes[i], error);
    });
    for (std::size_t e = 0; e < 6; ++e) {
      EXPECT_FLOAT_EQ(z[e], 8 * dots[i][e] + 0.5F * dots[i][e] * dots[i][e]);
    }
  }
  Array<float> d_z({2, 3}, {1, 2, 3, 4, 5, 6}), d_dot({2, 3});
  for (const int i : {1, 0}) {
    std::thread([&] {
      must([&](synface_error* error) {
        return loss->logits_backward(loss.self(), &ctx, tapes[i], d_z.view(), d_dot.view(), nullptr,
                                     error);
      });
    }).join();
    for (std::size_t e = 0; e < 6; ++e) EXPECT_FLOAT_EQ(d_dot[e], d_z[e] * (8 + dots[i][e]));
    std::thread([&] { loss->tape_free(loss.self(), tapes[i]); }).join();
  }
}

TEST_F(MarginTest, TheTripletsGradientAgreesWithFiniteDifferences) {
  const std::string py = example("triplet.py");
  const Loss loss(kLibrary, "python_embedding", {{"file", py.c_str()}, {"margin", 1.0}}, dims());
  const synface_context ctx = abi_test::context();
  const int64_t n = 6, d = 4;
  std::vector<double> x(static_cast<std::size_t>(n * d));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(2.3 * static_cast<double>(i) + 0.4);
  Array<int64_t> labels({n, 1}, {0, 0, 1, 1, 2, 2});
  Array<double> weights({n, 1}, std::vector<double>(6, 1));
  const auto total = [&](const std::vector<double>& at, void** tape) {
    Array<double> embeddings({n, d}, at), value({n});
    must([&](synface_error* error) {
      return loss->loss(loss.self(), &ctx, embeddings.view(), labels.view(), weights.view(),
                        value.view(), tape, error);
    });
    double sum = 0;
    for (std::size_t i = 0; i < 6; ++i) sum += value[i];
    return sum;
  };
  void* tape = nullptr;
  EXPECT_GT(total(x, &tape), 0.5);
  Array<double> ones({n}, std::vector<double>(6, 1)), gradient({n, d});
  must([&](synface_error* error) {
    return loss->loss_backward(loss.self(), &ctx, tape, ones.view(), gradient.view(), 0, error);
  });
  loss->tape_free(loss.self(), tape);
  for (std::size_t i = 0; i < x.size(); ++i) {
    constexpr double h = 1e-6;
    std::vector<double> low = x, high = x;
    low[i] -= h;
    high[i] += h;
    EXPECT_NEAR(gradient[i], (total(high, nullptr) - total(low, nullptr)) / (2 * h), 1e-6);
  }
}

TEST_F(MarginTest, RandomNumbersFollowTheCallAndNothingElse) {
  const std::string py = file(R"(
class Plugin:
    def margin(self, ctx, cos, norm, weights, z, dz_dcos, dz_dnorm):
        z[:] = cos - ctx.generator().uniform(0, 0.1, cos.shape)
        dz_dcos[:] = 1
)");
  const Loss first(kLibrary, "python_margin", {{"file", py.c_str()}});
  const Loss second(kLibrary, "python_margin", {{"file", py.c_str()}});
  const auto draw = [](const Loss& loss, uint64_t counter) {
    Array<float> c({2, 1}, {.1F, .2F}), w({2, 1}, {1, 1}), norm({2}, {1, 1}), z({2, 1}),
        slope({2, 1});
    synface_context ctx = abi_test::context();
    ctx.counter = counter;
    must([&](synface_error* error) {
      return loss->margin(loss.self(), &ctx, c.view(), norm.view(), w.view(), z.view(),
                          slope.view(), nullptr, error);
    });
    return z.values();
  };
  const auto at_7 = draw(first, 7);
  EXPECT_NE(draw(first, 8), at_7);
  EXPECT_EQ(draw(second, 7), at_7);
}

}  // namespace
}  // namespace bridge_test
