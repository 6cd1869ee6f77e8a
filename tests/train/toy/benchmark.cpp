// A benchmark for tests: the mean cosine between the two first samples of each person, plain, minus
// that between the first samples of neighbours; and the count of images asked for.
#include <synface/sdk/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

namespace sdk = synface::sdk;

struct Separation {
  explicit Separation(const sdk::Create&) {}

  std::vector<sdk::Metric> metrics() const {
    return {{"separation", SYNFACE_GOAL_MAXIMISE, true, "", "genuine minus impostor cosine"},
            {"images", SYNFACE_GOAL_NONE, false, "images", "how many were asked for"}};
  }
  uint32_t requests(const synface_eval_set* set, sdk::Requests& out) const {
    for (uint32_t i = 0; i < set->identities; ++i) {
      for (uint32_t k = 0; k < 2; ++k) out.image({set->data_seed, i, k, set->set, 0});
    }
    return SYNFACE_VIEW_PLAIN | SYNFACE_VIEW_FLIP;
  }
  void evaluate(const sdk::Context&, const sdk::Tensor& embeddings, sdk::Results& results) {
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
  }
};

}  // namespace

SYNFACE_BENCHMARK_PLUGIN(Separation, "toy_separation", 1, "1.0.0", "a separation, for tests")
