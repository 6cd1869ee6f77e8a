#include "synface/base/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace synface {

SignalFd::SignalFd(std::initializer_list<int> signals) {
  static_assert(sizeof(sigset_t) <= sizeof before_);
  sigset_t set;
  sigset_t before;
  sigemptyset(&set);
  for (const int number : signals) sigaddset(&set, number);
  const int error = ::pthread_sigmask(SIG_BLOCK, &set, &before);
  if (error != 0) fail_errno(error, ExitCode::kInternal, "block", "signals");
  std::memcpy(before_, &before, sizeof before);
  fd_ = UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) fail_errno(errno, ExitCode::kInternal, "make", "a signal descriptor");
}

SignalFd::~SignalFd() {
  sigset_t before;
  std::memcpy(&before, before_, sizeof before);
  // What came after the last look would otherwise strike when it is unblocked: it is taken away.
  while (pending()) {
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::optional<int> SignalFd::pending() {
  signalfd_siginfo info{};
  const ssize_t got = ::read(fd_.get(), &info, sizeof info);
  if (got != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace synface
