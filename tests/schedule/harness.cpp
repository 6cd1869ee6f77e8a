#include "harness.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

namespace synface::testing {

using std::chrono::milliseconds;

Bench::Bench(const schedule::Request& request) {
  schedule::Request own = request;
  for (auto& trial : own.trials) {
    if (trial.config["fake"].contains("acknowledge")) {
      trial.config["fake"]["acknowledge"] = acknowledged().string();
    }
  }
  write_grid(folder_.path() / "grid.json", own);
}

Child Bench::start(int jobs) const {
  const UniqueFd log = open_file(folder_.path() / "said", O_WRONLY | O_CREAT | O_APPEND);
  SpawnOptions options;
  options.argv = {fake_run().string(), database().string(), fake_worker().string(),
                  (folder_.path() / "grid.json").string(), std::to_string(jobs)};
  options.output = options.error = log.get();
  return spawn(options);
}

int Bench::finish(int jobs) const {
  Child child = start(jobs);
  const auto state = child.wait_for(milliseconds(60000));
  EXPECT_TRUE(state.has_value()) << "the coordinator did not end; it said:\n" << said();
  return state ? state->code.value_or(-1) : -1;
}

std::string Bench::said() const {
  return std::filesystem::exists(path() / "said") ? read_file(path() / "said") : std::string();
}

void await(const std::function<bool()>& condition, const std::string& what) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) FAIL() << "it never came: " << what;
    std::this_thread::sleep_for(milliseconds(5));
  }
}

bool reached(const std::filesystem::path& database, const std::string& sql, std::int64_t least) {
  if (!std::filesystem::exists(database)) return false;
  try {
    return ask(database, sql) >= least;
  } catch (const Error&) {
    return false;  // its first migration is still under way
  }
}

std::vector<int> children_of(int pid) {
  std::ifstream file(fmt::format("/proc/{}/task/{}/children", pid, pid));
  std::vector<int> children;
  for (int child = 0; file >> child;) children.push_back(child);
  return children;
}

void kill_at_random(const Bench& bench, int kills, unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  Child coordinator = bench.start();
  for (int i = 0; i < kills; ++i) {
    std::this_thread::sleep_for(milliseconds(pick(20, 200)));
    const auto workers = children_of(coordinator.pid());
    if (pick(0, 1) == 0 && !workers.empty()) {
      ::kill(workers[static_cast<std::size_t>(pick(0, static_cast<int>(workers.size()) - 1))],
             SIGKILL);
      continue;
    }
    ::kill(coordinator.pid(), SIGKILL);
    coordinator.wait();
    coordinator = bench.start();
  }
  ASSERT_TRUE(coordinator.wait_for(milliseconds(90000)).has_value()) << bench.said();
  ASSERT_EQ(bench.finish(), 0) << bench.said();
}

void expect_promises_kept(const Bench& bench, int trials) {
  const auto database = bench.database();
  EXPECT_EQ(ask_text(database, "PRAGMA integrity_check"), "ok");
  EXPECT_EQ(ask(database, "SELECT count(*) FROM trials WHERE status = 'done'"), trials);
  EXPECT_EQ(ask(database, "SELECT count(*) FROM attempt WHERE status = 'running'"), 0);
  EXPECT_EQ(ask(database,
                "SELECT count(*) FROM (SELECT trial FROM attempt WHERE status = 'done' "
                "GROUP BY trial HAVING count(*) = 1)"),
            trials)
      << "each trial ends exactly once";
  EXPECT_EQ(ask(database, "SELECT count(*) FROM attempt WHERE status = 'failed'"), 0)
      << bench.said();

  auto reader = store::open_reader(database);
  auto find = reader.prepare(
      "SELECT count(*) FROM point p JOIN attempt a ON a.id = p.attempt JOIN trial t ON t.id = "
      "a.trial WHERE t.training_hash = ? AND a.n = ? AND p.step = ?");
  std::ifstream acknowledged(bench.acknowledged());
  std::string key;
  std::int64_t attempt = 0;
  std::int64_t step = 0;
  std::int64_t count = 0;
  std::int64_t lost = 0;
  while (acknowledged >> key >> attempt >> step) {
    find.with(key, attempt, step);
    find.step();
    lost += find.integer(0) == 1 ? 0 : 1;
    find.reset();
    ++count;
  }
  EXPECT_GE(count, trials);
  EXPECT_EQ(lost, 0) << "points whose call had returned, of " << count;
}

std::string exported_points(const std::filesystem::path& database) {
  auto reader = store::open_reader(database);
  auto select = reader.prepare(
      "SELECT hash, metric, step, printf('%!.17g', value) FROM points ORDER BY 1, 2, 3");
  std::ostringstream out;
  while (select.step()) {
    out << select.text(0) << ' ' << select.text(1) << ' ' << select.integer(2) << ' '
        << select.text(3) << '\n';
  }
  return out.str();
}

}  // namespace synface::testing
