// How well people are separated: the mean cosine of two pictures of one person, minus that of two
// people. <synface/benchmark.h> is the contract.
#include <synface/sdk/benchmark.h>

#include <algorithm>
#include <cmath>

namespace {

namespace sdk = synface::sdk;

struct Benchmark {
  static constexpr sdk::Param parameters[] = {
      sdk::i64("people", 100).range(2, 100000).doc("at most so many people are looked at"),
  };

  explicit Benchmark(const sdk::Create& create)
      : most_(static_cast<uint64_t>(create.i64("people"))) {}

  // Every figure that evaluate() gives; the host names it <benchmark's name>.<key>.
  std::vector<sdk::Metric> metrics() const {
    return {{"separation", SYNFACE_GOAL_MAXIMISE, true, "", "same minus different, in cosines"},
            {"same", SYNFACE_GOAL_NONE, false, "", "mean cosine of two pictures of a person"},
            {"different", SYNFACE_GOAL_NONE, false, "", "mean cosine of two people"}};
  }

  // Asks for the first two pictures of each person who has two. The host embeds them.
  uint32_t requests(const synface_eval_set* set, sdk::Requests& out) {
    if (set == nullptr) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "name a set of images: set = \"heldout\"", "set");
    }
    uint64_t people = 0;
    for (uint64_t i = 0; i < set->identities && people < most_; ++i) {
      if (set->samples[i] < 2) continue;
      for (uint32_t k = 0; k < 2; ++k) {
        out.image({set->data_seed, static_cast<uint32_t>(i), k, set->set, 0});
      }
      ++people;
    }
    if (people < 2) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "two people with two pictures each are needed", "set");
    }
    return SYNFACE_VIEW_PLAIN;
  }

  // embeddings [1, M, D] in the order of the requests, not normalised.
  void evaluate(const sdk::Context&, const sdk::Tensor& embeddings, sdk::Results& out) {
    const float* e = sdk::data<float>(embeddings, "embeddings");
    const int64_t people = embeddings.shape[1] / 2, length = embeddings.shape[2];
    double same = 0.0, different = 0.0;
    for (int64_t p = 0; p < people; ++p) {
      const int64_t next = (p + 1) % people;
      same += cosine(e + 2 * p * length, e + (2 * p + 1) * length, length);
      different += cosine(e + 2 * p * length, e + 2 * next * length, length);
    }
    same /= static_cast<double>(people);
    different /= static_cast<double>(people);
    out.scalar("separation", same - different);
    out.scalar("same", same);
    out.scalar("different", different);
  }

 private:
  static double cosine(const float* a, const float* b, int64_t length) {
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (int64_t i = 0; i < length; ++i) {
      const double x = a[i], y = b[i];
      ab += x * y, aa += x * x, bb += y * y;
    }
    return ab / std::sqrt(std::max(aa * bb, 1e-24));
  }

  uint64_t most_;
};

}  // namespace

SYNFACE_BENCHMARK_PLUGIN(Benchmark, "@NAME@", 1, "0.1.0",
                         "Mean cosine of two pictures of one person minus that of two people.")
