#include "people_draws.h"

#include <fmt/core.h>

#include <algorithm>

#include "synface/base/error.h"
#include "synface/base/hash.h"
#include "synface/base/paths.h"
#include "synface/base/philox.h"

namespace synface::report {
namespace {

constexpr std::uint32_t kStream = 259;

double quantile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

}  // namespace

std::string scores_artifact(const std::string& metric) {
  return metric.substr(0, metric.rfind('.') + 1) + "scores.safetensors";
}

std::string measure_of(const std::string& metric) {
  return metric.substr(metric.rfind('.') + 1);
}

std::optional<Scores> scores_of(store::Database& db, const TrialKey& trial,
                                const std::string& metric) {
  auto select = db.prepare(
      "SELECT f.path, f.sha256 FROM trial t JOIN evaluation e ON e.trial = t.id "
      "JOIN final v ON v.trial = t.id AND v.evaluation IN(0, e.id) "
      "JOIN metric k ON k.id = v.metric JOIN artifact f ON f.attempt = v.attempt "
      "WHERE t.training_hash = ? AND e.evaluation_hash = ? AND k.name = ? AND f.name = ?");
  select.with(trial.training, trial.evaluation, metric, scores_artifact(metric));
  if (!select.step()) return std::nullopt;
  const auto path = folder_of(db.path()) / std::string(select.text(0));
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  if (sha256_file(path) != select.text(1)) return std::nullopt;
  return read_scores(path);
}

KeptScores kept_scores(store::Database& db, const std::vector<TrialKey>& trials,
                       const std::string& metric, const Scores* reference) {
  KeptScores kept;
  kept.trials = trials.size();
  for (const TrialKey& trial : trials) {
    auto scores = scores_of(db, trial, metric);
    if (!scores) {
      ++kept.missing;
      continue;
    }
    kept.scores.push_back(std::move(*scores));
    const Scores& pairs = reference != nullptr ? *reference : kept.scores.front();
    kept.other_pairs = !kept.scores.back().same_pairs(pairs);
    if (kept.other_pairs) break;
  }
  return kept;
}

std::string missing_words(const KeptScores& kept, const std::string& metric) {
  return fmt::format("{} of its {} trials kept no scores ({})", kept.missing, kept.trials,
                     scores_artifact(metric));
}

std::string unless_refused(const std::function<std::string()>& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.code() != ExitCode::kData) throw;
    return std::string("kept scores cannot be read: ") + error.what();
  }
}

PeopleDraws::PeopleDraws(const Scores& pairs)
    : pairs_(pairs), drawn_(static_cast<std::size_t>(pairs.people)), weights_(pairs.score.size()) {}

const std::vector<double>& PeopleDraws::draw(int b) {
  PhiloxStream random(0, kStream, static_cast<std::uint64_t>(b));
  const auto people = static_cast<std::uint32_t>(pairs_.people);
  std::fill(drawn_.begin(), drawn_.end(), 0.0);
  for (std::uint32_t i = 0; i < people; ++i) drawn_[random.below(people)] += 1;
  for (std::size_t p = 0; p < weights_.size(); ++p) {
    const double first = drawn_[static_cast<std::size_t>(pairs_.first[p])];
    weights_[p] =
        pairs_.same[p] != 0 ? first : first * drawn_[static_cast<std::size_t>(pairs_.second[p])];
  }
  return weights_;
}

Interval central_interval(std::vector<double> values, double level) {
  std::sort(values.begin(), values.end());
  const double tail = (1 - level) / 2;
  return {quantile(values, tail), quantile(values, 1 - tail)};
}

}  // namespace synface::report
