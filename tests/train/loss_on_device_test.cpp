// The head and the loss plugins by the steps of a device, against the CPU's own path.
#include <gtest/gtest.h>
#include <synface/plugin/host.h>
#include <synface/plugin/library.h>
#include <synface/train/calls.h>
#include <synface/train/device_head.h>
#include <synface/train/host_extensions.h>
#include <synface/train/loss_path.h>
#include <synface/train/parallel.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace synface::train {
namespace {

constexpr std::int64_t kB = 9, kC = 53, kD = 16;
constexpr std::uint64_t kBoth = SYNFACE_LOSS_NORM_X | SYNFACE_LOSS_NORM_W;

struct Data {
  std::int64_t k;
  std::vector<float> x, w, weights;
  std::vector<std::int64_t> labels;

  // Row b uses 1 + b % k slots; unused ones lie anywhere in the row.
  explicit Data(std::int64_t slots, std::int64_t rows_w = kC) : k(slots) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (std::int64_t i = 0; i < kB * kD; ++i) x.push_back(3 * normal(random));
    for (std::int64_t i = 0; i < rows_w * kD; ++i) w.push_back(normal(random));
    labels.assign(static_cast<std::size_t>(kB * k), 0);
    weights.assign(labels.size(), 0.0F);
    for (std::int64_t b = 0; b < kB; ++b) {
      const std::int64_t used = 1 + b % k;
      for (std::int64_t i = 0; i < used; ++i) {
        const auto at = static_cast<std::size_t>(b * k + (i + b) % k);
        labels[at] = (b * 7 + i * 11) % kC;
        weights[at] = static_cast<float>(i + 1) / static_cast<float>(used * (used + 1) / 2);
      }
    }
  }
  Labels get() const { return {kB, labels.data(), weights.data()}; }
};

struct Outcome {
  HeadResult result;
  std::vector<float> d_w, d_x;
};

