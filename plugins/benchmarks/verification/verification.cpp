// Face verification: are two images of one person? On the host's sets, or on a pairs file.
#include <synface/sdk/benchmark.h>

#include <cmath>
#include <optional>

#include "bootstrap.h"
#include "metrics.h"
#include "pairs.h"
#include "protocol.h"
#include "scores.h"

namespace {

namespace sdk = synface::sdk;
using verification::PairList;
using verification::Scored;

constexpr uint32_t kFolds = 10;
constexpr double kLevel = 0.95;
constexpr std::size_t kMostCurvePoints = 2000;

struct FarPoint {
  const char* key;
  double far;
};
constexpr FarPoint kFarPoints[] = {
    {"tar_at_far_1e1", 1e-1}, {"tar_at_far_1e2", 1e-2}, {"tar_at_far_1e3", 1e-3}};

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

  std::vector<sdk::Metric> metrics() const {
    const char* fraction = "fraction";
    std::vector<sdk::Metric> list = {
        {"accuracy", SYNFACE_GOAL_MAXIMISE, false, fraction,
         "mean over ten folds, each with the threshold that is best on the others"},
        {"accuracy_sd", SYNFACE_GOAL_NONE, false, fraction, "standard deviation over the folds"},
        {"threshold", SYNFACE_GOAL_NONE, false, "", "mean of the folds' thresholds"},
        {"auc", SYNFACE_GOAL_MAXIMISE, true, fraction, "area under the ROC"},
        {"eer", SYNFACE_GOAL_MINIMISE, false, fraction, "equal error rate"},
    };
    for (const FarPoint& point : kFarPoints) {
      list.push_back(
          {point.key, SYNFACE_GOAL_MAXIMISE, false, fraction,
           "true accept rate at a false accept rate of at most 10^-" +
               std::string(1, point.key[12]) +
               "; left out where there are too few impostor pairs for one false accept"});
    }
    list.push_back({"d_prime", SYNFACE_GOAL_MAXIMISE, false, "", "separation of the two classes"});
    list.push_back({"genuine_mean", SYNFACE_GOAL_NONE, false, "", "mean cosine of one person"});
    list.push_back({"impostor_mean", SYNFACE_GOAL_NONE, false, "", "mean cosine of two people"});
    list.push_back({"pairs", SYNFACE_GOAL_NONE, false, "", "number of pairs"});
    return list;
  }

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

  void evaluate(const sdk::Context&, const sdk::Tensor& embeddings, sdk::Results& out) {
    const std::vector<Scored> pairs = score(embeddings);
    const std::vector<uint32_t> fold = folds(pairs);
    const verification::Accuracy accuracy =
        verification::k_fold_accuracy(pairs, fold, kFolds, protocol_);
    const verification::RankedPairs ranked(pairs);
    out.scalar("accuracy", accuracy.mean);
    out.scalar("accuracy_sd", accuracy.sd);
    out.scalar("threshold", accuracy.threshold);
    out.scalar("auc", ranked.auc());
    out.scalar("eer", ranked.eer());
    for (const FarPoint& point : measurable(pairs)) {
      out.scalar(point.key, ranked.tar_at_far(point.far));
    }
    const verification::Separation apart = verification::separation(pairs);
    out.scalar("d_prime", apart.d_prime);
    out.scalar("genuine_mean", apart.genuine_mean);
    out.scalar("impostor_mean", apart.impostor_mean);
    out.scalar("pairs", static_cast<double>(pairs.size()));
    intervals(ranked, accuracy, out);
    curve(ranked, out);
    out.artifact(verification::kScoresName, verification::kScoresMime,
                 verification::scores_file(pairs, accuracy.correct, list_.people));
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

  // With fewer impostor pairs than 1 / FAR no false accept is allowed at all: that would be the
  // rate at FAR 0 under another name.
  static std::vector<FarPoint> measurable(const std::vector<Scored>& pairs) {
    double impostors = 0.0;
    for (const Scored& pair : pairs) impostors += pair.same ? 0.0 : 1.0;
    std::vector<FarPoint> points;
    for (const FarPoint& point : kFarPoints) {
      if (impostors * point.far >= 1.0 - 1e-9) points.push_back(point);
    }
    return points;
  }

  std::vector<uint32_t> folds(const std::vector<Scored>& pairs) const {
    std::vector<int64_t> named;
    for (const PairList::Pair& pair : list_.pairs) named.push_back(pair.fold);
    return verification::ten_folds(pairs, named);
  }

  void intervals(const verification::RankedPairs& ranked, const verification::Accuracy& accuracy,
                 sdk::Results& out) const {
    if (resamples_ == 0) return;
    const std::vector<Scored>& sorted = ranked.pairs();
    const std::vector<FarPoint> far_points = measurable(sorted);
    const auto figures = [&](const std::vector<double>& weights) {
      double right = 0.0;
      double all = 0.0;
      for (std::size_t i = 0; i < weights.size(); ++i) {
        all += weights[i];
        if (accuracy.correct[ranked.original()[i]]) right += weights[i];
      }
      std::vector<double> row = {all > 0.0 ? right / all : std::nan(""), ranked.auc(weights),
                                 ranked.eer(weights)};
      for (const FarPoint& point : far_points) row.push_back(ranked.tar_at_far(point.far, weights));
      return row;
    };
    const auto found =
        verification::identity_bootstrap(sorted, list_.people, resamples_, 0, figures);
    std::vector<const char*> keys = {"accuracy", "auc", "eer"};
    for (const FarPoint& point : far_points) keys.push_back(point.key);
    for (std::size_t i = 0; i < found.size(); ++i) {
      out.interval(keys[i], found[i].low, found[i].high, kLevel);
    }
  }

  static void curve(const verification::RankedPairs& ranked, sdk::Results& out) {
    const verification::Roc roc = ranked.roc();
    std::vector<double> x, y;
    const std::size_t step = roc.far.size() / kMostCurvePoints + 1;
    for (std::size_t i = 0; i < roc.far.size(); i += step) {
      x.push_back(roc.far[i]);
      y.push_back(roc.tar[i]);
    }
    x.push_back(roc.far.back());
    y.push_back(roc.tar.back());
    out.curve("roc", x, y, "false accept rate", "true accept rate");
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
