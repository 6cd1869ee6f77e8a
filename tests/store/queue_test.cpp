#include "store_fixture.h"

namespace synface::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Queue : public StoreFixture {
 protected:
  Store store_ = open();
  Registered one_ =
      store_.register_experiment(make_experiment(), std::vector{make_trial(1)}).trials[0];

  RunningTrial run(const std::function<void(JournalWriter&)>& write = [](JournalWriter&) {}) {
    return begin(store_, one_, hash_of(1), write);
  }
  void end(const RunningTrial& running, AttemptStatus status, bool requeue = false) {
    AttemptEnd end;
    end.status = status;
    end.requeue = requeue;
    end.error = "why";
    ingest(store_, running);
    store_.finish_attempt(running.attempt.id, end);
  }
  std::string status() { return store_.database().text("SELECT status FROM trials"); }
};

TEST_F(Queue, GivenAQueuedTrialWhenItRunsToItsEndThenItIsDoneAndTheQueueEmpty) {
  ASSERT_EQ(store_.queue("width").size(), 1U);
  const RunningTrial running = run();
  EXPECT_EQ(status(), "running");
  EXPECT_THAT(store_.queue(), IsEmpty());
  end(running, AttemptStatus::kDone);
  EXPECT_EQ(status(), "done");
  EXPECT_THAT(store_.queue(), IsEmpty());
}

TEST_F(Queue, GivenARunningTrialWhenItIsBegunAgainThenThatIsRefused) {
  run();
  EXPECT_THAT(error_of([&] { run(); }).second, HasSubstr("marked running already"));
}

TEST_F(Queue, GivenAFailureThatMayBeTriedAgainThenItsCountRisesUntilRetryStartsAfresh) {
  end(run(), AttemptStatus::kFailed, true);
  ASSERT_EQ(store_.queue().size(), 1U);
  EXPECT_EQ(store_.queue()[0].failures, 1);
  end(run(), AttemptStatus::kKilled, true);
  EXPECT_EQ(store_.queue()[0].kills, 1);
  end(run(), AttemptStatus::kFailed, false);
  EXPECT_EQ(status(), "failed");
  EXPECT_THAT(store_.queue(), IsEmpty());
  EXPECT_EQ(store_.retry_failed("another"), 0);
  EXPECT_EQ(store_.retry_failed("width"), 1);
  ASSERT_EQ(store_.queue().size(), 1U);
  EXPECT_EQ(store_.queue()[0].failures, 0);
  EXPECT_EQ(store_.queue()[0].kills, 0);
  EXPECT_EQ(store_.queue()[0].attempts, 3);
}

TEST_F(Queue, GivenADivergedTrialThenOnlyTheExplicitRetryQueuesIt) {
  end(run([](JournalWriter& journal) {
        journal.event("diverged", {{"step", 40}, {"metric", "train.loss"}});
      }),
      AttemptStatus::kDiverged);
  EXPECT_EQ(status(), "diverged");
  EXPECT_EQ(store_.retry_failed(std::nullopt), 0);
  EXPECT_EQ(store_.retry_failed(std::nullopt, true), 1);
  EXPECT_EQ(status(), "queued");
}

TEST_F(Queue, GivenAFailureInTheEvaluationThenTheTrainingIsKept) {
  end(run([](JournalWriter& journal) { journal.event("trained", {{"weights", "w"}}); }),
      AttemptStatus::kFailed);
  EXPECT_EQ(store_.database().text("SELECT status FROM trial"), "done");
  EXPECT_EQ(status(), "failed");
  EXPECT_EQ(store_.retry_failed(std::nullopt), 1);
  ASSERT_EQ(store_.queue().size(), 1U);
  EXPECT_FALSE(store_.queue()[0].train);
}

TEST_F(Queue, GivenAnInterruptionThenTheTrialIsQueuedAndCountsAsNoFailure) {
  end(run(), AttemptStatus::kInterrupted);
  ASSERT_EQ(store_.queue().size(), 1U);
  EXPECT_EQ(store_.queue()[0].failures + store_.queue()[0].kills, 0);
}

TEST_F(Queue, GivenACoordinatorThatDiedThenItsOrphansAreFoundAndQueuedAgain) {
  const RunningTrial running = run();
  const auto orphans = store_.running_attempts();
  ASSERT_EQ(orphans.size(), 1U);
  EXPECT_EQ(orphans[0].journal, running.journal.string());
  EXPECT_EQ(store_.reset_orphans("the coordinator died"), 1);
  EXPECT_EQ(status(), "queued");
  EXPECT_THAT(store_.running_attempts(), IsEmpty());
  EXPECT_THAT(rows(store_.database(), "SELECT status, error FROM failures"),
              ElementsAre("killed|the coordinator died"));
}

TEST_F(Queue, GivenAPrefixThenTheTrialIsFoundAndWrongWordsAreRefused) {
  EXPECT_EQ(store_.work_of(hash_of(1).substr(0, 64), "width")->trial, one_.trial);
  EXPECT_EQ(error_of([&] { store_.work_of("12", "width"); }).first, ExitCode::kUsage);
  store_.register_experiment(make_experiment(), std::vector{make_trial(1), make_trial(2, 1000)});
  EXPECT_THAT(error_of([&] { store_.work_of("000000", "width"); }).second,
              HasSubstr("more than one"));
}

}  // namespace
}  // namespace synface::store
