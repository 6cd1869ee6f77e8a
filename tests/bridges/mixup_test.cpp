// Mixups in .py files: against the plugin `identity`, to the bit, and with a method apply().
#include <synface/sdk/philox.h>

#include "support.h"

namespace bridge_test {
namespace {

using abi_test::Array;
using abi_test::must;

class MixupTest : public PythonTest {
 protected:
  static std::vector<synface_mix_source> pick(const Mixup& mixup, uint32_t people, uint32_t samples,
                                              uint64_t seed) {
    const std::vector<uint32_t> counts(people, samples);
    const synface_mix_set set = {sizeof set, 0, seed, people, counts.data()};
    const synface_mix_set* const sets[] = {&set};
    std::vector<synface_key> keys;
    for (uint32_t i = 0; i < people; ++i) {
      for (uint32_t k = 0; k < samples; ++k) keys.push_back({seed, i, k, 0, 0});
    }
    std::vector<synface_mix_source> sources(2 * keys.size());
    const synface_context ctx = abi_test::context();
    must([&](synface_error* error) {
      return mixup->pick(mixup.self(), &ctx, keys.data(), keys.size(), sets, 1, sources.data(),
                         error);
    });
    return sources;
  }
};

TEST_F(MixupTest, IdentityMixupIsThePluginIdentityToTheBit) {
  const std::string py = example("identity.py");
  for (const int steps : {20, 7, 1000}) {
    const std::string args = "{\"steps\": " + std::to_string(steps) + "}";
    const Mixup mine(kLibrary, "python_mixup", {{"file", py.c_str()}, {"args", args.c_str()}});
    const Mixup theirs("identity.so", "identity", {{"steps", steps}});
    for (const uint64_t seed : {uint64_t{3}, uint64_t{0xFEDCBA9876543210}}) {
      const auto a = pick(mine, 41, 50, seed), b = pick(theirs, 41, 50, seed);
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i].key.identity, b[i].key.identity) << "source " << i;
        ASSERT_EQ(a[i].key.sample, b[i].key.sample) << "source " << i;
        ASSERT_EQ(a[i].key.data_seed, b[i].key.data_seed) << "source " << i;
        ASSERT_EQ(a[i].coefficient, b[i].coefficient) << "source " << i;
        ASSERT_EQ(a[i].label_weight, b[i].label_weight) << "source " << i;
      }
    }
  }
}

// <synface/sdk/philox.h> draws for the plugins in C++.
TEST_F(MixupTest, TheStreamOfACallIsThatOfThePluginsInCpp) {
  const std::string py = file(R"(
class Plugin:
    def info(self):
        return {"stage": "batch"}
    def pick(self, ctx, keys, sets, sources):
        random = ctx.stream(4)
        for row in range(len(keys)):
            random.uniform_double()
            sources["coefficient"][row, 0] = random.uniform()
            sources["key"]["identity"][row, 1] = random.below(3_000_000_000)
)");
  const Mixup mixup(kLibrary, "python_mixup", {{"file", py.c_str()}});
  const auto found = pick(mixup, 150, 1, 9);
  const synface_context ctx = abi_test::context();
  synface::sdk::PhiloxStream random(ctx, 4);
  for (std::size_t row = 0; row < 150; ++row) {
    random.uniform_double();
    ASSERT_EQ(found[2 * row].coefficient, random.uniform()) << row;
    ASSERT_EQ(found[2 * row + 1].key.identity, random.below(3'000'000'000)) << row;
  }
}

TEST_F(MixupTest, WithoutApplyTheBridgeBlendsAsTheHostDoes) {
  const std::string py = example("identity.py");
  const Mixup mixup(kLibrary, "python_mixup", {{"file", py.c_str()}});
  Array<float> a({2, 3}, {1, 2, 3, 4, 5, 6}), b({2, 3}, {.1F, .2F, .3F, .4F, .5F, .6F}),
      out({2, 3});
  const synface_tensor* const sources[] = {a.view(), b.view()};
  std::vector<synface_mix_source> picked(4);
  const float shares[] = {.35F, 1 - .35F, .8F, 1 - .8F};
  for (std::size_t i = 0; i < 4; ++i) picked[i].coefficient = shares[i];
  const synface_context ctx = abi_test::context();
  must([&](synface_error* error) {
    return mixup->apply(mixup.self(), &ctx, sources, 2, picked.data(), 2, out.view(), error);
  });
  for (std::size_t i = 0; i < 6; ++i) {
    float expected = 0.0F;
    expected += shares[2 * (i / 3)] * a[i];
    expected += shares[2 * (i / 3) + 1] * b[i];
    EXPECT_EQ(out[i], expected);
  }
}

TEST_F(MixupTest, ApplyWritesTheImagesAndTheLabelWeights) {
  const std::string py = file(R"(
class Plugin:
    def info(self):
        return {"stage": "batch", "sources": 2, "sets": 1}
    def pick(self, ctx, keys, sets, sources):
        sources["key"][:, 1] = keys[::-1]
        sources["coefficient"][:, 0] = sources["label_weight"][:, 0] = 1
    def apply(self, ctx, sources, picked, out):
        out[:] = sources[0]
        out[:, :, :1] = sources[1][:, :, :1]
        picked["label_weight"][:] = [0.75, 0.25]
)");
  const Mixup mixup(kLibrary, "python_mixup", {{"file", py.c_str()}});
  const auto chosen = pick(mixup, 3, 1, 9);
  EXPECT_EQ(chosen[1].key.identity, 2U);
  EXPECT_EQ(chosen[0].coefficient, 1.0F);
  EXPECT_EQ(chosen[1].coefficient, 0.0F);

  // [1, 3, 4, 1] images whose memory is [1, 4, 1, 3], as the host lends them.
  const int64_t strides[] = {12, 1, 3, 3};
  Array<float> a({1, 3, 4, 1}, std::vector<float>(12, 1)),
      b({1, 3, 4, 1}, std::vector<float>(12, 2)), out({1, 3, 4, 1});
  synface_tensor views[] = {*a.view(), *b.view(), *out.view()};
  for (synface_tensor& view : views) {
    view.strides = strides;
    view.flags = SYNFACE_TENSOR_CHANNELS_LAST;
  }
  const synface_tensor* const sources[] = {&views[0], &views[1]};
  std::vector<synface_mix_source> picked(2);
  const synface_context ctx = abi_test::context();
  must([&](synface_error* error) {
    return mixup->apply(mixup.self(), &ctx, sources, 2, picked.data(), 1, &views[2], error);
  });
  EXPECT_THAT(out.values(), testing::ElementsAre(2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1));
  EXPECT_EQ(picked[0].label_weight, 0.75F);
  EXPECT_EQ(picked[1].label_weight, 0.25F);
}

}  // namespace
}  // namespace bridge_test
