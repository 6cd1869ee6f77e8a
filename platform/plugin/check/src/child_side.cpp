#include "child_side.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "memory.h"

namespace synface::plugin::check {
namespace {

// GLOBAL STATE of the child: signal and exit handlers take no argument of ours.
int result_fd = -1;
int captured_fd = -1;
std::atomic<const char*> current_call{""};
std::atomic<const char*> no_fault{nullptr};
std::atomic<bool> finished{false};
std::vector<std::string> touched;

// Far above what a check needs, and far below what a machine has: allocation without end becomes a
// failed allocation.
constexpr rlim_t kAddressSpace = rlim_t{12} << 30;

void tell(const char* text, std::size_t size) noexcept {
  while (size > 0) {
    const ssize_t done = write(result_fd, text, size);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return;
    text += done;
    size -= static_cast<std::size_t>(done);
  }
}

// Plain texts without quotes only: called from handlers.
[[noreturn]] void finish_plain(const char* status, const char* expected, const char* seen) {
  finished = true;
  char line[1024];
  const int size = std::snprintf(line, sizeof line,
                                 "V {\"status\":\"%s\",\"expected\":\"%s\",\"seen\":\"%s\"}\n",
                                 status, expected, seen);
  if (size > 0) tell(line, std::min(sizeof line - 1, static_cast<std::size_t>(size)));
  _exit(0);
}

bool is_write(const void* context) {
#if defined(__x86_64__)
  constexpr greg_t kWriteBit = 2;  // of a page fault's error code
  return (static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & kWriteBit) != 0;
#else
  static_cast<void>(context);
  return false;
#endif
}

void on_fault(int signal, siginfo_t* info, void* context) {
  const char* expected = no_fault.load();
  const Memory::Block* block = Memory::find(info->si_addr);
  if (expected != nullptr && block != nullptr) {
    const auto* at = static_cast<const std::byte*>(info->si_addr);
    char seen[256];
#if defined(__x86_64__)
    const char* how = is_write(context) ? "wrote to" : "read from";
#else
    const char* how = "accessed";
#endif
    std::snprintf(seen, sizeof seen, "%s() %s `%s`, byte %td of %zu", current_call.load(), how,
                  block->name, at - block->data, block->size);
    finish_plain("failed", expected, seen);
  }
  // The parent sees the signal itself.
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  sigaction(signal, &plain, nullptr);
  raise(signal);
}

void on_exit_called() {
  if (finished) return;
  char seen[256];
  std::snprintf(seen, sizeof seen, "%s() called exit()", current_call.load());
  finish_plain("crashed", "every call returns; a fault is reported by a status", seen);
}

[[noreturn]] void on_terminate() {
  char seen[256];
  std::snprintf(seen, sizeof seen, "an exception left %s()", current_call.load());
  finish_plain("crashed", "no exception, panic or longjmp crosses the border", seen);
}

void handle_faults() {
  // Own stack: a plugin may have used up its thread's.
  static char stack[65536];
  stack_t alternate{};
  alternate.ss_sp = stack;
  alternate.ss_size = sizeof stack;
  sigaltstack(&alternate, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace

void note_call(const char* call) noexcept {
  if (current_call.exchange(call) == call || result_fd < 0) return;
  char line[128];
  const int size = std::snprintf(line, sizeof line, "C %s\n", call);
  if (size > 0) tell(line, static_cast<std::size_t>(size));
}

const char* noted_call() noexcept {
  return current_call.load();
}

void remember_touched(const char* call) {
  if (std::find(touched.begin(), touched.end(), call) == touched.end()) touched.emplace_back(call);
}

const std::vector<std::string>& touched_calls() {
  return touched;
}

void expect_no_fault(const char* expected) noexcept {
  no_fault = expected;
}

void take_over() {
  result_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
  captured_fd = memfd_create("stdout", MFD_CLOEXEC);
  if (result_fd < 0 || captured_fd < 0 || dup2(captured_fd, STDOUT_FILENO) < 0) _exit(1);
  handle_faults();
  std::atexit(on_exit_called);
  std::set_terminate(on_terminate);
#if !defined(__SANITIZE_ADDRESS__)
  const rlimit space = {kAddressSpace, kAddressSpace};
  setrlimit(RLIMIT_AS, &space);
#endif
}

long written_to_stdout() {
  std::fflush(stdout);
  struct stat status {};
  return captured_fd >= 0 && fstat(captured_fd, &status) == 0 ? static_cast<long>(status.st_size)
                                                              : 0;
}

void finish(const Verdict& verdict) {
  finished = true;
  const Json line = {{"status", std::string(to_text(verdict.status))},
                     {"expected", verdict.expected},
                     {"seen", verdict.seen}};
  const std::string text = "V " + line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  tell(text.data(), text.size());
  _exit(0);
}

}  // namespace synface::plugin::check
