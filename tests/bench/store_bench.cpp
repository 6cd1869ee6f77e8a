// What the store costs: rows a second from journals to a closed database, bytes a row, and the
// overhead of a trial that does nothing, at 1,000 and 10,000 trials. Prints figures beside the bars
// of the design (500,000 rows/s, 25 bytes a row, 5 ms a trial) and the disk's own sync time,
// without which such figures mean little.
//
//   store_bench [million rows = 5] [folder = a temporary one]
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "synface/base/file.h"
#include "synface/base/journal.h"
#include "synface/store/store.h"

namespace {

namespace fs = std::filesystem;
using namespace synface;
using namespace synface::store;

constexpr int kMetrics = 10;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}
std::chrono::steady_clock::time_point now() {
  return std::chrono::steady_clock::now();
}

// Median time of a 4 KiB append with fdatasync, in milliseconds.
double sync_ms(const fs::path& folder) {
  const fs::path path = folder / "probe";
  const UniqueFd file = open_file(path, O_CREAT | O_WRONLY | O_APPEND);
  const std::string block(4096, 'x');
  std::vector<double> times;
  for (int i = 0; i < 21; ++i) {
    const auto start = now();
    if (::write(file.get(), block.data(), block.size()) < 0 || ::fdatasync(file.get()) != 0) {
      fail_errno(errno, ExitCode::kInternal, "probing", path);
    }
    times.push_back(1e3 * seconds_since(start));
  }
  std::nth_element(times.begin(), times.begin() + 10, times.end());
  fs::remove(path);
  return times[10];
}

std::string hash_of(int number) {
  return fmt::format("{:064x}", number);
}

std::vector<NewTrial> make_trials(int count) {
  std::vector<NewTrial> trials;
  for (int i = 0; i < count; ++i) {
    NewTrial& trial = trials.emplace_back();
    trial.training_hash = hash_of(i + 1);
    trial.evaluation_hash = hash_of(i + 1);
    trial.config = {
        {"seed", {{"data", 0}, {"train", i % 10}}},
        {"generator", {{"plugin", "morphable"}, {"identities", i / 10}, {"samples", 5}}},
        {"loss", {{"plugin", "cosface"}, {"scale", 16.0}, {"margin", 0.0}}},
        {"train", {{"images_seen", 120000}, {"batch_size", 64}}}};
    trial.axes = {{"generator.identities", i / 10}, {"seed.train", i % 10}};
    trial.spec = {{"config", trial.config}, {"device", "cpu"}};
  }
  return trials;
}

struct Live {
  NewAttempt attempt;
  fs::path path;
};

// A journal as a worker writes it: all metrics at every step.
void write_journal(const fs::path& path, const JournalHeader& header, std::int64_t steps) {
  JournalWriter writer = JournalWriter::create(path, header);
  std::vector<std::uint32_t> metrics;
  for (int m = 0; m < kMetrics; ++m) {
    metrics.push_back(
        writer.define(fmt::format("train.metric{}", m), MetricClass::kMetric, MetricGoal::kMin));
  }
  for (std::int64_t step = 0; step < steps; ++step) {
    for (int m = 0; m < kMetrics; ++m) {
      writer.point(metrics[static_cast<std::size_t>(m)], step,
                   std::sin(static_cast<double>(step) * 0.001 + m));
    }
  }
  writer.close();
}