void expect_close(const std::vector<float>& a, const std::vector<float>& b, const char* what) {
  ASSERT_EQ(a.size(), b.size());
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(std::isfinite(a[i])) << what << " " << i;
    largest = std::max(largest, std::abs(static_cast<double>(b[i])));
    apart = std::max(apart, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  EXPECT_GT(largest, 1e-4) << what;
  EXPECT_LT(apart, 2e-5 * largest) << what;
}

void expect_close(const Outcome& device, const Outcome& cpu) {
  EXPECT_NEAR(device.result.loss, cpu.result.loss, 1e-5 * (1 + cpu.result.loss));
  EXPECT_NEAR(device.result.accuracy, cpu.result.accuracy, 1e-6);
  expect_close(device.d_w, cpu.d_w, "class weights");
  expect_close(device.d_x, cpu.d_x, "embeddings");
}

synface_loss_info info_of(double scale, std::uint64_t flags, std::uint32_t form) {
  synface_loss_info info{};
  info.struct_size = sizeof info;
  info.form = form;
  info.flags = flags;
  info.scale = scale;
  info.subcentres = 1;
  return info;
}

float* at(const View& view, std::int64_t i = 0) {
  return static_cast<float*>((*view).data) + i;
}

// A margin that depends on the cosine and on the embedding's length; an unused slot gets NaN, which
// nobody may read.
void bent(const MarginCall& call) {
  const std::int64_t k = call.cos.count() / kB;
  for (std::int64_t i = 0; i < call.cos.count(); ++i) {
    const float c = *at(call.cos, i), n = *at(call.norm, i / k);
    const bool used = *at(call.weights, i) != 0;
    *at(call.z, i) = used ? c - 0.2F * c * c - n / 100 : std::numeric_limits<float>::quiet_NaN();
    *at(call.dz_dcos, i) = 1 - 0.4F * c;
    *at(call.dz_dnorm, i) = -0.01F;
  }
}

template <typename Step>
Outcome outcome(const Data& data, const Step& step) {
  Outcome o{{}, std::vector<float>(data.w.size()), std::vector<float>(data.x.size())};
  o.result = step(o.d_w.data(), o.d_x.data());
  return o;
}

// As the worker has it; threads that spin cost more than these sizes.
class DeviceHeads : public testing::Test {
 protected:
  DeviceHeads() { set_threads(1); }
};

TEST_F(DeviceHeads, MarginsAgreeWithTheCpusHead) {
  for (const std::uint64_t norms : {kBoth, std::uint64_t{SYNFACE_LOSS_NORM_X},
                                    std::uint64_t{SYNFACE_LOSS_NORM_W}, std::uint64_t{0}}) {
    for (const std::uint64_t joint :
         {std::uint64_t{0}, std::uint64_t{SYNFACE_LOSS_JOINT_TARGETS}}) {
      for (const std::int64_t k : {1, 2, 3}) {
        for (const std::int64_t u : {1, 3}) {
          SCOPED_TRACE(testing::Message()
                       << norms << " joint " << joint << " k " << k << " subcentres " << u);
          const Data data(k, kC * u);
          const auto info = info_of(norms == kBoth ? 24 : 0.5, norms | joint, SYNFACE_LOSS_MARGIN);
          const HeadShape shape{kC, kD, kB, k, u};
          Head<float> cpu(shape, info, 1);
          DeviceHead device(shape, info, {}, {});
          expect_close(
              outcome(data,
                      [&](float* d_w, float* d_x) {
                        device.margin(data.x.data(), data.get(), data.w.data(), bent, d_w, d_x);
                        return device.result();
                      }),
              outcome(data, [&](float* d_w, float* d_x) {
                return cpu.margin(data.x.data(), data.get(), data.w.data(), bent, d_w, d_x);
              }));
        }
      }
    }
  }
}

TEST_F(DeviceHeads, LogitsAgreeWithTheCpusHead) {
  const auto forward = [](const LogitsCall& call) {
    for (std::int64_t i = 0; i < call.z.count(); ++i) *at(call.z, i) = 9 * *at(call.dot, i);
  };
  const auto backward = [](const LogitsBackwardCall& call) {
    for (std::int64_t i = 0; i < call.d_z.count(); ++i) *at(call.d_dot, i) = 9 * *at(call.d_z, i);
    for (std::int64_t b = 0; b < kB; ++b) *at(call.d_norm, b) = 0.01F;
  };
  const Data data(2);
  const auto info = info_of(1, kBoth, SYNFACE_LOSS_LOGITS);
  const HeadShape shape{kC, kD, kB, 2, 1};
  Head<float> cpu(shape, info, 1);
  DeviceHead device(shape, info, {}, {});
  expect_close(outcome(data,
                       [&](float* d_w, float* d_x) {
                         device.logits(data.x.data(), data.get(), data.w.data(), forward, backward,
                                       d_w, d_x);
                         return device.result();
                       }),
               outcome(data, [&](float* d_w, float* d_x) {
                 return cpu.logits(data.x.data(), data.get(), data.w.data(), forward, backward, d_w,
                                   d_x);
               }));
}

TEST_F(DeviceHeads, ALossThatIsNotFiniteIsSeen) {
  Data data(1);
  data.x[3] = std::numeric_limits<float>::quiet_NaN();
  DeviceHead device({kC, kD, kB, 1, 1}, info_of(24, kBoth, SYNFACE_LOSS_MARGIN), {}, {});
  const Outcome o = outcome(data, [&](float* d_w, float* d_x) {
    device.margin(data.x.data(), data.get(), data.w.data(), bent, d_w, d_x);
    return device.result();
  });
  EXPECT_FALSE(std::isfinite(o.result.loss));
}

// The shipped losses, through the ABI and with the class weights in the host's parameters.
using Shipped = std::tuple<const char*, Json, std::int64_t>;
class ShippedLosses : public DeviceHeads, public testing::WithParamInterface<Shipped> {};

TEST_P(ShippedLosses, AgreeWithTheCpusPath) {
  const auto& [name, changes, k] = GetParam();
  plugin::HostServices host("test");
  offer_extensions(host);
  plugin::Loader loader(host);
  const auto loaded = loader.plugin(std::string(SYNFACE_TEST_PLUGINS) + "/" + name + ".so",
                                    plugin::Kind::kLoss, name);
  Json values = Json::object();
  for (const plugin::Param& param : loaded->info.params) values[param.key] = param.def;
  values.merge_patch(changes);
  synface_dims dims = plugin::make_dims();
  dims.classes = kC;
  dims.embedding = kD;
  dims.max_batch = kB;
  const HeadShape shape{kC, kD, kB, k, 1};
  const Data data(k);
  const auto device = make_host_device();
  const auto run = [&](Device* at_device) {
    plugin::Loss loss(loaded, values, dims);
    LossPath path = at_device == nullptr ? LossPath(std::move(loss), shape, 1)
                                         : LossPath(std::move(loss), shape, *at_device, {});
    Parameters parameters(path.parameters(), true, at_device);
    path.attach(parameters, 0);
    CallSettings calls;
    path.init(make_context(calls, SYNFACE_PHASE_TRAIN, 3, 1));
    parameters.pull();
    for (std::size_t i = 0; i < data.w.size(); ++i) parameters.flat_values()[i] += data.w[i];
    parameters.push();
    const synface_context ctx = make_context(calls, SYNFACE_PHASE_TRAIN, 3, 2);
    Outcome o{{}, {}, std::vector<float>(data.x.size())};
    if (at_device == nullptr) {
      o.result = path.step(ctx, data.x.data(), data.get(), o.d_x.data());
    } else {
      path.enqueue(ctx, data.x.data(), data.get(), o.d_x.data());
      o.result = path.result();
    }
    const auto* const gradient = static_cast<const float*>(parameters.gradient(0)->data);
    o.d_w.assign(gradient, gradient + kC * kD);
    return o;
  };
  expect_close(run(device.get()), run(nullptr));
}

const Json kSynFace = {{"targets", "synface"}};
const Json kDefault = Json::object();
INSTANTIATE_TEST_SUITE_P(
    All, ShippedLosses,
    testing::Values(std::tuple("softmax", kDefault, 1), std::tuple("softmax", kDefault, 3),
                    std::tuple("softmax", Json{{"normalise", false}, {"scale", 0.5}}, 2),
                    std::tuple("cosface", kDefault, 1), std::tuple("cosface", kDefault, 3),
                    std::tuple("cosface", kSynFace, 3), std::tuple("arcface", kDefault, 1),
                    std::tuple("arcface", kDefault, 3), std::tuple("arcface", kSynFace, 3)));

}  // namespace
}  // namespace synface::train
