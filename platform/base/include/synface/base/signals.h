// SIGINT, SIGTERM and their kin as something that a loop reads when it is ready.
#pragma once

#include <initializer_list>
#include <optional>

#include "synface/base/file.h"

namespace synface {

// Blocks the given signals in the calling thread (threads started afterwards inherit that: make one
// at the start of main) and hands them over by a descriptor. The destructor restores the mask.
// No handler runs, so nothing interrupts a system call.
class SignalFd {
 public:
  explicit SignalFd(std::initializer_list<int> signals);
  ~SignalFd();
  SignalFd(const SignalFd&) = delete;
  SignalFd& operator=(const SignalFd&) = delete;

  int fd() const noexcept { return fd_.get(); }  // for poll(2)
  // The next signal that came, if one did; one read(2).
  std::optional<int> pending();

 private:
  UniqueFd fd_;
  unsigned long before_[16] = {};  // a sigset_t
};

}  // namespace synface
