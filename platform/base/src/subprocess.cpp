#include "synface/base/subprocess.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace synface {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

ExitState decode(int status) {
  ExitState state;
  if (WIFEXITED(status)) state.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) state.signal = WTERMSIG(status);
  return state;
}

int left_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

}  // namespace

std::string ExitState::text() const {
  if (timed_out) return "out of time";
  if (code) return fmt::format("exit code {}", *code);
  if (!signal) return "still running";
  const char* name = ::sigabbrev_np(*signal);
  return fmt::format("killed by signal {} (SIG{})", *signal, name == nullptr ? "?" : name);
}

Child::Child(Child&& other) noexcept
    : pid_(other.pid_), own_group_(other.own_group_), pidfd_(std::move(other.pidfd_)) {
  other.pid_ = -1;
}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(own_group_, other.own_group_);
  std::swap(pidfd_, other.pidfd_);
  return *this;
}

Child::~Child() {
  if (!running()) return;
  signal(SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<ExitState> Child::try_wait() {
  if (!running()) return std::nullopt;
  int status = 0;
  const pid_t got = ::waitpid(pid_, &status, WNOHANG);
  if (got != pid_) return std::nullopt;
  pid_ = -1;
  return decode(status);
}

ExitState Child::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) fail(ExitCode::kInternal, "waiting for process {} failed", pid_);
  }
  pid_ = -1;
  return decode(status);
}

std::optional<ExitState> Child::wait_for(milliseconds time) {
  const auto deadline = Clock::now() + time;
  for (;;) {
    if (auto state = try_wait()) return state;
    pollfd entry{pidfd_.get(), POLLIN, 0};
    const int left = left_until(deadline);
    if (left == 0) return try_wait();
    ::poll(&entry, 1, left);
  }
}

void Child::signal(int number) const noexcept {
  if (running()) ::kill(own_group_ ? -pid_ : pid_, number);
}

ExitState Child::stop(milliseconds grace) {
  signal(SIGTERM);
  signal(SIGCONT);  // a stopped process would never see it
  if (auto state = wait_for(grace)) return *state;
  signal(SIGKILL);
  return wait();
}

namespace {

struct Pipe {
  UniqueFd read, write;
};

Pipe make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
    fail_errno(errno, ExitCode::kInternal, "make", "a pipe");
  }
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// Takes what is there; false at the end of the stream.
bool drain(const UniqueFd& fd, std::string& to, std::size_t limit) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  const auto size = static_cast<std::size_t>(got);
  to.append(buffer.data(), std::min(size, limit - std::min(limit, to.size())));
  return got > 0;
}

}  // namespace

ProcessResult run_process(SpawnOptions options, milliseconds timeout, std::size_t limit) {
  Pipe output = make_pipe();
  Pipe error = make_pipe();
  options.output = output.write.get();
  options.error = error.write.get();
  Child child = spawn(options);
  output.write.reset();
  error.write.reset();

  ProcessResult result;
  const auto deadline = Clock::now() + timeout;
  bool timed_out = false;
  while (output.read || error.read) {
    std::array<pollfd, 2> entries{pollfd{output.read.get(), POLLIN, 0},
                                  pollfd{error.read.get(), POLLIN, 0}};
    const int left = left_until(deadline);
    if (left == 0) {
      timed_out = true;
      break;
    }
    // A grandchild that left the group may hold the pipes open: the child's own end counts.
    if (::poll(entries.data(), entries.size(), std::min(left, 200)) == 0 && child.running()) {
      pollfd ended{child.fd(), POLLIN, 0};
      if (::poll(&ended, 1, 0) == 1) break;
    }
    if (entries[0].revents != 0 && !drain(output.read, result.output, limit)) output.read.reset();
    if (entries[1].revents != 0 && !drain(error.read, result.error, limit)) error.read.reset();
  }
  if (!timed_out) {
    const auto state = child.wait_for(milliseconds(left_until(deadline)));
    if (state) {
      result.state = *state;
      return result;
    }
  }
  child.signal(SIGKILL);
  result.state = child.wait();
  result.state.timed_out = true;
  return result;
}

std::uint64_t resident_memory(int pid) {
  const UniqueFd fd(::open(fmt::format("/proc/{}/statm", pid).c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 128> buffer{};
  if (!fd || ::read(fd.get(), buffer.data(), buffer.size() - 1) <= 0) return 0;
  unsigned long long total = 0;
  unsigned long long resident = 0;
  if (std::sscanf(buffer.data(), "%llu %llu", &total, &resident) != 2) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace synface
