#include "people_interval.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "scores.h"
#include "synface/base/error.h"
#include "synface/base/hash.h"
#include "synface/base/paths.h"
#include "synface/base/philox.h"

namespace synface::report {
namespace {

constexpr std::uint32_t kStream = 259;
// How far a figure made from the kept scores (float32) may lie from the recorded one.
constexpr double kAgreement = 0.005;

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

// The file that the attempt which recorded the final kept; empty where it kept none, or where the
// file is gone or another evaluation has replaced it.
std::filesystem::path scores_of(store::Database& db, const TrialKey& trial,
                                const std::string& metric, const std::string& artifact) {
  auto select = db.prepare(
      "SELECT f.path, f.sha256 FROM trial t JOIN evaluation e ON e.trial = t.id "
      "JOIN final v ON v.trial = t.id AND v.evaluation IN(0, e.id) "
      "JOIN metric k ON k.id = v.metric JOIN artifact f ON f.attempt = v.attempt "
      "WHERE t.training_hash = ? AND e.evaluation_hash = ? AND k.name = ? AND f.name = ?");
  select.with(trial.training, trial.evaluation, metric, artifact);
  if (!select.step()) return {};
  const auto path = folder_of(db.path()) / std::string(select.text(0));
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return {};
  return sha256_file(path) == select.text(1) ? path : std::filesystem::path();
}

double quantile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
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
  const Scores& pairs = terms.front().scores;
  const auto people = static_cast<std::uint32_t>(pairs.people);
  std::vector<double> drawn(people), weights(pairs.score.size()), values;
  for (int b = 0; b < resamples; ++b) {
    if (options.progress) options.progress("drawing the test's people anew", b, resamples);
    PhiloxStream random(0, kStream, static_cast<std::uint64_t>(b));
    std::fill(drawn.begin(), drawn.end(), 0.0);
    for (std::uint32_t i = 0; i < people; ++i) drawn[random.below(people)] += 1;
    for (std::size_t p = 0; p < weights.size(); ++p) {
      const double first = drawn[static_cast<std::size_t>(pairs.first[p])];
      weights[p] =
          pairs.same[p] != 0 ? first : first * drawn[static_cast<std::size_t>(pairs.second[p])];
    }
    if (const auto value = difference(terms, measure, weights)) values.push_back(*value);
  }
  std::sort(values.begin(), values.end());
  return values;
}

// The trials' scores; the reason where they do not serve.
std::string read_terms(store::Database& db, const Factors& factors, const std::string& metric,
                       std::vector<Term>& terms) {
  const std::string artifact = metric.substr(0, metric.rfind('.') + 1) + "scores.safetensors";
  std::size_t missing = 0;
  for (const auto& [trial, factor] : factors) {
    const auto path = scores_of(db, trial, metric, artifact);
    if (path.empty()) {
      ++missing;
      continue;
    }
    terms.push_back({factor, read_scores(path)});
    if (!terms.back().scores.same_pairs(terms.front().scores)) {
      return "its trials were tested on different pairs";
    }
  }
  if (missing == 0) return "";
  return fmt::format("{} of its {} trials kept no scores ({})", missing, factors.size(), artifact);
}

std::string work_out(store::Database& db, const ComparisonOptions& options,
                     const Comparison& comparison, PrimaryResult& primary) {
  const int resamples = options.people_resamples;
  const std::string& metric = primary.primary.metric;
  const std::string measure = metric.substr(metric.rfind('.') + 1);
  if (!knows_measure(measure)) return fmt::format("it is not worked out for {}", measure);
  const auto& varying = comparison.seed_design.varying;
  if (std::find(varying.begin(), varying.end(), "test") != varying.end()) {
    return "seed.test varies, and with it who was tested";
  }
  std::vector<Term> terms;
  const std::string reason = read_terms(db, factors_of(comparison, primary), metric, terms);
  if (!reason.empty()) return reason;
  const Scores& pairs = terms.front().scores;
  const auto observed = difference(terms, measure, std::vector<double>(pairs.score.size(), 1.0));
  if (!observed || std::abs(*observed - *primary.difference.mean) > kAgreement) {
    return "the kept scores do not give the recorded figures";
  }
  const auto values = resampled(terms, measure, options);
  if (values.size() < static_cast<std::size_t>(resamples) / 2) {
    return "too few people: most resamples lack genuine or impostor pairs";
  }
  const double tail = (1 - comparison.level) / 2;
  primary.people = PeopleInterval{{quantile(values, tail), quantile(values, 1 - tail)},
                                  pairs.people,
                                  static_cast<int>(pairs.score.size()),
                                  resamples};
  return "";
}

}  // namespace

void add_people_interval(store::Database& db, const ComparisonOptions& options,
                         Comparison& comparison) {
  if (!comparison.primary || !comparison.primary->difference.mean) return;
  comparison.primary->people_missing = work_out(db, options, comparison, *comparison.primary);
}

}  // namespace synface::report
