#include "outcome.h"

#include <fmt/format.h>

#include <csignal>

namespace synface::schedule {
namespace {

using store::AttemptStatus;

// Signals that come from people, init systems and the kernel's memory killer, not from a fault of
// the program itself.
bool from_outside(int signal) {
  switch (signal) {
    case SIGKILL:
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
    case SIGQUIT:
    case SIGPWR:
    case SIGXCPU:
      return true;
    default:
      return false;
  }
}

bool killed_from_outside(const ExitState& exit) {
  if (exit.signal) return from_outside(*exit.signal);
  // The worker's own answer to SIGINT and SIGTERM, after it wrote a checkpoint.
  return exit.code == 128 + SIGINT || exit.code == 128 + SIGTERM;
}

std::string with_tail(std::string text, const std::string& tail) {
  if (!tail.empty()) text += "; the worker's last words:\n" + tail;
  return text;
}

// The stack between what happened and the worker's last words.
std::string with_stack(std::string text, const Ending& ending) {
  if (ending.stack.empty()) return with_tail(std::move(text), ending.log_tail);
  text += "\n" + ending.stack;
  text.pop_back();
  return ending.log_tail.empty() ? text : text + "\n  the worker's last words:\n" + ending.log_tail;
}

// A worker leaves every call before it ends by itself: one that ended within a call was ended by
// the plugin, whatever exit code that chose.
bool ended_by_plugin(const Ending& ending) {
  return ending.exit.code && !ending.crumb.empty();
}

std::string failure_text(const Ending& ending) {
  if (ending.stopped == Stopped::kTimeLimit) {
    return fmt::format("stopped after its time limit of {}{}", ending.limit,
                       ending.crumb.empty() ? "" : ", in " + ending.crumb);
  }
  if (ending.stopped == Stopped::kMemoryLimit) {
    return fmt::format("stopped: it used more than {}{}", ending.limit,
                       ending.crumb.empty() ? "" : ", in " + ending.crumb);
  }
  if (ending.stopped == Stopped::kAsleep) {
    return fmt::format("stopped: asleep for {} in {}; a call waits for nobody", ending.limit,
                       ending.crumb);
  }
  if (ending.exit.signal) {
    return with_stack(
        fmt::format("crashed{}: {}{}", ending.crumb.empty() ? "" : " in " + ending.crumb,
                    ending.exit.text(), ending.cause.empty() ? "" : ", " + ending.cause),
        ending);
  }
  if (ended_by_plugin(ending)) {
    return with_stack(
        fmt::format("{}, ended the process ({}): a plugin reports a fault by a status and returns, "
                    "it never calls exit()",
                    ending.crumb, ending.exit.text()),
        ending);
  }
  if (!ending.journal_error.empty()) return {};  // the journal said it already
  if (ending.exit.success()) {
    return with_tail("the worker ended with exit code 0 but did not finish its journal",
                     ending.log_tail);
  }
  return with_tail("the worker ended with " + ending.exit.text(), ending.log_tail);
}

Outcome killed(const Ending& ending) {
  Outcome outcome;
  outcome.end.status = AttemptStatus::kKilled;
  outcome.end.requeue = ending.kills < kMaxKills;
  outcome.end.error = fmt::format(
      "killed from outside ({}){}{}", ending.exit.text(),
      ending.crumb.empty() ? "" : " in " + ending.crumb,
      outcome.end.requeue
          ? ""
          : fmt::format(", for the {}th time: not tried again (out of memory?)", ending.kills + 1));
  return outcome;
}

Outcome failed(const Ending& ending) {
  Outcome outcome;
  outcome.end.status = AttemptStatus::kFailed;
  outcome.end.requeue = ending.failures < ending.retries;
  outcome.end.error = failure_text(ending);
  if (ending.exit.signal || ending.stopped != Stopped::kNot || ended_by_plugin(ending)) {
    outcome.end.plugin = ending.plugin;
    outcome.end.call = ending.call;
    outcome.end.step = ending.step;
  }
  return outcome;
}

Outcome classify(const Ending& ending) {
  Outcome outcome;
  const ExitState& exit = ending.exit;
  if (ended_by_plugin(ending) && ending.stopped == Stopped::kNot) return failed(ending);
  if (exit.success() && ending.finished == "done") return outcome;
  if (exit.code == 5 && ending.finished == "diverged") {
    outcome.end.status = AttemptStatus::kDiverged;
    return outcome;
  }
  if (exit.success() && ending.finished == "pruned") {
    outcome.end.status = AttemptStatus::kPruned;
    return outcome;
  }
  if (exit.code == static_cast<int>(ExitCode::kNoSpace)) {
    outcome.end.status = AttemptStatus::kInterrupted;
    outcome.disk_full = true;
    if (ending.journal_error.empty()) outcome.end.error = "the disk is full";
    return outcome;
  }
  if (ending.stopped == Stopped::kShutdown && (exit.signal || killed_from_outside(exit))) {
    outcome.end.status = AttemptStatus::kInterrupted;
    return outcome;
  }
  const bool by_us = ending.stopped == Stopped::kTimeLimit ||
                     ending.stopped == Stopped::kMemoryLimit || ending.stopped == Stopped::kAsleep;
  return !by_us && killed_from_outside(exit) ? killed(ending) : failed(ending);
}

}  // namespace

Outcome judge(const Ending& ending) {
  Outcome outcome = classify(ending);
  outcome.end.exit_code = ending.exit.code;
  outcome.end.signal = ending.exit.signal;
  return outcome;
}

}  // namespace synface::schedule
