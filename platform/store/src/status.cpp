#include <array>

#include "synface/base/error.h"
#include "synface/store/records.h"

namespace synface::store {
namespace {

constexpr std::array<std::string_view, 6> kTrial = {"queued", "running",  "done",
                                                    "failed", "diverged", "pruned"};
constexpr std::array<std::string_view, 4> kEvaluation = {"queued", "running", "done", "failed"};
constexpr std::array<std::string_view, 7> kAttempt = {
    "running", "done", "failed", "diverged", "pruned", "interrupted", "killed"};

template <typename Status, std::size_t N>
Status parse(const std::array<std::string_view, N>& words, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<Status>(i);
  }
  fail(ExitCode::kDatabase, "the database holds the unknown status '{}'", word);
}

}  // namespace

std::string_view to_string(TrialStatus status) {
  return kTrial[static_cast<std::size_t>(status)];
}
std::string_view to_string(EvaluationStatus status) {
  return kEvaluation[static_cast<std::size_t>(status)];
}
std::string_view to_string(AttemptStatus status) {
  return kAttempt[static_cast<std::size_t>(status)];
}
TrialStatus parse_trial_status(std::string_view word) {
  return parse<TrialStatus>(kTrial, word);
}
EvaluationStatus parse_evaluation_status(std::string_view word) {
  return parse<EvaluationStatus>(kEvaluation, word);
}
AttemptStatus parse_attempt_status(std::string_view word) {
  return parse<AttemptStatus>(kAttempt, word);
}

}  // namespace synface::store
