// Face verification: are two images of one person? On the host's sets, or on a pairs file.
#include <synface/sdk/benchmark.h>

#include <algorithm>
#include <cmath>

#include "measures.h"
#include "pairs.h"

namespace {

namespace sdk = synface::sdk;
using verification::PairList;
using verification::Scored;

struct Verification {
  static constexpr sdk::Choices kProtocols{"insightface", "synface"};
  static constexpr sdk::Param parameters[] = {
      sdk::path("images", "").doc("folder of the images that the pairs file names"),
      sdk::path("pairs", "")
          .doc("pairs file (LFW's format, or lines 'fold label fileA fileB'); without one the "
               "pairs are "
               "made from the people of the benchmark's set"),
      sdk::one_of("protocol", kProtocols, 0)
          .doc("insightface: image and mirror image added, squared distance; synface: cosine of "
               "the plain image"),
      sdk::i64("genuine", 3000)
          .range(10, 1000000)
          .unit("pairs")
          .doc("most genuine pairs that are made where there is no pairs file"),
      sdk::i64("impostor", 3000)
          .range(10, 1000000)
          .unit("pairs")
          .doc("most impostor pairs that are made where there is no pairs file"),
      sdk::i64("bootstrap", 1000)
          .range(0, 100000)
          .unit("resamples")
          .doc("of people, for the confidence intervals; 0: none"),
  };

  explicit Verification(const sdk::Create& create)
      : listing_(create.find<synface_ext_listing>(SYNFACE_EXT_LISTING)),
        images_(create.path("images")),
        pairs_file_(create.path("pairs")),
        protocol_(create.choice_index("protocol") == 0 ? verification::Protocol::kInsightface
                                                       : verification::Protocol::kSynface),
        genuine_(static_cast<uint32_t>(create.i64("genuine"))),
        impostor_(static_cast<uint32_t>(create.i64("impostor"))),
        resamples_(static_cast<uint32_t>(create.i64("bootstrap"))) {
    if (images_.empty() != pairs_file_.empty()) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "images and pairs must be given together",
                       images_.empty() ? "images" : "pairs");
    }
  }

  std::vector<sdk::Metric> metrics() const { return verification::measure_specs(); }

  uint32_t requests(const synface_eval_set* set, sdk::Requests& out) {
    if (!pairs_file_.empty()) {
      if (listing_ == nullptr) {
        throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "this host does not read pairs files",
                         SYNFACE_EXT_LISTING);
      }
      list_ = verification::read_pairs(*listing_, images_, pairs_file_);
    } else if (set != nullptr) {
      list_ = verification::make_pairs(*set, genuine_, impostor_);
    } else {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       "verification needs a set of people (set = \"heldout\") or a pairs file",
                       "set");
    }
    for (const sdk::Key& key : list_.keys) out.image(key);
    for (const std::string& file : list_.files) out.file(file);
    return protocol_ == verification::Protocol::kInsightface
               ? SYNFACE_VIEW_PLAIN | SYNFACE_VIEW_FLIP
               : SYNFACE_VIEW_PLAIN;
  }

  void evaluate(const sdk::Context& ctx, const sdk::Tensor& embeddings, sdk::Results& out) {
    std::vector<int64_t> named;
    for (const PairList::Pair& pair : list_.pairs) named.push_back(pair.fold);
    verification::record_measures(score(embeddings), named, list_.people, protocol_, resamples_,
                                  ctx, out);
  }

 private:
  // Cosines of the pairs; with the mirror image, of the sums of both embeddings.
  std::vector<Scored> score(const sdk::Tensor& embeddings) const {
    const auto views = static_cast<std::size_t>(embeddings.shape[0]);
    const auto images = static_cast<std::size_t>(embeddings.shape[1]);
    const auto width = static_cast<std::size_t>(embeddings.shape[2]);
    const float* data = sdk::data<float>(embeddings, "embeddings");
    std::vector<double> unit(images * width);
    for (std::size_t m = 0; m < images; ++m) {
      double squares = 0.0;
      for (std::size_t d = 0; d < width; ++d) {
        double sum = 0.0;
        for (std::size_t v = 0; v < views; ++v) {
          sum += static_cast<double>(data[(v * images + m) * width + d]);
        }
        unit[m * width + d] = sum;
        squares += sum * sum;
      }
      const double scale = 1.0 / std::max(std::sqrt(squares), 1e-12);
      for (std::size_t d = 0; d < width; ++d) unit[m * width + d] *= scale;
    }
    std::vector<Scored> pairs;
    pairs.reserve(list_.pairs.size());
    for (const PairList::Pair& pair : list_.pairs) {
      double dot = 0.0;
      for (std::size_t d = 0; d < width; ++d) {
        dot += unit[pair.first * width + d] * unit[pair.second * width + d];
      }
      if (std::isnan(dot)) {
        throw sdk::Error(SYNFACE_ERR_NUMERIC, "an embedding is not a number", "embeddings");
      }
      pairs.push_back({dot, pair.same, list_.person[pair.first], list_.person[pair.second]});
    }
    return pairs;
  }

  const synface_ext_listing* listing_;
  std::string images_, pairs_file_;
  verification::Protocol protocol_;
  uint32_t genuine_, impostor_, resamples_;
  PairList list_;
};

}  // namespace

SYNFACE_BENCHMARK_PLUGIN(Verification, "verification", 2, "1.1.0",
                         "Face verification in ten folds, with AUC, EER and TAR at FAR, and "
                         "confidence intervals over people (protocol of LFW, Huang et al. 2007).")
