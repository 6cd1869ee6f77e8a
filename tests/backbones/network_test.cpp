// What every trainable backbone promises, for each of the shipped ones.
#include <gtest/gtest.h>

#include "reference.h"

namespace synface::test {
namespace {

struct Case {
  std::string label;
  Setting setting;
  std::vector<int> blocks;  // of iresnet

  at::Tensor reference(Weights& weights, const at::Tensor& x, bool train) const {
    const Reference r{weights, train};
    return setting.plugin == "fastnet" ? r.fastnet(x) : r.iresnet(x, blocks);
  }
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.label;
}

class Network : public testing::TestWithParam<Case> {
 protected:
  // Moves every parameter away from its initial value, which would hide mistakes (gamma 1, beta 0).
  static void disturb(Backbone& net) {
    std::uint64_t seed = 100;
    for (const std::string& name : net.names()) {
      at::Tensor& value = net.value(name);
      const at::Tensor noise = pictures(1, value.numel() / 3 + 3, 1, ++seed).flatten();
      value.add_(noise.slice(0, 0, value.numel()).view(value.sizes()), 0.1);
      if (name.find("running_var") != std::string::npos) value.abs_().add_(0.2);
    }
  }

  at::Tensor batch(std::int64_t n, std::uint64_t seed = 7) const {
    return pictures(n, GetParam().setting.height, GetParam().setting.width, seed);
  }
  // A gradient by the embeddings.
  at::Tensor weights_of_outputs(std::int64_t n) const {
    return pictures(n, GetParam().setting.embedding, 1, 3).select(1, 0).flatten(1).contiguous();
  }
};

// Largest error, relative to the largest value wanted or to `floor`, if that is more.
double worst(const at::Tensor& got, const at::Tensor& wanted, double floor = 1e-12) {
  const at::Tensor a = got.to(at::kDouble), b = wanted.detach().to(at::kDouble);
  return ((a - b).abs().max() / b.abs().max().clamp_min(floor)).item<double>();
}

TEST_P(Network, ForwardEqualsTheOperatorsOfLibTorch) {
  Backbone net(GetParam().setting);
  disturb(net);
  Weights weights = copy_weights(net);
  const at::Tensor x = batch(6);
  EXPECT_LT(worst(net.embed(x), GetParam().reference(weights, x, false)), 1e-5);
  const at::Tensor trained = net.train(x).first;
  EXPECT_LT(worst(trained, GetParam().reference(weights, x, true)), 1e-5);
  for (const std::string& name : net.names()) {  // running statistics as well
    EXPECT_LT(worst(net.value(name), weights[name]), 1e-5) << name;
  }
}

TEST_P(Network, GradientsEqualAutogradInDoublePrecision) {
  Backbone net(GetParam().setting);
  disturb(net);
  Weights weights = copy_weights(net, at::kDouble);
  const at::Tensor x = batch(6);
  const at::Tensor dy = weights_of_outputs(6);
  at::Tensor exact_x = x.to(at::kDouble).requires_grad_();
  GetParam().reference(weights, exact_x, true).backward(dy.to(at::kDouble));

  auto [embeddings, tape] = net.train(x);
  const at::Tensor dx = net.backward(tape, dy, false, true);

  EXPECT_LT(worst(dx, exact_x.grad()), 1e-4);
  double largest = 0.0;
  for (const auto& [name, weight] : weights) {
    if (!weight.requires_grad()) continue;
    largest = std::max(largest, weight.grad().abs().max().item<double>());
  }
  for (const auto& [name, weight] : weights) {
    if (!weight.requires_grad()) continue;
    // A bias whose shift the next normalisation takes out has the gradient 0, and rounding instead.
    EXPECT_LT(worst(net.gradient(name), weight.grad(), 1e-2 * largest), 1e-4) << name;
  }
}

TEST_P(Network, GradientsEqualCentralDifferences) {
  Backbone net(GetParam().setting);
  disturb(net);
  const at::Tensor x = batch(4), dy = weights_of_outputs(4);
  {
    auto [embeddings, tape] = net.train(x);
    net.backward(tape, dy);
  }
  // Along the gradient itself, where the change is largest against rounding in float32.
  double norm2 = 0.0;
  Weights before, direction;
  for (const std::string& name : net.names()) {
    before[name] = net.value(name).clone();
    if (!net.trainable(name)) continue;
    direction[name] = net.gradient(name).clone();
    norm2 += direction[name].to(at::kDouble).square().sum().item<double>();
  }
  const auto loss_at = [&](double t) {
    for (const std::string& name : net.names()) {
      net.value(name).copy_(before[name]);
      if (net.trainable(name)) net.value(name).add_(direction[name], t / std::sqrt(norm2));
    }
    return (net.train(x).first.to(at::kDouble) * dy.to(at::kDouble)).sum().item<double>();
  };
  const auto slope = [&](double step) { return (loss_at(step) - loss_at(-step)) / (2 * step); };
  const double extrapolated = (4.0 * slope(1e-3) - slope(2e-3)) / 3.0;  // error of fourth order
  EXPECT_NEAR(extrapolated / std::sqrt(norm2), 1.0, 0.01);
}

TEST_P(Network, SameBitsOnRerunAndOnBothThreadSplits) {
  const at::Tensor x = batch(6), dy = at::ones({6, GetParam().setting.embedding});
  std::vector<Weights> runs;
  for (const bool parallel : {true, true, false}) {
    Setting setting = GetParam().setting;
    setting.threads = 3;
    setting.parallel = parallel;  // LibTorch's own threads stay as they are
    Backbone net(setting);
    Weights result;
    auto [embeddings, tape] = net.train(x);
    result["dx"] = net.backward(tape, dy, false, true);
    result["y"] = embeddings;
    for (const std::string& name : net.names()) {
      result[name] = net.value(name);
      if (net.trainable(name)) result["d " + name] = net.gradient(name);
    }
    runs.push_back(result);
  }
  for (const auto& [name, tensor] : runs[0]) {
    EXPECT_TRUE(at::equal(tensor, runs[1][name])) << name;
    EXPECT_TRUE(at::equal(tensor, runs[2][name])) << name;
  }
}

TEST_P(Network, AccumulateAddsAndOverwriteReplaces) {
  Backbone net(GetParam().setting);
  const at::Tensor x = batch(3), dy = at::ones({3, GetParam().setting.embedding});
  for (const std::string& name : net.names()) {
    if (net.trainable(name)) net.gradient(name).fill_(7.0);
  }
  net.backward(net.train(x).second, dy, false);
  Weights once;
  for (const std::string& name : net.names()) {
    if (net.trainable(name)) once[name] = net.gradient(name).clone();
  }
  net.backward(net.train(x).second, dy, true);
  for (const auto& [name, gradient] : once) {
    EXPECT_TRUE(at::equal(net.gradient(name), gradient + gradient)) << name;
  }
}

TEST_P(Network, BatchesOfZeroAndOneAndAnyLayoutWork) {
  Backbone net(GetParam().setting);
  for (const std::string& name : net.names()) {
    if (net.trainable(name)) net.gradient(name).fill_(7.0);
  }
  const std::int64_t d = GetParam().setting.embedding;
  {
    auto [none, tape] = net.train(batch(2).slice(0, 0, 0));
    net.backward(tape, none, true);
    EXPECT_EQ(net.gradient("conv1.weight").min().item<float>(), 7.0F);
    auto [again, second] = net.train(batch(2).slice(0, 0, 0));
    net.backward(second, again, false);
    EXPECT_EQ(net.gradient("conv1.weight").abs().max().item<float>(), 0.0F);
  }
  {
    auto [one, tape] = net.train(batch(1));
    net.backward(tape, at::ones({1, d}));
    EXPECT_TRUE(at::isfinite(one).all().item<bool>());
    EXPECT_TRUE(at::isfinite(net.gradient("fc.weight")).all().item<bool>());
    EXPECT_TRUE(at::isfinite(net.value("features.running_var")).all().item<bool>());
  }
  const at::Tensor x = batch(3);
  EXPECT_TRUE(at::equal(net.embed(x), net.embed(x.contiguous(at::MemoryFormat::ChannelsLast))));
}

TEST_P(Network, EvaluationReadsOnlyAndATapeMayGoUnused) {
  Backbone net(GetParam().setting);
  disturb(net);
  const Weights before = copy_weights(net);
  net.embed(batch(5));
  for (const auto& [name, value] : before) EXPECT_TRUE(at::equal(net.value(name), value)) << name;
  { const auto unused = net.train(batch(2)); }
  const auto kept = net.train(batch(2));
  const auto other = net.train(batch(4));  // two tapes at a time
  net.backward(kept.second, kept.first);
  net.backward(other.second, other.first);
}

TEST_P(Network, CalibrationAveragesBatchStatistics) {
  Backbone net(GetParam().setting);
  disturb(net);
  const at::Tensor a = batch(4, 1), b = batch(4, 2);
  Weights first = copy_weights(net);
  Weights second = copy_weights(net);
  for (auto* weights : {&first, &second}) {  // momentum 0.1 from 0: a tenth of the statistic
    for (auto& [name, value] : *weights) {
      if (name.find("running") != std::string::npos) value.zero_();
    }
  }
  GetParam().reference(first, a, true);
  GetParam().reference(second, b, true);
  net.calibrate(a, 0, 2);
  net.calibrate(b, 1, 2);
  for (const std::string& name : net.names()) {
    if (name.find("running") == std::string::npos) continue;
    EXPECT_LT(worst(net.value(name), (first[name] + second[name]) * 5.0), 1e-4) << name;
  }
}

TEST_P(Network, WrongShapesAndAMissingBindAreNamed) {
  Backbone net(GetParam().setting);
  const at::Tensor narrow = batch(2).slice(3, 0, 20).contiguous();
  EXPECT_THROW(net.embed(narrow), std::runtime_error);
  EXPECT_EQ(net.error.code, SYNFACE_ERR_INVALID);
  EXPECT_STREQ(net.error.where, "x");
  Setting evaluate = GetParam().setting;
  evaluate.gradients = false;
  Backbone frozen(evaluate);
  frozen.embed(batch(1));
  EXPECT_THROW(frozen.train(batch(2)), std::runtime_error);
}

TEST_P(Network, AnotherKeyDrawsOtherWeights) {
  Backbone net(GetParam().setting);
  const at::Tensor first = net.value("conv1.weight").clone();
  net.init(2);
  EXPECT_FALSE(at::equal(first, net.value("conv1.weight")));
  net.init(1);
  EXPECT_TRUE(at::equal(first, net.value("conv1.weight")));
}

TEST_P(Network, CancellationIsHeeded) {
  Backbone net(GetParam().setting);
  synface_context ctx = net.context(SYNFACE_PHASE_EVAL);
  const volatile std::uint32_t yes = 1;
  ctx.cancel = &yes;
  const at::Tensor y = at::empty({2, GetParam().setting.embedding});
  const View in(batch(2)), out(y);
  EXPECT_EQ(net.table().forward(net.self(), &ctx, in.get(), out.get(), nullptr, &net.error),
            SYNFACE_ERR_CANCELLED);
}

const Case kCases[] = {
    {"fastnet48", {.plugin = "fastnet", .height = 48, .width = 48, .embedding = 128}, {}},
    {"fastnet_narrow_oblong",
     {.plugin = "fastnet", .height = 36, .width = 29, .embedding = 20, .values = {{"width", 0.5}}},
     {}},
    {"iresnet_tiny",
     {.plugin = "iresnet",
      .height = 32,
      .width = 32,
      .embedding = 16,
      .values = {{"blocks", std::vector<double>{1, 2, 1}}, {"width", 8L}, {"dropout", 0.0}}},
     {1, 2, 1}},
    {"iresnet18_oblong",
     {.plugin = "iresnet",
      .height = 28,
      .width = 24,
      .embedding = 20,
      .values = {{"width", 12L}, {"dropout", 0.0}, {"layout", "insightface"}}},
     {2, 2, 2, 2}},
};

INSTANTIATE_TEST_SUITE_P(Shipped, Network, testing::ValuesIn(kCases),
                         [](const auto& param) { return param.param.label; });

}  // namespace
}  // namespace synface::test
