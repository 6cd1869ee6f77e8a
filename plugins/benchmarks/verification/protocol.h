// The ten-fold protocol of LFW (Huang et al. 2007, View 2): the accuracy of each fold with the
// threshold that is best on the other nine.
#pragma once

#include <cstdint>
#include <vector>

#include "metrics.h"

namespace verification {

enum class Protocol {
  // insightface's verification.py: embeddings of image and mirror image added, normalised; squared
  // Euclidean distance in [0, 4), thresholds 0, .01, ...; same if the distance is below; ties take
  // the
  // first threshold.
  kInsightface,
  // SynFace's lfw_eval.py: cosine of the plain embeddings, thresholds -1, -.995, ... .995; same if
  // the
  // cosine is above; ties take the largest threshold.
  kSynface,
};

struct Accuracy {
  double mean = 0.0,
         sd = 0.0;         // over the folds; sd with n in the denominator, as both codes print it
  double threshold = 0.0;  // mean over the folds, in the protocol's own unit
  std::vector<double> by_fold;
  std::vector<bool> correct;  // of each pair, in the fold where it was tested
};

// fold[i] in 0 .. n_folds - 1 of pair i; scores are cosines. Needs n_folds >= 2 and no empty fold.
Accuracy k_fold_accuracy(const std::vector<Scored>& pairs, const std::vector<uint32_t>& fold,
                         uint32_t n_folds, Protocol protocol);

// Ten contiguous folds, the genuine and the impostor pairs each cut into tenths in their order.
std::vector<uint32_t> stratified_folds(const std::vector<Scored>& pairs, uint32_t n_folds);

// The folds that a pairs file names (named[i] of pair i, -1: none) where these are ten, else ten
// stratified ones.
std::vector<uint32_t> ten_folds(const std::vector<Scored>& pairs,
                                const std::vector<int64_t>& named);

}  // namespace verification
