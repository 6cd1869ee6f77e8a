// How far the images of one person lie apart (SynFace, Qiu et al., ICCV 2021, figure 4): the mean
// cosine distance inside classes, beside that between classes, and a plane by multidimensional
// scaling.
#include <synface/sdk/benchmark.h>

#include <algorithm>
#include <cmath>

#include "mds.h"

namespace {

namespace sdk = synface::sdk;

struct IntraClass {
  static constexpr sdk::Param parameters[] = {
      sdk::i64("identities", 100).range(2, 100000).doc("most people that are looked at, the first"),
      sdk::i64("samples", 20).range(2, 1000).doc("most images of each, the first"),
      sdk::i64("planes", 3)
          .range(0, 100)
          .doc("people whose images are laid out in a plane (curves mds.0, mds.1, ...)"),
  };

  explicit IntraClass(const sdk::Create& create)
      : most_identities_(static_cast<uint64_t>(create.i64("identities"))),
        most_samples_(static_cast<uint32_t>(create.i64("samples"))),
        planes_(static_cast<std::size_t>(create.i64("planes"))) {}

  std::vector<sdk::Metric> metrics() const {
    return {
        {"intra_mean", SYNFACE_GOAL_NONE, true, "", "mean 1 - cosine of two images of one person"},
        {"intra_sd", SYNFACE_GOAL_NONE, false, "", "its standard deviation over people"},
        {"inter_mean", SYNFACE_GOAL_NONE, false, "", "mean 1 - cosine of two people's centres"},
        {"ratio", SYNFACE_GOAL_MINIMISE, false, "", "intra_mean / inter_mean"},
        {"people", SYNFACE_GOAL_NONE, false, "", "people with at least two images"},
        {"skipped", SYNFACE_GOAL_NONE, false, "", "people with fewer, who are left out"},
    };
  }

  uint32_t requests(const synface_eval_set* set, sdk::Requests& out) {
    if (set == nullptr) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "intra_class needs a set, e.g. set = \"heldout\"",
                       "set");
    }
    sizes_.clear();
    skipped_ = 0;
    const uint64_t people = std::min(set->identities, most_identities_);
    for (uint32_t i = 0; i < people; ++i) {
      const uint32_t samples = std::min(set->samples[i], most_samples_);
      if (samples < 2) {
        ++skipped_;
        continue;
      }
      for (uint32_t k = 0; k < samples; ++k) out.image({set->data_seed, i, k, set->set, 0});
      sizes_.push_back(samples);
    }
    if (sizes_.size() < 2) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "fewer than two people have two images", "set");
    }
    return SYNFACE_VIEW_PLAIN;
  }

  void evaluate(const sdk::Context&, const sdk::Tensor& embeddings, sdk::Results& out) {
    width_ = static_cast<std::size_t>(embeddings.shape[2]);
    const std::vector<double> unit = normalised(embeddings);
    std::vector<double> within;
    std::vector<double> centres;
    std::size_t first = 0;
    for (std::size_t p = 0; p < sizes_.size(); ++p) {
      const std::size_t n = sizes_[p];
      const std::vector<double> distances = pairwise(&unit[first * width_], n);
      double sum = 0.0;
      for (const double d : distances) sum += d;
      within.push_back(sum / static_cast<double>(n * (n - 1)));
      add_centre(&unit[first * width_], n, centres);
      if (p < planes_) {
        const intra_class::Plane plane = intra_class::classical_mds(distances, n);
        out.curve("mds." + std::to_string(p), plane.x, plane.y, "first axis", "second axis");
      }
      first += n;
    }
    report(within, centres, out);
  }

 private:
  std::vector<double> normalised(const sdk::Tensor& embeddings) const {
    const auto n = static_cast<std::size_t>(embeddings.shape[1]);
    const float* data = sdk::data<float>(embeddings, "embeddings");
    std::vector<double> unit(data, data + n * width_);
    for (std::size_t m = 0; m < n; ++m) scale_to_one(&unit[m * width_]);
    return unit;
  }
  void scale_to_one(double* row) const {
    double squares = 0.0;
    for (std::size_t d = 0; d < width_; ++d) squares += row[d] * row[d];
    const double scale = 1.0 / std::max(std::sqrt(squares), 1e-12);
    for (std::size_t d = 0; d < width_; ++d) row[d] *= scale;
  }

  // 1 - cosine for all pairs of n rows of length 1; exactly 0 on the diagonal.
  std::vector<double> pairwise(const double* rows, std::size_t n) const {
    std::vector<double> distances(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) {
        double dot = 0.0;
        for (std::size_t d = 0; d < width_; ++d) dot += rows[i * width_ + d] * rows[j * width_ + d];
        distances[i * n + j] = distances[j * n + i] = 1.0 - dot;
      }
    }
    return distances;
  }

  void add_centre(const double* rows, std::size_t n, std::vector<double>& centres) const {
    std::vector<double> centre(width_, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t d = 0; d < width_; ++d) centre[d] += rows[i * width_ + d];
    }
    scale_to_one(centre.data());
    centres.insert(centres.end(), centre.begin(), centre.end());
  }

  void report(const std::vector<double>& within, const std::vector<double>& centres,
              sdk::Results& out) const {
    const auto people = static_cast<double>(within.size());
    double mean = 0.0;
    for (const double d : within) mean += d / people;
    double squares = 0.0;
    for (const double d : within) squares += (d - mean) * (d - mean);
    double between = 0.0;
    for (const double d : pairwise(centres.data(), within.size())) between += d;
    between /= people * (people - 1.0);
    out.scalar("intra_mean", mean);
    out.scalar("intra_sd", std::sqrt(squares / (people - 1.0)));
    out.scalar("inter_mean", between);
    out.scalar("ratio", mean / between);
    out.scalar("people", people);
    out.scalar("skipped", static_cast<double>(skipped_));
  }

  uint64_t most_identities_;
  uint32_t most_samples_;
  std::size_t planes_;
  std::size_t width_ = 0;
  std::vector<uint32_t> sizes_;  // images of each person looked at
  uint64_t skipped_ = 0;
};

}  // namespace

SYNFACE_BENCHMARK_PLUGIN(IntraClass, "intra_class", 1, "1.0.0",
                         "Mean cosine distance inside and between classes, and the classes in a "
                         "plane by classical multidimensional scaling (SynFace, ICCV 2021, "
                         "figure 4).")
