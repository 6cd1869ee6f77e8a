// How an attempt's end is judged: every way in which a worker can end.
#include "outcome.h"

#include <gtest/gtest.h>

#include <csignal>

namespace synface::schedule {
namespace {

using store::AttemptStatus;

Ending exited(int code, const std::string& finished = {}) {
  Ending ending;
  ending.exit.code = code;
  ending.finished = finished;
  return ending;
}

Ending signalled(int number) {
  Ending ending;
  ending.exit.signal = number;
  return ending;
}

TEST(Outcome, ExitZeroWithAFinishedJournalIsDone) {
  EXPECT_EQ(judge(exited(0, "done")).end.status, AttemptStatus::kDone);
}

TEST(Outcome, ExitZeroWithoutAFinishedJournalIsAFailureThatSaysSo) {
  const auto outcome = judge(exited(0));
  EXPECT_EQ(outcome.end.status, AttemptStatus::kFailed);
  EXPECT_NE(outcome.end.error.find("did not finish its journal"), std::string::npos);
}

TEST(Outcome, DivergenceNeedsBothTheCodeAndTheJournal) {
  EXPECT_EQ(judge(exited(5, "diverged")).end.status, AttemptStatus::kDiverged);
  EXPECT_EQ(judge(exited(5)).end.status, AttemptStatus::kFailed);
}

TEST(Outcome, AFailureIsTriedAgainAsOftenAsItsRetriesAllow) {
  Ending ending = exited(1);
  ending.retries = 2;
  ending.failures = 1;
  EXPECT_TRUE(judge(ending).end.requeue);
  ending.failures = 2;
  EXPECT_FALSE(judge(ending).end.requeue);
}

TEST(Outcome, AKillFromOutsideIsNotTheTrialsFault) {
  for (const int number : {SIGKILL, SIGTERM, SIGINT, SIGHUP}) {
    const auto outcome = judge(signalled(number));
    EXPECT_EQ(outcome.end.status, AttemptStatus::kKilled) << number;
    EXPECT_TRUE(outcome.end.requeue) << number;
    EXPECT_EQ(outcome.end.signal, number);
  }
  EXPECT_EQ(judge(exited(143)).end.status, AttemptStatus::kKilled);
  EXPECT_EQ(judge(exited(130)).end.status, AttemptStatus::kKilled);
}

TEST(Outcome, AfterTenKillsTheTrialIsGivenUp) {
  Ending ending = signalled(SIGKILL);
  ending.kills = 9;
  EXPECT_TRUE(judge(ending).end.requeue);
  ending.kills = 10;
  const auto outcome = judge(ending);
  EXPECT_FALSE(outcome.end.requeue);
  EXPECT_NE(outcome.end.error.find("11th"), std::string::npos) << outcome.end.error;
}

TEST(Outcome, ACrashNamesPluginCallStepAndSignal) {
  Ending ending = signalled(SIGSEGV);
  ending.crumb = "loss/cosface, call margin, step 7";
  ending.plugin = "loss/cosface";
  ending.call = "margin";
  ending.step = 7;
  ending.log_tail = "free(): invalid pointer";
  const auto outcome = judge(ending);
  EXPECT_EQ(outcome.end.status, AttemptStatus::kFailed);
  EXPECT_EQ(outcome.end.error,
            "crashed in loss/cosface, call margin, step 7: killed by signal 11 (SIGSEGV); the "
            "worker's last words:\nfree(): invalid pointer");
  EXPECT_EQ(outcome.end.plugin, "loss/cosface");
  EXPECT_EQ(outcome.end.call, "margin");
  EXPECT_EQ(outcome.end.step, 7);
}

TEST(Outcome, ACrashTellsItsCauseAndItsStackBeforeTheLastWords) {
  Ending ending = signalled(SIGSEGV);
  ending.crumb = "loss/x, call margin, step 7";
  ending.cause = "a NULL pointer";
  ending.stack = "  #0 inner\n  #1 outer\n";
  ending.log_tail = "oh";
  EXPECT_EQ(
      judge(ending).end.error,
      "crashed in loss/x, call margin, step 7: killed by signal 11 (SIGSEGV), a NULL pointer\n"
      "  #0 inner\n  #1 outer\n  the worker's last words:\noh");
  ending.log_tail.clear();
  EXPECT_EQ(
      judge(ending).end.error,
      "crashed in loss/x, call margin, step 7: killed by signal 11 (SIGSEGV), a NULL pointer\n"
      "  #0 inner\n  #1 outer");
}

// Given a plugin that ends the process, when it takes an exit code with a meaning (finished,
// diverged, no space, stopped), then the attempt has failed all the same.
TEST(Outcome, AnExitWithinACallIsThePluginsWhateverItsCode) {
  for (const int code : {0, 1, 5, 8, 130, 143}) {
    Ending ending = exited(code, code == 5 ? "diverged" : "done");
    ending.crumb = "loss/x, call margin, step 2";
    ending.plugin = "loss/x";
    ending.call = "margin";
    ending.step = 2;
    ending.retries = 1;
    const auto outcome = judge(ending);
    EXPECT_EQ(outcome.end.status, AttemptStatus::kFailed) << code;
    EXPECT_TRUE(outcome.end.requeue) << code;
    EXPECT_FALSE(outcome.disk_full) << code;
    EXPECT_EQ(outcome.end.plugin, "loss/x");
    EXPECT_EQ(outcome.end.step, 2);
    EXPECT_NE(outcome.end.error.find("loss/x, call margin, step 2, ended the process (exit code"),
              std::string::npos)
        << outcome.end.error;
    EXPECT_NE(outcome.end.error.find("never calls exit()"), std::string::npos);
  }
}

TEST(Outcome, AKillFromOutsideSaysWhereItWas) {
  Ending ending = signalled(SIGKILL);
  ending.crumb = "loss/x, call margin, step 2";
  const auto outcome = judge(ending);
  EXPECT_EQ(outcome.end.status, AttemptStatus::kKilled);
  EXPECT_NE(outcome.end.error.find("in loss/x, call margin, step 2"), std::string::npos)
      << outcome.end.error;
}

TEST(Outcome, OneThatSleptIsAFailureThatNamesTheCall) {
  Ending ending = signalled(SIGKILL);
  ending.stopped = Stopped::kAsleep;
  ending.limit = "10 min";
  ending.crumb = "loss/x, call margin, step 2";
  const auto outcome = judge(ending);
  EXPECT_EQ(outcome.end.status, AttemptStatus::kFailed);
  EXPECT_NE(outcome.end.error.find("asleep for 10 min in loss/x, call margin, step 2"),
            std::string::npos)
      << outcome.end.error;
}

TEST(Outcome, OurOwnKillAfterALimitIsTheTrialsFailure) {
  Ending ending = signalled(SIGKILL);
  ending.stopped = Stopped::kTimeLimit;
  ending.limit = "2.00 s";
  const auto outcome = judge(ending);
  EXPECT_EQ(outcome.end.status, AttemptStatus::kFailed);
  EXPECT_NE(outcome.end.error.find("time limit of 2.00 s"), std::string::npos);
}

TEST(Outcome, AShutdownInterruptsButDoesNotUndoWhatWasDone) {
  Ending ending = exited(143);
  ending.stopped = Stopped::kShutdown;
  EXPECT_EQ(judge(ending).end.status, AttemptStatus::kInterrupted);
  ending = exited(0, "done");
  ending.stopped = Stopped::kShutdown;
  EXPECT_EQ(judge(ending).end.status, AttemptStatus::kDone);
}

TEST(Outcome, AFullDiskStopsEverything) {
  const auto outcome = judge(exited(8));
  EXPECT_TRUE(outcome.disk_full);
  EXPECT_EQ(outcome.end.status, AttemptStatus::kInterrupted);
}

TEST(Outcome, TheJournalsOwnErrorIsNotOverwritten) {
  Ending ending = exited(3);
  ending.journal_error = "loss/cosface: scale must be positive";
  EXPECT_EQ(judge(ending).end.error, "");
}

}  // namespace
}  // namespace synface::schedule