void bench_ingestion(const fs::path& folder, std::int64_t rows, int attempts) {
  const fs::path path = folder / fmt::format("ingest{}.sqlite", attempts);
  Store store = Store::open(path);
  const auto trials = make_trials(attempts);
  const Registration registration = store.register_experiment({"bench", "", nullptr, ""}, trials);
  const std::int64_t steps = rows / kMetrics / attempts;
  std::vector<BegunAttempt> begun;
  std::vector<fs::path> journals;
  for (int i = 0; i < attempts; ++i) {
    JournalHeader header;
    header.uuid = random_uuid();
    header.trial_key = trials[static_cast<std::size_t>(i)].training_hash;
    journals.push_back(folder / fmt::format("{}_{}.journal", attempts, i));
    write_journal(journals.back(), header, steps);
    NewAttempt attempt;
    attempt.trial = registration.trials[static_cast<std::size_t>(i)].trial;
    attempt.evaluation = registration.trials[static_cast<std::size_t>(i)].evaluation;
    attempt.uuid = header.uuid;
    attempt.journal = journals.back().string();
    begun.push_back(store.begin_attempt(attempt));
  }
  const double before = sync_ms(folder);
  const auto start = now();
  std::vector<JournalReader> readers;
  for (const fs::path& journal : journals) readers.push_back(JournalReader::open(journal));
  std::vector<std::pair<std::int64_t, JournalReader*>> live;
  for (std::size_t i = 0; i < readers.size(); ++i) live.emplace_back(begun[i].id, &readers[i]);
  std::int64_t points = 0;
  for (const IngestReport& report : store.ingest(live)) points += report.points;
  store.close();
  UniqueFd file = open_file(path, O_RDONLY);
  ::fsync(file.get());
  const double elapsed = seconds_since(start);
  const double rate = static_cast<double>(points) / elapsed;
  const double bytes = static_cast<double>(fs::file_size(path)) / static_cast<double>(points);
  fmt::print(
      "ingest  {:>3} journals  {:>9} rows  {:>9.0f} rows/s = {:.2f} x bar  {:>5.1f} B/row = {:.2f} "
      "x "
      "bar  (disk sync {:.2f} ms before, {:.2f} ms after)\n",
      attempts, points, rate, rate / 500000, bytes, bytes / 25, before, sync_ms(folder));
  for (const fs::path& journal : journals) fs::remove(journal);
}

void bench_trials(const fs::path& folder, int count) {
  const fs::path path = folder / fmt::format("trials{}.sqlite", count);
  Store store = Store::open(path);
  const auto trials = make_trials(count);
  const double per = 1e3 / count;
  auto start = now();
  store.register_experiment({"bench", "", nullptr, ""}, trials);
  const double registering = seconds_since(start);
  start = now();
  store.register_experiment({"bench", "", nullptr, ""}, trials);
  const double again = seconds_since(start);
  start = now();
  const auto queue = store.queue();
  const double queueing = seconds_since(start);
  start = now();
  for (const Work& work : queue) {
    NewAttempt attempt;
    attempt.trial = work.trial;
    attempt.evaluation = work.evaluation;
    attempt.uuid = random_uuid();
    attempt.journal = "none";
    store.finish_attempt(store.begin_attempt(attempt).id, AttemptEnd{});
  }
  const double running = seconds_since(start);
  start = now();
  const bool nothing = store.queue().empty();
  const double finished = seconds_since(start);
  store.close();
  fmt::print(
      "trials {:>6}  register {:.3f}, again {:.3f}, queue {:.3f}, begin+finish {:.3f} ms a trial; "
      "sum {:.3f} ms = {:.2f} x bar; empty queue {:.2f} ms{}\n",
      count, registering * per, again * per, queueing * per, running * per,
      (registering + queueing + running) * per, (registering + queueing + running) * per / 5,
      1e3 * finished, nothing ? "" : " (NOT EMPTY)");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto rows = static_cast<std::int64_t>(1e6 * (argc > 1 ? std::atof(argv[1]) : 5));
    const TemporaryFolder temporary("store_bench");
    const fs::path folder = argc > 2 ? fs::path(argv[2]) : temporary.path();
    for (const int attempts : {1, 4, 100}) bench_ingestion(folder, rows, attempts);
    for (const int count : {1000, 10000}) bench_trials(folder, count);
  } catch (const Error& error) {
    fmt::print(stderr, "store_bench: {}\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
