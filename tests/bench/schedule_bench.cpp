// What a sweep costs beside its trials: no-op trials through the scheduler, one process each, at
// two lengths (the cost must not grow with the length), with the same number of processes started
// and awaited alone beside it.
//   schedule_bench [trials] [jobs]
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

#include "grid.h"
#include "synface/base/file.h"
#include "synface/base/paths.h"
#include "synface/base/subprocess.h"

namespace {

using namespace synface;
using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point from) {
  return std::chrono::duration<double>(Clock::now() - from).count();
}

// Processor time of this process so far: what the scheduler itself takes, whatever else the machine
// is doing.
double own_cpu() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

// Milliseconds of the scheduler's processor time a trial.
double sweep(int trials, int jobs, const std::filesystem::path& worker) {
  const TemporaryFolder folder("synface_bench");
  schedule::Options options;
  options.database = folder.path() / "db.sqlite";
  options.worker = worker;
  options.jobs = jobs;
  options.quiet = true;
  const auto request = testing::grid("noop", trials, {{"steps", 0}});
  const double cpu = own_cpu();
  const auto start = Clock::now();
  const auto summary = schedule::run(request, options);
  const double took = seconds(start);
  const double cpu_ms = (own_cpu() - cpu) * 1000 / trials;
  if (summary.done != trials) {
    fmt::print("only {} of {} were done: {}\n", summary.done, trials, summary.text());
    std::exit(1);
  }
  const auto again = Clock::now();
  const auto nothing = schedule::run(request, options);
  fmt::print(
      "{:>6} trials, {} jobs: {:.2f} ms a trial ({:.2f} ms of processor time of the scheduler), "
      "{:.0f} a second; again: {:.2f} s, {} attempts\n",
      trials, jobs, took * 1000 / trials, cpu_ms, trials / took, seconds(again), nothing.attempts);
  return cpu_ms;
}

// The floor: the same program started and awaited, one after another.
double processes(int count, const std::filesystem::path& worker) {
  SpawnOptions options;
  options.argv = {worker.string()};
  const UniqueFd null(open_file("/dev/null", 2));
  options.output = options.error = null.get();
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) spawn(options).wait();
  return seconds(start) * 1000 / count;
}

}  // namespace

int main(int argc, char** argv) {
  const int trials = argc > 1 ? std::atoi(argv[1]) : 2000;
  const int jobs = argc > 2 ? std::atoi(argv[2]) : 2;
  const auto worker = executable_folder().parent_path() / "tests" / "fake_worker";
  fmt::print("a bare process that ends at once: {:.2f} ms\n", processes(300, worker));
  const double few = sweep(trials / 10, jobs, worker);
  const double many = sweep(trials, jobs, worker);
  fmt::print("processor time of one trial, {} against {} trials: {:.2f}\n", trials, trials / 10,
             many / few);
}
