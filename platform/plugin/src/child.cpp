#include "child.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace synface::plugin {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMaxOutput = std::size_t{16} << 20;
constexpr std::size_t kMaxMessages = 4096;

struct Pipe {
  UniqueFd read, write;
};

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    fail(ExitCode::kInternal, "cannot make a pipe: {}", std::strerror(errno));
  }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// In the child, between fork and body: system calls only.
void become_child(pid_t parent, int out, int err) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  for (int s = 1; s < NSIG; ++s) signal(s, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const int null = open("/dev/null", O_RDONLY);
  // The pipes may themselves lie on 0..2 when the parent has closed those.
  const int out_copy = fcntl(out, F_DUPFD, 10), err_copy = fcntl(err, F_DUPFD, 10);
  if (null < 0 || dup2(null, 0) < 0 || dup2(out_copy, 1) < 0 || dup2(err_copy, 2) < 0) _exit(127);
  close_range(3, ~0U, 0);
}

// Reads what is there; false at the end of the stream.
bool drain(int fd, std::string& into) {
  std::array<char, 65536> piece;
  const ssize_t got = read(fd, piece.data(), piece.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  into.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0;
}

// Whether the child has ended; it stays a zombie, so that its process group's number is not reused.
bool has_ended(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == child;
}

void keep_end(std::string& text, std::size_t most) {
  if (text.size() > most) text.erase(0, text.size() - most);
}

// Collects output until the child has ended or the limit is over.
void collect(pid_t child, int out, int err, std::chrono::milliseconds limit, ChildResult& result) {
  const Clock::time_point end = Clock::now() + limit;
  bool out_open = true, err_open = true;
  for (;;) {
    const bool ended = has_ended(child);
    pollfd ready[2] = {{out_open ? out : -1, POLLIN, 0}, {err_open ? err : -1, POLLIN, 0}};
    // A descendant may keep a pipe open: the child's own end is what counts.
    const int got = poll(ready, 2, ended ? 0 : (out_open || err_open ? 10 : 1));
    if (got > 0 && ready[0].revents != 0) out_open = drain(out, result.output);
    if (got > 0 && ready[1].revents != 0) err_open = drain(err, result.messages);
    keep_end(result.messages, kMaxMessages);
    if (ended && got <= 0) return;
    if (ended && !out_open && !err_open) return;
    result.timed_out = Clock::now() >= end;
    if (result.timed_out || result.output.size() > kMaxOutput) return;
  }
}

}  // namespace

ChildResult run_child(const std::function<void()>& body, std::chrono::milliseconds limit) {
  Pipe out = make_pipe(), err = make_pipe();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) fail(ExitCode::kInternal, "cannot fork: {}", std::strerror(errno));
  if (child == 0) {
    become_child(parent, out.write.get(), err.write.get());
    body();
    _exit(127);
  }
  setpgid(child, child);  // whoever comes first
  out.write.reset();
  err.write.reset();
  ChildResult result;
  collect(child, out.read.get(), err.read.get(), limit, result);
  kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

std::string signal_text(int signal) {
  const char* name = sigdescr_np(signal);
  return fmt::format("signal {} ({})", signal, name == nullptr ? "unknown" : name);
}

}  // namespace synface::plugin
