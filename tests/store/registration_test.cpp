#include "store_fixture.h"

namespace synface::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Registration_ : public StoreFixture {};

TEST_F(Registration_, GivenAGridRegisteredTwiceWhenItIsTheSameThenNothingIsNew) {
  Store store = open();
  const std::vector<NewTrial> trials = {make_trial(1, 100, 0), make_trial(2, 100, 1),
                                        make_trial(3, 1000, 0)};
  const Registration first = store.register_experiment(make_experiment(), trials);
  for (const Registered& trial : first.trials) {
    EXPECT_TRUE(trial.new_trial && trial.new_evaluation && trial.new_member);
  }
  const Registration second = store.register_experiment(make_experiment(), trials);
  ASSERT_EQ(second.trials.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(second.trials[i].new_trial || second.trials[i].new_evaluation ||
                 second.trials[i].new_member);
    EXPECT_EQ(second.trials[i].trial, first.trials[i].trial);
  }
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM trial"), 3);
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM axis"), 6);
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM statement"), 1);
}

TEST_F(Registration_, GivenTheDatabaseWhenATrialIsInsertedTwiceByHandThenTheConstraintRefuses) {
  Store store = open();
  store.register_experiment(make_experiment(), std::vector{make_trial(1)});
  const auto [code, words] = error_of([&] {
    store.database().exec(
        "INSERT INTO trial(training_hash, config, status, created_ms) "
        "SELECT training_hash, config, status, created_ms FROM trial");
  });
  EXPECT_EQ(code, ExitCode::kDatabase);
  EXPECT_THAT(words, ::testing::HasSubstr("UNIQUE constraint failed: trial.training_hash"));
}

TEST_F(Registration_, GivenAnAxisLessInTheFileWhenRegisteredThenItsTrialsArePastMembers) {
  Store store = open();
  store.register_experiment(make_experiment(),
                            std::vector{make_trial(1, 100), make_trial(2, 1000)});
  store.register_experiment(make_experiment(), std::vector{make_trial(2, 1000)});
  EXPECT_THAT(rows(store.database(), "SELECT hash FROM trials"), ElementsAre(hash_of(2)));
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM trial"), 2);
}

TEST_F(Registration_, GivenAPartOfTheGridWhenRegisteredThenTheOthersStay) {
  Store store = open();
  store.register_experiment(make_experiment(),
                            std::vector{make_trial(1, 100), make_trial(2, 1000)});
  NewExperiment part = make_experiment();
  part.whole = false;
  store.register_experiment(part, std::vector{make_trial(2, 1000)});
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM trials"), 2);
}

TEST_F(Registration_, GivenAChangedSettingThatIsNoAxisWhenRegisteredInPartThenCellsAreNotMixed) {
  Store store = open();
  store.register_experiment(make_experiment(), std::vector{make_trial(1, 100, 0)});
  NewExperiment part = make_experiment();
  part.whole = false;
  store.register_experiment(part, std::vector{make_trial(9, 100, 0)});  // the same axes
  EXPECT_THAT(rows(store.database(), "SELECT hash FROM trials"), ElementsAre(hash_of(9)));
}

TEST_F(Registration_, GivenADoneTrialWhenABenchmarkIsAddedThenOnlyTheEvaluationIsQueued) {
  Store store = open();
  const auto before = store.register_experiment(make_experiment(), std::vector{make_trial(1)});
  const RunningTrial run = begin(store, before.trials[0], hash_of(1), [](JournalWriter& journal) {
    journal.event("trained", {{"weights", "weights/a.safetensors"}, {"sha256", "ab"}});
  });
  ingest(store, run);
  store.finish_attempt(run.attempt.id, {});
  ASSERT_THAT(store.queue(), IsEmpty());

  const auto after =
      store.register_experiment(make_experiment(), std::vector{make_trial(1, 100, 0, 77)});
  EXPECT_FALSE(after.trials[0].new_trial);
  EXPECT_TRUE(after.trials[0].new_evaluation);
  const auto queue = store.queue();
  ASSERT_EQ(queue.size(), 1U);
  EXPECT_FALSE(queue[0].train);
  EXPECT_EQ(queue[0].evaluation_hash, hash_of(77));
  EXPECT_EQ(queue[0].weights, (store.folder() / "weights/a.safetensors").string());
}

TEST_F(Registration_, GivenAChangedContrastWhenRegisteredThenBothStatementsAreKept) {
  Store store = open();
  store.register_experiment(make_experiment(), std::vector{make_trial(1)});
  NewExperiment changed = make_experiment();
  changed.primary["metric"] = "real.accuracy";
  store.register_experiment(changed, std::vector{make_trial(1)});
  EXPECT_THAT(
      rows(store.database(), "SELECT primary_json ->> '$.metric' FROM statement ORDER BY 1"),
      ElementsAre("real.accuracy", "real.auc"));
  EXPECT_THAT(rows(store.database(), "SELECT primary_metric FROM experiments"),
              ElementsAre("real.accuracy"));
}

