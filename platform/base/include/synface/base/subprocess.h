// Child processes.
//
// A child gets its own process group (so that a Ctrl-C at the terminal reaches us alone and we
// decide), an empty signal mask, default signal handlers and no file descriptor of ours beyond
// those named. It is started by vfork(2), at a cost that does not depend on our size.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "synface/base/file.h"

namespace synface {

struct SpawnOptions {
  std::vector<std::string> argv;  // argv[0] is the program: a path, or a name looked up in PATH
  std::map<std::string, std::string> environment;  // added to ours; an empty value removes one
  std::filesystem::path folder;                    // working folder; empty: ours
  // Descriptors for the child's 0, 1 and 2; -1: /dev/null for 0, ours for 1 and 2.
  int input = -1, output = -1, error = -1;
  int inherit = -1;  // one more descriptor, as 3
  bool own_group = true;
  // Dies by this signal when the thread that started it ends; 0: lives on.
  int death_signal = 9;
  std::optional<std::uint64_t> address_space;  // RLIMIT_AS, bytes
  std::optional<std::uint64_t> file_size;      // RLIMIT_FSIZE, bytes
  bool core_dumps = true;
};

// How a process ended.
struct ExitState {
  std::optional<int> code;    // exit(code)
  std::optional<int> signal;  // killed by
  bool timed_out = false;     // by us, see run_process
  bool success() const { return code == 0; }
  std::string text() const;  // "exit code 3", "killed by signal 9 (Killed)"
};

// A running child. The destructor of one that is not reaped kills its group and reaps it.
class Child {
 public:
  Child() = default;
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;

  int pid() const noexcept { return pid_; }
  // A pidfd: readable when the child has ended.
  int fd() const noexcept { return pidfd_.get(); }
  bool running() const noexcept { return pid_ > 0; }

  std::optional<ExitState> try_wait();  // nothing while it runs
  ExitState wait();
  // Nothing where it still runs at the deadline.
  std::optional<ExitState> wait_for(std::chrono::milliseconds time);
  // To the whole process group; no error where it has ended already.
  void signal(int number) const noexcept;
  // SIGTERM, then after `grace` SIGKILL to what is left of the group.
  ExitState stop(std::chrono::milliseconds grace);

 private:
  friend Child spawn(const SpawnOptions& options);
  Child(int pid, bool own_group, UniqueFd pidfd)
      : pid_(pid), own_group_(own_group), pidfd_(std::move(pidfd)) {}
  int pid_ = -1;
  bool own_group_ = true;
  UniqueFd pidfd_;
};

// Throws kSetup where the program cannot be started, naming it and the reason.
Child spawn(const SpawnOptions& options);

struct ProcessResult {
  ExitState state;
  std::string output, error;  // all that it wrote, each cut at `limit`
};
// Runs a program to its end; after `timeout` it is killed (state.timed_out).
ProcessResult run_process(SpawnOptions options, std::chrono::milliseconds timeout,
                          std::size_t limit = 16U << 20U);

// Resident memory of a live process in bytes; 0 where it cannot be read.
std::uint64_t resident_memory(int pid);

}  // namespace synface
