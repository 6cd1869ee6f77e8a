// kill -9 at any moment: the database stays whole, what was committed stays, and what was lost of
// the rest comes again from the journals.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "store_fixture.h"

namespace synface::store {
namespace {

class Crash : public StoreFixture {};

constexpr int kTrials = 6;
constexpr int kSteps = 4000;

// The writer's life: begins each trial, ingests its journal in small pieces, finishes it.
void write_for_ever(const std::filesystem::path& database, const std::filesystem::path& folder) {
  Store store = Store::open(database);
  for (int round = 0;; ++round) {
    for (const Work& work : store.queue()) {
      NewAttempt attempt;
      attempt.trial = work.trial;
      attempt.evaluation = work.evaluation;
      attempt.uuid = random_uuid();
      const auto path = folder / fmt::format("{}_{}.journal", work.trial, work.attempts + 1);
      attempt.journal = path.string();
      const auto begun = store.begin_attempt(attempt);
      JournalHeader header;
      header.uuid = attempt.uuid;
      header.trial_key = work.training_hash;
      header.attempt = static_cast<std::uint32_t>(begun.number);
      JournalWriter writer = JournalWriter::create(path, header);
      JournalReader reader = JournalReader::open(path);
      const auto loss = writer.define("train.loss");
      for (int step = 0; step < kSteps; ++step) {
        writer.point(loss, step, 0.5 * step);
        if (step % 50 == 0) store.ingest(begun.id, reader);
      }
      writer.close();
      store.ingest(begun.id, reader);
      store.finish_attempt(begun.id, {});
    }
    if (store.queue().empty()) ::_exit(0);
  }
}

// As a coordinator does at its start: the orphans' journals are read, the trials queued again.
void recover(Store& store) {
  for (const RunningAttempt& orphan : store.running_attempts()) {
    if (std::filesystem::exists(orphan.journal)) {
      JournalReader reader = JournalReader::open(orphan.journal);
      store.ingest(orphan.id, reader);
      std::int64_t written = 0;
      reader.seek(0);
      reader.poll([&](const JournalRecord& record) {
        written += std::holds_alternative<JournalPoint>(record) ? 1 : 0;
      });
      auto count = store.database().prepare("SELECT count(*) FROM point WHERE attempt = ?");
      count.with(orphan.id).step();
      EXPECT_EQ(count.integer(0), written) << "a point whose call had returned is lost";
    }
  }
  store.reset_orphans("killed");
}

TEST_F(Crash, GivenAWriterKilledAtManyMomentsThenTheDatabaseIsWholeAndEachTrialEndsOnce) {
  {
    Store store = open();
    std::vector<NewTrial> trials;
    for (int i = 1; i <= kTrials; ++i) trials.push_back(make_trial(i, i));
    store.register_experiment(make_experiment(), trials);
  }
  int kills = 0;
  for (; kills < 40; ++kills) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      try {
        write_for_ever(path(), folder_.path());
      } catch (...) {
        ::_exit(9);
      }
    }
    // Moments spread over the child's life, the same in every run of this test.
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + (kills * 37) % 90));
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    Store store = open();
    ASSERT_EQ(store.database().text("PRAGMA integrity_check"), "ok");
    recover(store);
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0);
      break;  // it came to its end before the blow
    }
  }
  ASSERT_GT(kills, 0);
  Store store = open();
  Database& db = store.database();
  EXPECT_EQ(db.integer("SELECT count(*) FROM trial WHERE status = 'running'"), 0);
  EXPECT_EQ(db.integer("SELECT count(*) FROM attempt WHERE status = 'running'"), 0);
  EXPECT_EQ(db.integer("SELECT count(*) FROM (SELECT trial FROM attempt WHERE status = 'done' "
                       "GROUP BY trial HAVING count(*) > 1)"),
            0);
  // Every done trial has every one of its points, once.
  EXPECT_EQ(db.integer("SELECT count(*) FROM trial t WHERE status = 'done' AND "
                       "(SELECT count(*) FROM points p WHERE p.trial = t.id) != " +
                       std::to_string(kSteps)),
            0);
}

}  // namespace
}  // namespace synface::store
