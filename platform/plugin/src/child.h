// A child process whose output is collected, with a time limit.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace synface::plugin {

struct ChildResult {
  std::string output;      // what it wrote to standard output, at most 16 MiB
  std::string messages;    // the end of what it wrote to standard error, at most 4 KiB
  int exit_code = -1;      // when it ended by itself
  int signal = 0;          // else the signal
  bool timed_out = false;  // killed at the limit
};

// Forks; `body` runs in the child, which never returns from here (it may exec). The child has a
// process group of its own, which is killed when the child has ended or the limit is over; standard
// input is /dev/null, other descriptors are closed, signal handlers are reset, it dies with its
// parent and leaves no core file. The calling process should have one thread.
ChildResult run_child(const std::function<void()>& body, std::chrono::milliseconds limit);

// "signal 11 (Segmentation fault)".
std::string signal_text(int signal);

}  // namespace synface::plugin
