#include "recover.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "attempt.h"
#include "synface/base/file.h"
#include "synface/base/json.h"

namespace synface::schedule {
namespace {

// A worker whose coordinator died gets SIGKILL from the kernel; one in the middle of a disk
// operation takes a moment.
constexpr auto kPatience = std::chrono::seconds(30);

void await_death(const store::RunningAttempt& orphan, const AttemptPaths& paths) {
  if (!fs::exists(paths.spec)) return;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!FileLock::try_acquire(paths.spec)) {
    if (std::chrono::steady_clock::now() > deadline) {
      fail(ExitCode::kDatabase,
           "attempt {} of trial {} was left by a coordinator that died, and its worker{} on {} "
           "still lives; end that process and start the same command again",
           orphan.id, orphan.training_hash.substr(0, 12),
           orphan.pid ? fmt::format(" (process {})", *orphan.pid) : "", orphan.host);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

int kills_of(store::Store& store, std::int64_t trial) {
  auto select = store.database().prepare(
      "SELECT count(*) FROM attempt a JOIN trial t ON t.id = a.trial WHERE a.trial = ? AND "
      "a.status = 'killed' AND a.n > t.retried_after");
  select.with(trial);
  return select.step() ? static_cast<int>(select.integer(0)) : 0;
}

// True where the worker had begun its journal.
bool take_journal(store::Store& store, const store::RunningAttempt& orphan, const fs::path& journal,
                  StatusLine& line) {
  if (!fs::exists(journal)) return false;
  try {
    auto reader = JournalReader::open(journal);
    if (!reader.header()) return false;
    store.ingest(orphan.id, reader);
    if (reader.torn()) {
      line.message(fmt::format("journal {} ends in a part of a record: taken up to byte {}",
                               journal.string(), reader.offset()));
    }
  } catch (const Error& error) {
    if (error.code() != ExitCode::kData) throw;
    line.message(error.what());
  }
  return true;
}

store::AttemptEnd end_of(store::Store& store, const store::RunningAttempt& orphan, bool began) {
  store::AttemptEnd end;
  const std::string finished = began ? finished_status(store, orphan.id) : std::string();
  if (finished == "done") return end;
  if (finished == "diverged") {
    end.status = store::AttemptStatus::kDiverged;
    return end;
  }
  if (finished == "failed") {
    // Nobody was there to count it against the retries: it may show its failure again.
    end.status = store::AttemptStatus::kInterrupted;
    return end;
  }
  if (!began) {
    end.status = store::AttemptStatus::kInterrupted;
    end.error = "the coordinator died before the worker had begun";
    return end;
  }
  end.status = store::AttemptStatus::kKilled;
  end.requeue = kills_of(store, orphan.trial) < kMaxKills;
  if (recorded_error(store, orphan.id).empty()) end.error = "lost: the coordinator died";
  return end;
}

// What the coordinator would have done at the attempt's end.
void remove_checkpoints_if_over(store::Store& store, const store::RunningAttempt& orphan,
                                const store::AttemptEnd& end, const fs::path& spec) {
  const bool over =
      end.status == store::AttemptStatus::kDone || end.status == store::AttemptStatus::kDiverged;
  if (!over || !fs::exists(spec)) return;
  const Json given = Json::parse(read_file(spec), nullptr, false);  // torn: asks for nothing
  if (keeps_checkpoints(given)) return;
  remove_checkpoints(store.folder(), orphan.training_hash);
}

}  // namespace

int recover_orphans(store::Store& store, StatusLine& line) {
  const auto orphans = store.running_attempts();
  for (const store::RunningAttempt& orphan : orphans) {
    const AttemptPaths paths = beside(store.folder() / orphan.journal);
    await_death(orphan, paths);
    const bool began = take_journal(store, orphan, paths.journal, line);
    const store::AttemptEnd end = end_of(store, orphan, began);
    store.finish_attempt(orphan.id, end);
    remove_checkpoints_if_over(store, orphan, end, paths.spec);
    std::error_code ignored;
    fs::remove(paths.spec, ignored);
    fs::remove(paths.crumb, ignored);
    fs::remove(paths.stack, ignored);
  }
  if (!orphans.empty()) {
    line.message(
        fmt::format("{} attempt{} of a coordinator that died: recorded up to their end, "
                    "what was not finished is queued again",
                    orphans.size(), orphans.size() == 1 ? "" : "s"));
  }
  return static_cast<int>(orphans.size());
}

}  // namespace synface::schedule
