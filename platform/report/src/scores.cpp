#include "scores.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <numeric>

#include "synface/base/error.h"
#include "synface/data/tensorfile.h"

namespace synface::report {
namespace {

constexpr const char* kTarAtFar = "tar_at_far_1e";

template <typename Value>
std::vector<Value> read(const data::TensorFile& file, const char* name, data::Dtype dtype,
                        std::int64_t rows) {
  const data::StoredTensor tensor = file.get(name, dtype, {rows});
  std::vector<Value> values(static_cast<std::size_t>(rows));
  std::memcpy(values.data(), tensor.data, tensor.bytes);
  return values;
}

// More than any set has.
constexpr std::int32_t kMostPeople = 1 << 24;

std::int32_t people_of(const data::TensorFile& file, const std::string& path) {
  const std::string& text = file.metadata("people");
  std::int32_t people = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), people);
  if (error != std::errc() || end != text.data() + text.size() || people < 1 ||
      people > kMostPeople) {
    fail(ExitCode::kData, "{}: '{}' is no number of people", path, text);
  }
  return people;
}

// Scores that are no numbers have no order.
void check_scores(const Scores& scores, const std::string& path) {
  const auto odd = std::find_if_not(scores.score.begin(), scores.score.end(),
                                    [](float score) { return std::isfinite(score); });
  if (odd != scores.score.end()) {
    fail(ExitCode::kData, "{}: the score of pair {} is no number", path,
         odd - scores.score.begin());
  }
}

void check_people(const Scores& scores, const std::string& path) {
  const auto inside = [&](std::int32_t person) { return person >= 0 && person < scores.people; };
  if (!std::all_of(scores.first.begin(), scores.first.end(), inside) ||
      !std::all_of(scores.second.begin(), scores.second.end(), inside)) {
    fail(ExitCode::kData, "{}: a pair names a person who is none of its {}", path, scores.people);
  }
}

// Calls visit(genuine weight accepted, impostor weight accepted) for each distinct score, from the
// highest down.
template <typename Visit>
void walk(const Scores& scores, std::span<const double> weights, Visit&& visit) {
  double genuine = 0, impostor = 0;
  for (std::size_t i = 0; i < scores.order.size();) {
    const float threshold = scores.score[scores.order[i]];
    for (; i < scores.order.size() && scores.score[scores.order[i]] == threshold; ++i) {
      const std::uint32_t pair = scores.order[i];
      (scores.same[pair] != 0 ? genuine : impostor) += weights[pair];
    }
    visit(genuine, impostor);
  }
}

std::optional<double> area(const Scores& scores, std::span<const double> weights) {
  double sum = 0, genuine_before = 0, impostor_before = 0;
  walk(scores, weights, [&](double genuine, double impostor) {
    sum += (impostor - impostor_before) * 0.5 * (genuine + genuine_before);
    genuine_before = genuine;
    impostor_before = impostor;
  });
  const double total = genuine_before * impostor_before;
  if (total <= 0) return std::nullopt;
  return sum / total;
}

// Where FAR and 1 - TAR cross, linear between neighbouring thresholds.
double equal_error(const Scores& scores, std::span<const double> weights, double genuine_all,
                   double impostor_all) {
  double far_before = 0, frr_before = 1;
  std::optional<double> result;
  walk(scores, weights, [&](double genuine, double impostor) {
    const double far = impostor / impostor_all, frr = 1 - genuine / genuine_all;
    if (!result && far >= frr) {
      const double before = frr_before - far_before, after = far - frr;
      const double share = before + after > 0 ? before / (before + after) : 1;
      result = far_before + share * (far - far_before);
    }
    far_before = far;
    frr_before = frr;
  });
  return result.value_or(1.0);
}

double accepted(const Scores& scores, std::span<const double> weights, double far,
                double genuine_all, double impostor_all) {
  double best = 0;
  walk(scores, weights, [&](double genuine, double impostor) {
    if (impostor <= far * impostor_all) best = genuine / genuine_all;
  });
  return best;
}

}  // namespace

Scores read_scores(const std::filesystem::path& path) {
  const data::TensorFile file(path.string());
  if (file.metadata("format") != "synface-scores" || file.metadata("version") != "1") {
    fail(ExitCode::kData,
         "{}: format '{}', version '{}' are not the scores that this version reads "
         "(synface-scores, 1)",
         path.string(), file.metadata("format"), file.metadata("version"));
  }
  const data::StoredTensor score = file.get("score");
  const std::int64_t rows = score.shape.empty() ? 0 : score.shape[0];
  if (rows == 0) fail(ExitCode::kData, "{}: it holds no pairs", path.string());
  Scores scores;
  scores.people = people_of(file, path.string());
  scores.score = read<float>(file, "score", data::Dtype::kF32, rows);
  scores.first = read<std::int32_t>(file, "first", data::Dtype::kI32, rows);
  scores.second = read<std::int32_t>(file, "second", data::Dtype::kI32, rows);
  scores.same = read<std::uint8_t>(file, "same", data::Dtype::kU8, rows);
  scores.right = read<std::uint8_t>(file, "right", data::Dtype::kU8, rows);
  check_scores(scores, path.string());
  check_people(scores, path.string());
  scores.order.resize(scores.score.size());
  std::iota(scores.order.begin(), scores.order.end(), 0U);
  std::stable_sort(scores.order.begin(), scores.order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return scores.score[a] > scores.score[b];
  });
  return scores;
}

bool knows_measure(const std::string& measure) {
  if (measure == "auc" || measure == "eer" || measure == "accuracy") return true;
  return measure.size() == std::strlen(kTarAtFar) + 1 && measure.starts_with(kTarAtFar) &&
         measure.back() >= '1' && measure.back() <= '9';
}

std::optional<double> weighted_figure(const Scores& scores, const std::string& measure,
                                      std::span<const double> weights) {
  double genuine = 0, impostor = 0, right = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    (scores.same[i] != 0 ? genuine : impostor) += weights[i];
    if (scores.right[i] != 0) right += weights[i];
  }
  if (genuine <= 0 || impostor <= 0) return std::nullopt;
  if (measure == "auc") return area(scores, weights);
  if (measure == "accuracy") return right / (genuine + impostor);
  if (measure == "eer") return equal_error(scores, weights, genuine, impostor);
  return accepted(scores, weights, std::pow(10.0, -(measure.back() - '0')), genuine, impostor);
}

}  // namespace synface::report
