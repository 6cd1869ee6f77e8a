#include <gtest/gtest.h>
#include <synface/train/sgd.h>

#include <vector>

namespace synface::train {
namespace {

// Two steps by hand, lr .1, momentum .9, decay .01, value 1, gradients .5 then -.2:
//   g1 = .51, m1 = .51;                    g2 = -.2 + .01 v1, m2 = .9 m1 + g2.
TEST(Sgd, FollowsTorchsRule) {
  for (const bool nesterov : {false, true}) {
    double v = 1, m = 0;
    float value = 1, momentum = 0;
    for (const double gradient : {0.5, -0.2}) {
      const double g = gradient + 0.01 * v;
      m = 0.9 * m + g;
      v -= 0.1 * (nesterov ? g + 0.9 * m : m);
      const auto gf = static_cast<float>(gradient);
      sgd_step({0.1F, 0.9F, 0.01F, nesterov}, 1, &gf, &momentum, &value);
    }
    EXPECT_NEAR(static_cast<double>(value), v, 1e-7);
    EXPECT_NEAR(static_cast<double>(momentum), m, 1e-7);
  }
}

TEST(Sgd, CutsOfTheBufferDoNotMatter) {
  std::vector<float> gradient(1001), momentum(1001, .3F), value(1001);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    gradient[i] = static_cast<float>(i % 37) * .013F - .2F;
    value[i] = static_cast<float>(i % 11) * .1F;
  }
  auto m = momentum, v = value;
  const SgdSettings settings{0.05F, 0.9F, 5e-4F, true};
  sgd_step(settings, 1001, gradient.data(), momentum.data(), value.data());
  sgd_step(settings, 13, gradient.data(), m.data(), v.data());
  sgd_step(settings, 988, gradient.data() + 13, m.data() + 13, v.data() + 13);
  EXPECT_EQ(v, value);
  EXPECT_EQ(m, momentum);
}

TEST(Sgd, SumOfSquares) {
  std::vector<float> values(100);
  double wanted = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i) * .25F;
    wanted += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  EXPECT_DOUBLE_EQ(sum_of_squares(values.data(), values.size()), wanted);
}

}  // namespace
}  // namespace synface::train