// A config is most of a spec: it is kept once.
TEST_F(Registration_, GivenASpecWhenItsConfigIsTheTrialsThenItIsKeptOnceAndGivenBackWhole) {
  Store store = open();
  store.register_experiment(make_experiment(), std::vector{make_trial(1)});
  EXPECT_THAT(rows(store.database(), "SELECT spec FROM member"),
              ElementsAre("{\"device\":\"cpu\"}"));
  ASSERT_EQ(store.queue().size(), 1U);
  EXPECT_EQ(store.queue()[0].spec, make_trial(1).spec.json());

  auto without = make_trial(1);  // as an expanded grid gives it
  without.spec = {{"device", "cpu"}};
  EXPECT_FALSE(
      store.register_experiment(make_experiment(), std::vector{without}).trials[0].new_member);
  EXPECT_EQ(store.queue()[0].spec, make_trial(1).spec.json());
}

// Another path, or another time between checkpoints, is the same trial.
TEST_F(Registration_, GivenAnotherConfigOfTheSameTrialThenAWorkerGetsTheOneRegisteredLast) {
  Store store = open();
  store.register_experiment(make_experiment(), std::vector{make_trial(1)});
  auto moved = make_trial(1);
  moved.config["real"] = {{"images", "/elsewhere"}};
  moved.spec = {{"device", "cpu"}};
  store.register_experiment(make_experiment(), std::vector{moved});
  ASSERT_EQ(store.queue().size(), 1U);
  EXPECT_EQ(store.queue()[0].spec.at("config"), moved.config.json());
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM trial WHERE config LIKE '%elsewhere%'"),
            0);
}

TEST_F(Registration_, GivenAProgressThatThrowsThenNothingIsRegistered) {
  Store store = open();
  std::vector<std::int64_t> said;
  const auto stop = [&](std::int64_t done, std::int64_t all) {
    said.push_back(done);
    EXPECT_EQ(all, 3);
    if (done == 2) fail(ExitCode::kInterrupted, "stopped");
  };
  const std::vector<NewTrial> trials = {make_trial(1), make_trial(2, 200), make_trial(3, 300)};
  EXPECT_EQ(error_of([&] { store.register_experiment(make_experiment(), trials, stop); }).first,
            ExitCode::kInterrupted);
  EXPECT_THAT(said, ElementsAre(1, 2));
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM trial"), 0);
  EXPECT_EQ(store.database().integer("SELECT count(*) FROM experiment"), 0);
}

// Trained once; evaluated later on other people, and for an experiment that asks for other seeds.
TEST_F(Registration_, GivenALaterEvaluationWithOtherSeedsThenTheViewsShowItsOwn) {
  Store store = open();
  const auto asked = [](int evaluation, int test, int real) {
    auto trial = make_trial(1, 100, 0, evaluation);
    trial.config["seed"] = {{"data", 0}, {"train", 0}, {"real", real}, {"test", test}};
    trial.spec = {{"device", "cpu"}};
    return trial;
  };
  store.register_experiment(make_experiment("first"), std::vector{asked(51, 7, 0)});
  store.register_experiment(make_experiment("second"), std::vector{asked(52, 8, 1)});
  store.register_experiment(make_experiment("third"), std::vector{asked(51, 9, 2)});
  const char* sql = "SELECT experiment, seed_test, seed_real FROM {} ORDER BY 1";
  const auto expected = ElementsAre("first|7|0", "second|8|1", "third|9|2");
  EXPECT_THAT(rows(store.database(), fmt::format(fmt::runtime(sql), "trials")), expected);

  const auto again =
      store.register_experiment(make_experiment("first"), std::vector{asked(51, 7, 0)});
  const RunningTrial run = begin(store, again.trials[0], hash_of(1), [](JournalWriter& journal) {
    journal.final_value(journal.define("train.loss"), 1.0);  // of the training: everybody's
  });
  ingest(store, run);
  store.finish_attempt(run.attempt.id, {});
  EXPECT_THAT(rows(store.database(), fmt::format(fmt::runtime(sql), "finals")), expected);
}

TEST_F(Registration_, GivenAPlanWhenLookedUpThenKnownAndNewAreToldApartWithoutWriting) {
  {
    Store store = open();
    store.register_experiment(make_experiment(), std::vector{make_trial(1)});
  }
  Database db = open_reader(path());
  const auto found =
      look_up(db, std::vector{make_trial(1), make_trial(2), make_trial(1, 100, 0, 5)});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_FALSE(found[0].new_trial || found[0].new_evaluation);
  EXPECT_TRUE(found[1].new_trial && found[1].new_evaluation);
  EXPECT_FALSE(found[2].new_trial);
  EXPECT_TRUE(found[2].new_evaluation);
}

}  // namespace
}  // namespace synface::store
