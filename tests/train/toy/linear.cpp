// A backbone for tests: one linear layer on the image's mean over cells of 4 x 4 pixels, with a
// count of training forwards as its state and as a buffer.
#include <synface/sdk/backbone.h>
#include <synface/sdk/philox.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace sdk = synface::sdk;

struct Linear {
  static constexpr sdk::Param parameters[] = {
      sdk::i64("nan_at", -1).range(-1, 1000000).doc("step at which the embeddings become NaN")};
  static constexpr uint32_t state_version = 1;

  struct Tape {
    std::vector<float> cells;
    int64_t batch = 0;
  };

  explicit Linear(const sdk::Create& create)
      : nan_at(create.i64("nan_at")),
        height(create.dims().height),
        width(create.dims().width),
        length(create.dims().embedding),
        inputs(3 * (height / 4) * (width / 4)) {}

  std::vector<sdk::Weight> weights() const {
    return {{"weight", {length, inputs}, true, true, 1.0F},
            {"bias", {length}, true, false, 1.0F},
            {"forwards", {1}, false, true, 1.0F}};
  }
  void init(const sdk::Context& ctx, const sdk::Tensor* const* values, uint32_t) const {
    sdk::PhiloxStream random(ctx, SYNFACE_STREAM_INIT);
    auto* w = sdk::data<float>(*values[0]);
    const float spread = 2.0F / std::sqrt(static_cast<float>(inputs));
    for (int64_t i = 0; i < length * inputs; ++i) w[i] = spread * (random.uniform() - 0.5F);
  }
  void bind(const sdk::Tensor* const* values, const sdk::Tensor* const* gradients, uint32_t) {
    weight = sdk::data<float>(*values[0]);
    bias = sdk::data<float>(*values[1]);
    forwards = sdk::data<float>(*values[2]);
    d_weight = gradients[0] == nullptr ? nullptr : sdk::data<float>(*gradients[0]);
    d_bias = gradients[1] == nullptr ? nullptr : sdk::data<float>(*gradients[1]);
  }

  std::unique_ptr<Tape> forward(const sdk::Context& ctx, const sdk::Tensor& x,
                                const sdk::Tensor& embeddings, bool keep_tape) {
    auto tape = std::make_unique<Tape>();
    tape->batch = x.shape[0];
    tape->cells.assign(static_cast<std::size_t>(tape->batch * inputs), 0.0F);
    const auto* in = sdk::data<float>(x);
    for (int64_t b = 0; b < tape->batch; ++b) {
      for (int64_t y = 0; y < height; ++y) {
        for (int64_t px = 0; px < width; ++px) {
          for (int64_t c = 0; c < 3; ++c) {
            const int64_t cell =
                std::min(y / 4, height / 4 - 1) * (width / 4) + std::min(px / 4, width / 4 - 1);
            tape->cells[static_cast<std::size_t>(b * inputs + 3 * cell + c)] += *in++ / 16;
          }
        }
      }
    }
    auto* out = sdk::data<float>(embeddings);
    for (int64_t b = 0; b < tape->batch; ++b) {
      for (int64_t d = 0; d < length; ++d) {
        float sum = bias[d];
        for (int64_t i = 0; i < inputs; ++i) {
          sum += weight[d * inputs + i] * tape->cells[static_cast<std::size_t>(b * inputs + i)];
        }
        out[b * length + d] = sum;
      }
    }
    if (!keep_tape) return nullptr;
    forwards[0] += 1;
    ++calls;
    if (nan_at >= 0 && ctx.step == static_cast<uint64_t>(nan_at)) out[0] = NAN;
    return tape;
  }

  void backward(const sdk::Context&, Tape& tape, const sdk::Tensor& d_embeddings,
                const sdk::Tensor*, bool accumulate) {
    const auto* g = sdk::data<float>(d_embeddings);
    if (!accumulate) {
      std::fill(d_weight, d_weight + length * inputs, 0.0F);
      std::fill(d_bias, d_bias + length, 0.0F);
    }
    for (int64_t b = 0; b < tape.batch; ++b) {
      for (int64_t d = 0; d < length; ++d) {
        d_bias[d] += g[b * length + d];
        for (int64_t i = 0; i < inputs; ++i) {
          d_weight[d * inputs + i] +=
              g[b * length + d] * tape.cells[static_cast<std::size_t>(b * inputs + i)];
        }
      }
    }
  }

  void calibrate(const sdk::Context&, const sdk::Tensor& x, uint64_t call, uint64_t n_calls) {
    forwards[0] = static_cast<float>(1000 * n_calls + call) + static_cast<float>(x.shape[0]) / 1000;
  }

  std::string save() const { return std::to_string(calls); }
  void load(uint32_t, std::string_view text) { calls = std::stoll(std::string(text)); }

  int64_t nan_at, height, width, length, inputs;
  int64_t calls = 0;
  float *weight = nullptr, *bias = nullptr, *forwards = nullptr;
  float *d_weight = nullptr, *d_bias = nullptr;
};

}  // namespace

SYNFACE_BACKBONE_PLUGIN(Linear, "toy_linear", 1, "1.0.0", "one linear layer, for tests")
