// One linear layer on the image's mean colours over a grid of cells: e = W f + b, where f holds the
// mean of each channel in each cell. Small, but whole: parameters, forward, backward, gradients of
// the image. <synface/backbone.h> is the contract.
#include <synface/sdk/backbone.h>
#include <synface/sdk/philox.h>

#include <algorithm>
#include <cmath>

namespace {

namespace sdk = synface::sdk;

struct Backbone {
  static constexpr sdk::Param parameters[] = {
      sdk::i64("cells", 8).range(1, 64).doc("cells along each side of the image"),
  };

  // What backward() needs from forward().
  struct Tape {
    std::vector<float> features;  // [B, F]
    int64_t batch = 0;
  };

  explicit Backbone(const sdk::Create& create)
      : cells_(create.i64("cells")),
        height_(create.dims().height),
        width_(create.dims().width),
        length_(create.dims().embedding),
        features_(3 * cells_ * cells_) {
    if (create.dims().dev_type != SYNFACE_DEVICE_CPU) {
      throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "@NAME@ computes on the CPU only", "device");
    }
    if (height_ < cells_ || width_ < cells_) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "an image must have a pixel for each cell", "cells");
    }
  }

  // The host owns these; it lends views once, whose addresses never change.
  std::vector<sdk::Weight> weights() const {
    return {{"weight", {length_, features_}, true, true, 1.0F},
            {"bias", {length_}, true, false, 1.0F}};
  }
  void init(const sdk::Context& ctx, const sdk::Tensor* const* values, uint32_t /*n*/) const {
    sdk::PhiloxStream random(ctx, SYNFACE_STREAM_INIT);
    const float bound = std::sqrt(3.0F / static_cast<float>(features_));
    float* weight = sdk::data<float>(*values[0], "weight");
    for (int64_t i = 0; i < length_ * features_; ++i) {
      weight[i] = bound * (2.0F * random.uniform() - 1.0F);
    }
    float* bias = sdk::data<float>(*values[1], "bias");
    std::fill(bias, bias + length_, 0.0F);
  }
  void bind(const sdk::Tensor* const* values, const sdk::Tensor* const* gradients, uint32_t /*n*/) {
    const auto view = [](const sdk::Tensor* t) {
      return t == nullptr ? nullptr : sdk::data<float>(*t);
    };
    weight_ = view(values[0]), bias_ = view(values[1]);
    d_weight_ = view(gradients[0]), d_bias_ = view(gradients[1]);
  }

  std::unique_ptr<Tape> forward(const sdk::Context&, const sdk::Tensor& x,
                                const sdk::Tensor& embeddings, bool keep_tape) {
    auto tape = std::make_unique<Tape>();
    tape->batch = x.shape[0];
    tape->features.assign(static_cast<std::size_t>(tape->batch * features_), 0.0F);
    float* out = sdk::data<float>(embeddings, "embeddings");
    const float* in = sdk::data<float>(x, "x");
    for (int64_t b = 0; b < tape->batch; ++b) {
      float* f = tape->features.data() + b * features_;
      each_pixel(x, b,
                 [&](int64_t feature, int64_t at, float share) { f[feature] += share * in[at]; });
      for (int64_t d = 0; d < length_; ++d) {
        float sum = bias_[d];
        for (int64_t i = 0; i < features_; ++i) sum += weight_[d * features_ + i] * f[i];
        out[b * length_ + d] = sum;
      }
    }
    if (!keep_tape) return nullptr;
    return tape;
  }

  void backward(const sdk::Context&, Tape& tape, const sdk::Tensor& d_embeddings,
                const sdk::Tensor* d_x, bool accumulate) {
    const float* g = sdk::data<float>(d_embeddings, "d_embeddings");
    if (!accumulate) {
      std::fill(d_weight_, d_weight_ + length_ * features_, 0.0F);
      std::fill(d_bias_, d_bias_ + length_, 0.0F);
    }
    std::vector<float> d_features(static_cast<std::size_t>(features_));
    for (int64_t b = 0; b < tape.batch; ++b) {
      const float* f = tape.features.data() + b * features_;
      std::fill(d_features.begin(), d_features.end(), 0.0F);
      for (int64_t d = 0; d < length_; ++d) {
        const float by_output = g[b * length_ + d];
        d_bias_[d] += by_output;
        for (int64_t i = 0; i < features_; ++i) {
          d_weight_[d * features_ + i] += by_output * f[i];
          d_features[static_cast<std::size_t>(i)] += by_output * weight_[d * features_ + i];
        }
      }
      if (d_x == nullptr) continue;
      float* out = sdk::data<float>(*d_x, "d_x");
      each_pixel(*d_x, b, [&](int64_t feature, int64_t at, float share) {
        out[at] = share * d_features[static_cast<std::size_t>(feature)];
      });
    }
  }

 private:
  // Calls body(feature, place in memory, share of the pixel in its cell) for all pixels of image b,
  // in either layout of memory.
  template <typename Body>
  void each_pixel(const sdk::Tensor& x, int64_t b, Body&& body) const {
    for (int64_t i = 0; i < cells_; ++i) {
      for (int64_t j = 0; j < cells_; ++j) {
        const int64_t top = height_ * i / cells_, bottom = height_ * (i + 1) / cells_;
        const int64_t left = width_ * j / cells_, right = width_ * (j + 1) / cells_;
        const float share = 1.0F / static_cast<float>((bottom - top) * (right - left));
        for (int64_t c = 0; c < 3; ++c) {
          for (int64_t row = top; row < bottom; ++row) {
            for (int64_t column = left; column < right; ++column) {
              body(3 * (i * cells_ + j) + c,
                   b * x.strides[0] + c * x.strides[1] + row * x.strides[2] + column * x.strides[3],
                   share);
            }
          }
        }
      }
    }
  }

  int64_t cells_, height_, width_, length_, features_;
  float *weight_ = nullptr, *bias_ = nullptr;
  float *d_weight_ = nullptr, *d_bias_ = nullptr;
};

}  // namespace

SYNFACE_BACKBONE_PLUGIN(Backbone, "@NAME@", 1, "0.1.0",
                        "One linear layer on the mean colours of a grid of cells.")
