#include "measures.h"

#include <cmath>

#include "bootstrap.h"
#include "scores.h"

namespace verification {
namespace {

namespace sdk = synface::sdk;

constexpr uint32_t kFolds = 10;
constexpr double kLevel = 0.95;
constexpr std::size_t kMostCurvePoints = 2000;

struct FarPoint {
  const char* key;
  double far;
};
constexpr FarPoint kFarPoints[] = {
    {"tar_at_far_1e1", 1e-1}, {"tar_at_far_1e2", 1e-2}, {"tar_at_far_1e3", 1e-3}};

// With fewer impostor pairs than 1 / FAR no false accept is allowed at all: that would be the
// rate at FAR 0 under another name.
std::vector<FarPoint> measurable(const std::vector<Scored>& pairs) {
  double impostors = 0.0;
  for (const Scored& pair : pairs) impostors += pair.same ? 0.0 : 1.0;
  std::vector<FarPoint> points;
  for (const FarPoint& point : kFarPoints) {
    if (impostors * point.far >= 1.0 - 1e-9) points.push_back(point);
  }
  return points;
}

void record_intervals(const RankedPairs& ranked, const Accuracy& accuracy, uint32_t people,
                      uint32_t resamples, const synface_context& ctx, sdk::Results& out) {
  if (resamples == 0) return;
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
  const auto found = identity_bootstrap(sorted, people, resamples, 0, ctx, figures);
  std::vector<const char*> keys = {"accuracy", "auc", "eer"};
  for (const FarPoint& point : far_points) keys.push_back(point.key);
  for (std::size_t i = 0; i < found.size(); ++i) {
    out.interval(keys[i], found[i].low, found[i].high, kLevel);
  }
}

void record_curve(const RankedPairs& ranked, sdk::Results& out) {
  const Roc roc = ranked.roc();
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

}  // namespace

std::vector<sdk::Metric> measure_specs() {
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
    list.push_back({point.key, SYNFACE_GOAL_MAXIMISE, false, fraction,
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

void record_measures(const std::vector<Scored>& pairs, const std::vector<int64_t>& named,
                     uint32_t people, Protocol protocol, uint32_t resamples,
                     const synface_context& ctx, sdk::Results& out) {
  const Accuracy accuracy = k_fold_accuracy(pairs, ten_folds(pairs, named), kFolds, protocol);
  const RankedPairs ranked(pairs);
  out.scalar("accuracy", accuracy.mean);
  out.scalar("accuracy_sd", accuracy.sd);
  out.scalar("threshold", accuracy.threshold);
  out.scalar("auc", ranked.auc());
  out.scalar("eer", ranked.eer());
  for (const FarPoint& point : measurable(pairs)) {
    out.scalar(point.key, ranked.tar_at_far(point.far));
  }
  const Separation apart = separation(pairs);
  out.scalar("d_prime", apart.d_prime);
  out.scalar("genuine_mean", apart.genuine_mean);
  out.scalar("impostor_mean", apart.impostor_mean);
  out.scalar("pairs", static_cast<double>(pairs.size()));
  record_intervals(ranked, accuracy, people, resamples, ctx, out);
  record_curve(ranked, out);
  out.artifact(kScoresName, kScoresMime, scores_file(pairs, accuracy.correct, people));
}

}  // namespace verification
