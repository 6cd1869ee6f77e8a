// A training that is run in pieces by whoever races it.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <ctime>

namespace synface::bench {

inline double seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Calls run(steps) with each number of steps that standard input says, a line each, until its end.
// Says "ready" first and answers each line with the processor and the wall seconds that it took.
template <typename Run>
void serve_steps(Run&& run) {
  fmt::print("ready\n");
  std::fflush(stdout);
  for (int steps = 0; std::scanf("%d", &steps) == 1;) {
    const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
    run(steps);
    fmt::print("{:.9f} {:.9f}\n", seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu,
               seconds(CLOCK_MONOTONIC) - wall);
    std::fflush(stdout);
  }
}

}  // namespace synface::bench
