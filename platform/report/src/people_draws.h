// The people of a test drawn anew with replacement, the same for every trial that was tested on the
// same pairs: what intervals of differences over people are made of.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scores.h"
#include "synface/report/comparison.h"

namespace synface::report {

// How far a figure made from the kept scores (float32) may lie from the recorded one.
constexpr double kScoresAgreement = 0.005;

// "real.scores.safetensors" of "real.auc"; "auc".
std::string scores_artifact(const std::string& metric);
std::string measure_of(const std::string& metric);

// The scores that the attempt which recorded the final `metric` kept; nothing where it kept none,
// or where the file is gone or another evaluation has replaced it. Throws kData as read_scores().
std::optional<Scores> scores_of(store::Database& db, const TrialKey& trial,
                                const std::string& metric);

// The kept scores of several trials, in their order.
struct KeptScores {
  std::vector<Scores> scores;
  std::size_t trials = 0, missing = 0;  // how many there are; that kept none
  bool other_pairs = false;  // one was tested on other pairs than the reference: the last one read
};
// reference: whose pairs all must have; nullptr: the first one's. Throws as scores_of().
KeptScores kept_scores(store::Database& db, const std::vector<TrialKey>& trials,
                       const std::string& metric, const Scores* reference = nullptr);

// "2 of its 8 trials kept no scores (real.scores.safetensors)".
std::string missing_words(const KeptScores& kept, const std::string& metric);

// What `read` gives, "" or why the scores that it reads do not serve. Scores that read_scores()
// refuses are a reason too: an interval is an extra, and one odd file must not end the comparison.
std::string unless_refused(const std::function<std::string()>& read);

// Weights of the pairs, draw by draw. A genuine pair counts as often as its person was drawn, an
// impostor pair as often as both of its people together. Draw b is a function of b alone.
class PeopleDraws {
 public:
  // `pairs` must outlive it.
  explicit PeopleDraws(const Scores& pairs);
  const std::vector<double>& draw(int b);

 private:
  const Scores& pairs_;
  std::vector<double> drawn_, weights_;
};

// The central part of the values, linear between neighbouring ones; `values` has some.
Interval central_interval(std::vector<double> values, double level);

}  // namespace synface::report
