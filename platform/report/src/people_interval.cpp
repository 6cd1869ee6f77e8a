#include "people_interval.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "people_draws.h"

namespace synface::report {
namespace {

struct Term {
  double factor = 0;  // with which the trial's figure enters the difference
  Scores scores;
};

using Factors = std::map<TrialKey, double>;

// How each trial's figure enters the mean difference: sides are averaged over matched cells, these
// within the units of the seeds, these over the units.
Factors factors_of(const Comparison& comparison, const PrimaryResult& primary) {
  const auto complete = [&](const std::string& seeds) {
    return std::all_of(primary.cells.begin(), primary.cells.end(), [&](const auto& pair) {
      const std::string& metric = primary.primary.metric;
      return comparison.cells[pair.first].metrics.at(metric).values.contains(seeds) &&
             comparison.cells[pair.second].metrics.at(metric).values.contains(seeds);
    });
  };
  std::map<std::string, std::vector<std::string>> by_unit;
  for (const auto& [seeds, value] :
       comparison.cells[primary.cells[0].first].metrics.at(primary.primary.metric).values) {
    if (complete(seeds)) by_unit[unit_of(comparison.seed_design, seeds)].push_back(seeds);
  }
  Factors factors;
  for (const auto& [unit, members] : by_unit) {
    for (const std::string& seeds : members) {
      const double share =
          1.0 / static_cast<double>(by_unit.size() * members.size() * primary.cells.size());
      for (const auto& [left, right] : primary.cells) {
        factors[comparison.cells[left].trials.at(seeds)] += share;
        factors[comparison.cells[right].trials.at(seeds)] -= share;
      }
    }
  }
  return factors;
}

std::optional<double> difference(const std::vector<Term>& terms, const std::string& measure,
                                 const std::vector<double>& weights) {
  double sum = 0;
  for (const Term& term : terms) {
    const auto figure = weighted_figure(term.scores, measure, weights);
    if (!figure) return std::nullopt;
    sum += term.factor * *figure;
  }
  return sum;
}

std::vector<double> resampled(const std::vector<Term>& terms, const std::string& measure,
                              const ComparisonOptions& options) {
  const int resamples = options.people_resamples;
  PeopleDraws people(terms.front().scores);
  std::vector<double> values;
  for (int b = 0; b < resamples; ++b) {
    if (options.progress) options.progress("drawing the test's people anew", b, resamples);
    if (const auto value = difference(terms, measure, people.draw(b))) values.push_back(*value);
  }
  return values;
}

// The trials' scores; the reason where they do not serve.
std::string read_terms(store::Database& db, const Factors& factors, const std::string& metric,
                       std::vector<Term>& terms) {
  std::vector<TrialKey> trials;
  for (const auto& [trial, factor] : factors) trials.push_back(trial);
  KeptScores kept = kept_scores(db, trials, metric);
  if (kept.other_pairs) return "its trials were tested on different pairs";
  if (kept.missing > 0) return missing_words(kept, metric);
  for (std::size_t t = 0; t < trials.size(); ++t) {
    terms.push_back({factors.at(trials[t]), std::move(kept.scores[t])});
  }
  return "";
}

std::string work_out(store::Database& db, const ComparisonOptions& options,
                     const Comparison& comparison, PrimaryResult& primary) {
  const int resamples = options.people_resamples;
  const std::string& metric = primary.primary.metric;
  const std::string measure = measure_of(metric);
  if (!knows_measure(measure)) return fmt::format("it is not worked out for {}", measure);
  const auto& varying = comparison.seed_design.varying;
  if (std::find(varying.begin(), varying.end(), "test") != varying.end()) {
    return "seed.test varies, and with it who was tested";
  }
  std::vector<Term> terms;
  const std::string reason = unless_refused(
      [&] { return read_terms(db, factors_of(comparison, primary), metric, terms); });
  if (!reason.empty()) return reason;
  const Scores& pairs = terms.front().scores;
  const auto observed = difference(terms, measure, std::vector<double>(pairs.score.size(), 1.0));
  if (!observed || std::abs(*observed - *primary.difference.mean) > kScoresAgreement) {
    return "the kept scores do not give the recorded figures";
  }
  const auto values = resampled(terms, measure, options);
  if (values.size() < static_cast<std::size_t>(resamples) / 2) {
    return "too few people: most resamples lack genuine or impostor pairs";
  }
  primary.people = PeopleInterval{central_interval(values, comparison.level), pairs.people,
                                  static_cast<int>(pairs.score.size()), resamples};
  return "";
}

}  // namespace

void add_people_interval(store::Database& db, const ComparisonOptions& options,
                         Comparison& comparison) {
  if (!comparison.primary || !comparison.primary->difference.mean) return;
  comparison.primary->people_missing = work_out(db, options, comparison, *comparison.primary);
}

}  // namespace synface::report
