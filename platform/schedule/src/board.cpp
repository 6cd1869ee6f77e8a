#include "board.h"

#include <fmt/format.h>

#include <algorithm>

#include "layout.h"
#include "synface/base/text.h"

namespace synface::schedule {
namespace {

// An evaluation of untrained weights takes time as well.
constexpr double kEvaluationWeight = 5000;

double weight_of(const Json& train, bool trains) {
  const double images = trains ? member(train, "images_seen", 0.0) : 0;
  return images + kEvaluationWeight;
}

}  // namespace

State state_of(const store::Registered& registered) {
  switch (registered.trial_status) {
    case store::TrialStatus::kQueued:
      return State::kQueued;
    case store::TrialStatus::kRunning:
      return State::kRunning;
    case store::TrialStatus::kFailed:
      return State::kFailed;
    case store::TrialStatus::kDiverged:
      return State::kDiverged;
    case store::TrialStatus::kPruned:
      return State::kPruned;
    case store::TrialStatus::kDone:
      break;
  }
  switch (registered.evaluation_status) {
    case store::EvaluationStatus::kQueued:
      return State::kQueued;
    case store::EvaluationStatus::kRunning:
      return State::kRunning;
    case store::EvaluationStatus::kFailed:
      return State::kFailed;
    case store::EvaluationStatus::kDone:
      break;
  }
  return State::kDone;
}

std::int64_t Board::add(const Request& request, const store::Registration& registration, bool own) {
  std::int64_t added = 0;
  for (std::size_t i = 0; i < request.trials.size(); ++i) {
    const store::NewTrial& trial = request.trials[i];
    auto& same = by_training_[trial.training_hash];
    const auto known = std::find_if(same.begin(), same.end(), [&](std::size_t index) {
      return wanted_[index].evaluation_hash == trial.evaluation_hash &&
             wanted_[index].experiment == request.experiment.name;
    });
    if (known != same.end()) {
      wanted_[*known].own = wanted_[*known].own || own;
      continue;
    }
    const store::Registered& registered = registration.trials[i];
    Wanted wanted;
    wanted.training_hash = trial.training_hash;
    wanted.evaluation_hash = trial.evaluation_hash;
    wanted.experiment = request.experiment.name;
    wanted.axes = trial.axes.dump();
    wanted.weight = weight_of(part(trial.config, "train"),
                              registered.trial_status != store::TrialStatus::kDone);
    wanted.own = own;
    wanted.state = state_of(registered);
    wanted.already = wanted.state == State::kDone;
    if (wanted.state == State::kQueued) queued_weight_ += wanted.weight;
    ++counts_[static_cast<int>(wanted.state)];
    same.push_back(wanted_.size());
    wanted_.push_back(std::move(wanted));
    ++added;
  }
  return added;
}

bool Board::wants(const store::Queued& row) const {
  const auto found = by_training_.find(row.training_hash);
  return found != by_training_.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](std::size_t index) {
           return wanted_[index].evaluation_hash == row.evaluation_hash;
         });
}

void Board::set_state(std::size_t index, State state) {
  Wanted& wanted = wanted_[index];
  if (wanted.state == state) return;
  if (wanted.state == State::kQueued) queued_weight_ -= wanted.weight;
  if (state == State::kQueued) queued_weight_ += wanted.weight;
  --counts_[static_cast<int>(wanted.state)];
  ++counts_[static_cast<int>(state)];
  if (state != State::kQueued && state != State::kRunning) ++ended_here_;
  wanted.state = state;
}

void Board::refresh(store::Store& store, const std::string& training_hash) {
  const auto found = by_training_.find(training_hash);
  if (found == by_training_.end()) return;
  for (const std::size_t index : found->second) {
    store::NewTrial trial;
    trial.training_hash = training_hash;
    trial.evaluation_hash = wanted_[index].evaluation_hash;
    set_state(index, state_of(store::look_up(store.database(), {&trial, 1}).front()));
  }
}

void Board::measured(const store::Work& work, double seconds) {
  seconds_ += seconds;
  weight_ += weight_of(part(part(work.spec, "config"), "train"), work.train);
  ++measurements_;
}

std::int64_t Board::count(State state) const {
  return counts_[static_cast<int>(state)];
}

std::optional<double> Board::estimate(int jobs) const {
  if (measurements_ == 0 || weight_ <= 0) return std::nullopt;
  // Of the running ones, half is done on the average.
  double weight = queued_weight_;
  for (const Wanted& wanted : wanted_) {
    if (wanted.state == State::kRunning) weight += wanted.weight / 2;
  }
  const auto left = count(State::kQueued) + count(State::kRunning);
  const double at_once = static_cast<double>(std::clamp<std::int64_t>(left, 1, jobs));
  return weight * seconds_ / weight_ / at_once;
}

std::string Board::line(int jobs, double elapsed_s) const {
  std::string text =
      fmt::format("trials {}/{} done", human_count(count(State::kDone)), human_count(total()));
  const auto add = [&](State state, const char* word) {
    if (count(state) > 0) text += fmt::format(", {} {}", human_count(count(state)), word);
  };
  add(State::kRunning, "running");
  add(State::kFailed, "failed");
  add(State::kDiverged, "diverged");
  add(State::kPruned, "pruned");
  if (ended_here_ > 0 && elapsed_s > 0) {
    const double per_s = static_cast<double>(ended_here_) / elapsed_s;
    text += per_s >= 1 ? fmt::format(" | {}/s", human_rate(per_s))
                       : fmt::format(" | {}/min", human_rate(per_s * 60));
  }
  const auto eta = estimate(jobs);
  if (eta && left()) text += " | ETA " + human_duration(*eta);
  return text;
}

}  // namespace synface::schedule
