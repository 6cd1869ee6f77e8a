// A benchmark for tests: the mean cosine between the two first samples of each person, plain, minus
// that between the first samples of neighbours; and the count of images asked for.
#include <synface/sdk/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

namespace sdk = synface::sdk;

struct Separation {
  explicit Separation(const sdk::Create& create)
      : pictures_(create.find<synface_ext_images>(SYNFACE_EXT_IMAGES)),
        height_(create.dims().height),
        width_(create.dims().width) {}

  std::vector<sdk::Metric> metrics() const {
    return {{"separation", SYNFACE_GOAL_MAXIMISE, true, "", "genuine minus impostor cosine"},
            {"images", SYNFACE_GOAL_NONE, false, "images", "how many were asked for"},
            {"again", SYNFACE_GOAL_NONE, false, "",
             "greatest change of row 1 when it is embedded "
             "again from its picture"}};
  }
  uint32_t requests(const synface_eval_set* set, sdk::Requests& out) const {
    for (uint32_t i = 0; i < set->identities; ++i) {
      for (uint32_t k = 0; k < 2; ++k) out.image({set->data_seed, i, k, set->set, 0});
    }
    return SYNFACE_VIEW_PLAIN | SYNFACE_VIEW_FLIP;
  }
  void evaluate(const sdk::Context& ctx, const sdk::Tensor& embeddings, sdk::Results& results) {
    const int64_t m = embeddings.shape[1], d = embeddings.shape[2];
    const auto* e = sdk::data<float>(embeddings);
    const auto cosine = [&](int64_t a, int64_t b) {
      double ab = 0, aa = 0, bb = 0;
      for (int64_t i = 0; i < d; ++i) {
        ab += static_cast<double>(e[a * d + i]) * static_cast<double>(e[b * d + i]);
        aa += static_cast<double>(e[a * d + i]) * static_cast<double>(e[a * d + i]);
        bb += static_cast<double>(e[b * d + i]) * static_cast<double>(e[b * d + i]);
      }
      return ab / std::sqrt(aa * bb);
    };
    double genuine = 0, impostor = 0;
    for (int64_t i = 0; i + 3 < m; i += 2) {
      genuine += cosine(i, i + 1);
      impostor += cosine(i, i + 2);
    }
    const double n = static_cast<double>(m / 2 - 1);
    results.scalar("separation", (genuine - impostor) / n);
    results.scalar("images", static_cast<double>(m));
    results.artifact("note.txt", "text/plain", "hello");
    if (pictures_ != nullptr) results.scalar("again", again(ctx, e + d, d));
  }

 private:
  // Request 1 as the host hands its picture out, embedded as a batch of one.
  double again(const sdk::Context& ctx, const float* row, int64_t d) const {
    std::vector<uint8_t> pixels(static_cast<std::size_t>(3 * height_ * width_));
    std::vector<float> embedding(static_cast<std::size_t>(d));
    const int64_t shape[] = {1, height_, width_, 3};
    const int64_t strides[] = {3 * height_ * width_, 3 * width_, 3, 1};
    const int64_t out_shape[] = {1, d}, out_strides[] = {d, 1};
    synface_tensor image{}, images{}, out{};
    images.data = pixels.data();
    images.dev_type = SYNFACE_DEVICE_CPU;
    images.ndim = 4;
    images.dtype = sdk::dtype_of<uint8_t>();
    images.shape = shape;
    images.strides = strides;
    image = images;
    image.ndim = 3;
    image.shape = shape + 1;
    image.strides = strides + 1;
    out = images;
    out.data = embedding.data();
    out.ndim = 2;
    out.dtype = sdk::dtype_of<float>();
    out.shape = out_shape;
    out.strides = out_strides;
    synface_error error = sdk::empty_error();
    sdk::check(pictures_->read(&ctx, 1, &image, &error), error);
    sdk::check(pictures_->embed(&ctx, &images, &out, &error), error);
    double most = 0;
    for (int64_t i = 0; i < d; ++i) {
      most = std::fmax(most, std::fabs(static_cast<double>(embedding[static_cast<std::size_t>(i)]) -
                                       static_cast<double>(row[i])));
    }
    return most;
  }

  const synface_ext_images* pictures_;
  int64_t height_, width_;
};

}  // namespace

SYNFACE_BENCHMARK_PLUGIN(Separation, "toy_separation", 1, "1.0.0", "a separation, for tests")
