// The one exception type of the platform.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace synface {

// Exit codes of every program of ours; documented in the README.
enum class ExitCode : int {
  kDone = 0,
  kInternal = 1,  // a fault of ours
  kUsage = 2,     // usage, configuration, a value out of range, a write through `query`
  kPlugin = 3,    // a plugin could not be loaded or broke its contract
  kData = 4,      // an image, a pairs file, a model file
  kTrials = 5,    // finished, but with failed or diverged trials
  kDatabase = 6,  // newer, corrupt, read-only or foreign database
  kSetup = 7,     // no network, no rights, `doctor` found a fault
  kNoSpace = 8,   // the disk or a quota is full
  kInterrupted = 130,
  kTerminated = 143,
};

// What went wrong, where, and what to do: the message is shown to the user as it is.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

// Throws Error with a formatted message.
template <typename... Args>
[[noreturn]] void fail(ExitCode code, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(code, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace synface
