// Our normalisation against the one by LibTorch's operators, which serves other devices.
#include <gtest/gtest.h>

#include "harness.h"
#include "layers/norm.h"

namespace synface::layers {
namespace {

// A normalisation whose parameters are bound to tensors of its own.
struct Bound {
  explicit Bound(const NormOptions& options, std::int64_t channels)
      : norm(parameters, "bn", channels, options) {
    std::vector<test::View> views;
    std::vector<const synface_tensor*> values, gradients;
    views.reserve(32);
    for (const sdk::Weight& w : parameters.list()) {
      tensors[w.name] = test::pictures(1, channels, 1, tensors.size() + 1)
                            .flatten()
                            .slice(0, 0, channels)
                            .contiguous() +
                        0.5;
      if (w.name == "bn.running_var") tensors[w.name].abs_().add_(0.1);
      values.push_back(views.emplace_back(tensors[w.name]).get());
      tensors["d " + w.name] = at::full({channels}, 3.0);
      gradients.push_back(w.trainable ? views.emplace_back(tensors["d " + w.name]).get() : nullptr);
    }
    parameters.bind(values.data(), gradients.data(), static_cast<std::uint32_t>(values.size()));
  }
  operators::NormValues operator_values() {
    return {tensors["bn.weight"], tensors["bn.bias"], tensors["bn.running_mean"].clone(),
            tensors["bn.running_var"].clone(),
            tensors.count("p.weight") ? tensors["p.weight"] : at::Tensor()};
  }

  Parameters parameters;
  std::map<std::string, at::Tensor> tensors;
  Norm norm;
};

class NormTest : public testing::TestWithParam<std::tuple<bool, std::int64_t, std::int64_t>> {
 protected:
  static void expect_near(const char* what, const at::Tensor& a, const at::Tensor& b) {
    EXPECT_LT((a - b).abs().max().item<double>(),
              2e-5 * b.abs().max().clamp_min(1.0).item<double>())
        << what;
  }
};

TEST_P(NormTest, EqualsTheOperatorsInBothDirections) {
  const auto [prelu, size, channels] = GetParam();
  synface_context context{};
  context.threads = 1;
  context.compute = {SYNFACE_FLOAT, 32, 1};
  const TorchScope scope(context);
  Bound bound({.prelu = prelu, .prelu_name = "p"}, channels);
  operators::NormValues values = bound.operator_values();
  const at::Tensor x = as_channels_last(
      test::pictures(channels, size, size, 5).slice(1, 0, 2).transpose(0, 1).contiguous() * 3.0 +
      1.0);
  const at::Tensor dy = as_channels_last(
      test::pictures(channels, size, size, 6).slice(1, 0, 2).transpose(0, 1).contiguous());
  const at::Tensor extra = dy * 0.25;

  const Call eval = make_call(context, nullptr, Mode::kEval);
  expect_near("evaluation", bound.norm.forward(eval, x, nullptr, Norm::Input::kKeep),
              operators::norm_forward(eval, x, values, nullptr));

  const Call train = make_call(context, nullptr, Mode::kTrain);
  Norm::Saved saved;
  operators::NormSaved operator_saved;
  expect_near("training", bound.norm.forward(train, x, &saved),
              operators::norm_forward(train, x, values, &operator_saved));
  expect_near("bn.running_mean", bound.tensors["bn.running_mean"], values.running_mean);
  expect_near("bn.running_var", bound.tensors["bn.running_var"], values.running_var);
  const at::Tensor dx = bound.norm.backward(train, dy, saved, &extra, true, false);
  const operators::NormGradients wanted = operators::norm_backward(dy, values, operator_saved);
  expect_near("d x", dx, wanted.x + extra);
  expect_near("d bn.weight", bound.tensors["d bn.weight"], wanted.gamma + 3.0);
  expect_near("d bn.bias", bound.tensors["d bn.bias"], wanted.beta + 3.0);
  if (prelu) expect_near("d p.weight", bound.tensors["d p.weight"], wanted.slope + 3.0);
}

INSTANTIATE_TEST_SUITE_P(Shapes, NormTest,
                         testing::Combine(testing::Bool(), testing::Values(1, 6, 33),
                                          testing::Values(5, 24, 64)));

}  // namespace
}  // namespace synface::layers
