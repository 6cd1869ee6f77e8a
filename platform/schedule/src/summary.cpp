#include "summary.h"

#include <fmt/format.h>

#include <csignal>

#include "board.h"
#include "synface/base/text.h"

namespace synface::schedule {
namespace {

constexpr std::size_t kMostProblems = 50;

void add_problem(store::Database& database, const store::NewTrial& trial, std::int64_t id,
                 Summary& summary) {
  if (summary.problems.size() >= kMostProblems) return;
  auto select = database.prepare(
      "SELECT coalesce(error, status) FROM attempt WHERE trial = ? ORDER BY n DESC LIMIT 1");
  select.with(id);
  const std::string reason = select.step() ? std::string(select.text(0)) : "no attempt";
  const std::string axes = trial.axes.empty() ? "" : " " + trial.axes.dump();
  summary.problems.push_back(
      fmt::format("{}{}: {}", trial.training_hash.substr(0, 12), axes, reason));
}

void count(store::Database& database, const store::NewTrial& trial, const store::Registered& row,
           Summary& summary) {
  switch (row.trial == 0 ? State::kQueued : state_of(row)) {
    case State::kDone:
      ++summary.done;
      return;
    case State::kFailed:
      ++summary.failed;
      return add_problem(database, trial, row.trial, summary);
    case State::kDiverged:
      ++summary.diverged;
      return add_problem(database, trial, row.trial, summary);
    case State::kPruned:
      ++summary.pruned;
      return;
    case State::kQueued:
    case State::kRunning:
      ++summary.queued;
  }
}

}  // namespace

Summary summarize(store::Database& database, const std::vector<Request>& requests) {
  Summary summary;
  for (const Request& request : requests) {
    const auto rows = store::look_up(database, request.trials);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      count(database, request.trials[i], rows[i], summary);
    }
    summary.total += static_cast<std::int64_t>(rows.size());
  }
  const auto problems = static_cast<std::size_t>(summary.failed + summary.diverged);
  if (problems > kMostProblems) {
    summary.problems.push_back(fmt::format("... and {} more", problems - kMostProblems));
  }
  return summary;
}

ExitCode Summary::exit_code() const {
  if (signal == SIGTERM || signal == SIGHUP) return ExitCode::kTerminated;
  if (signal) return ExitCode::kInterrupted;
  return failed + diverged > 0 ? ExitCode::kTrials : ExitCode::kDone;
}

std::string Summary::text() const {
  std::string text = fmt::format("{} trial{}: {} done", human_count(total), total == 1 ? "" : "s",
                                 human_count(done));
  if (already > 0) text += fmt::format(" ({} of them before)", human_count(already));
  const auto add = [&](std::int64_t number, const char* word) {
    if (number > 0) text += fmt::format(", {} {}", human_count(number), word);
  };
  add(failed, "failed");
  add(diverged, "diverged");
  add(pruned, "pruned");
  add(queued, "left to do");
  if (already == total) return text + "; nothing was left to do";
  return text + fmt::format("; {} attempt{} in {}", human_count(attempts), attempts == 1 ? "" : "s",
                            human_duration(seconds));
}

}  // namespace synface::schedule
