#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "synface/base/subprocess.h"
#include "synface/base/text.h"

namespace synface {
namespace {

namespace fs = std::filesystem;

// PATH is searched here: execvp allocates, which a vforked child must not.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
    const fs::path candidate = fs::path(folder.empty() ? "." : folder) / name;
    if (::access(candidate.c_str(), X_OK) == 0 && !fs::is_directory(candidate)) {
      return candidate.string();
    }
  }
  fail(ExitCode::kSetup, "the program '{}' is not in PATH; install it", name);
}

std::vector<std::string> merge_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> merged;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (!changes.contains(text.substr(0, text.find('=')))) merged.push_back(text);
  }
  for (const auto& [name, value] : changes) {
    if (!value.empty()) merged.push_back(name + "=" + value);
  }
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// All that the child needs, made before it exists: between vfork and exec it shares our memory and
// may only make system calls.
struct Plan {
  const char* program;
  char* const* argv;
  char* const* environment;
  const char* folder;  // nullptr: ours
  int descriptors[4];
  bool own_group;
  int death_signal;
  pid_t parent;
  bool limit_space, limit_file, core_dumps;
  rlimit space, file;
  int error;         // set by the child
  const char* what;  // what failed
};

bool set_descriptors(Plan& plan) {
  plan.what = "pass a file descriptor to";
  // First out of the way of 0..3, then into place (dup2 clears close-on-exec).
  for (int& fd : plan.descriptors) {
    if (fd < 0) continue;
    fd = ::fcntl(fd, F_DUPFD_CLOEXEC, 10);
    if (fd < 0) return false;
  }
  for (int i = 0; i < 4; ++i) {
    if (plan.descriptors[i] >= 0 && ::dup2(plan.descriptors[i], i) < 0) return false;
  }
  // Ours are all closed by exec; what our own parent left open is closed here. A kernel before 5.11
  // cannot do that, which costs nothing but those.
  const unsigned first = plan.descriptors[3] >= 0 ? 4 : 3;
  ::close_range(first, ~0U, CLOSE_RANGE_CLOEXEC);
  return true;
}

bool prepare(Plan& plan) {
  plan.what = "make a process group for";
  if (plan.own_group && ::setpgid(0, 0) != 0) return false;
  plan.what = "prepare";
  if (plan.death_signal != 0) {
    if (::prctl(PR_SET_PDEATHSIG, plan.death_signal) != 0) return false;
    // The parent may have died before the call.
    if (::getppid() != plan.parent) ::_exit(126);
  }
  if (!set_descriptors(plan)) return false;
  plan.what = "limit";
  if (plan.limit_space && ::setrlimit(RLIMIT_AS, &plan.space) != 0) return false;
  if (plan.limit_file && ::setrlimit(RLIMIT_FSIZE, &plan.file) != 0) return false;
  const rlimit none{0, 0};
  if (!plan.core_dumps && ::setrlimit(RLIMIT_CORE, &none) != 0) return false;
  plan.what = "enter the working folder of";
  if (plan.folder != nullptr && ::chdir(plan.folder) != 0) return false;
  plan.what = "start";
  for (int number = 1; number < NSIG; ++number) {
    // Handlers are reset by exec; what is ignored would stay so.
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
      action.sa_handler = SIG_DFL;
      ::sigaction(number, &action, nullptr);
    }
  }
  sigset_t none_blocked;
  sigemptyset(&none_blocked);
  return ::sigprocmask(SIG_SETMASK, &none_blocked, nullptr) == 0;
}

// Alone in a function, so that no variable lives in a register across vfork.
[[gnu::noinline]] pid_t start(Plan* plan) {
  const pid_t pid = ::vfork();
  if (pid == 0) {
    if (prepare(*plan)) ::execve(plan->program, plan->argv, plan->environment);
    plan->error = errno;
    ::_exit(127);
  }
  return pid;
}

// Signals stay blocked while the child shares our memory.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

rlimit limit(const std::optional<std::uint64_t>& value) {
  return {value.value_or(0), value.value_or(0)};
}

}  // namespace

Child spawn(const SpawnOptions& options) {
  if (options.argv.empty()) fail(ExitCode::kInternal, "spawn: no program");
  const std::string program = find_program(options.argv.front());
  std::vector<std::string> argv = options.argv;
  std::vector<std::string> environment = merge_environment(options.environment);
  const std::vector<char*> argv_pointers = pointers(argv);
  const std::vector<char*> environment_pointers = pointers(environment);
  UniqueFd null;
  if (options.input < 0) null = open_file("/dev/null", O_RDWR, ExitCode::kSetup);

  Plan plan{};
  plan.program = program.c_str();
  plan.argv = argv_pointers.data();
  plan.environment = environment_pointers.data();
  plan.folder = options.folder.empty() ? nullptr : options.folder.c_str();
  const int input = options.input < 0 ? null.get() : options.input;
  const int descriptors[4] = {input, options.output, options.error, options.inherit};
  std::copy(std::begin(descriptors), std::end(descriptors), std::begin(plan.descriptors));
  plan.own_group = options.own_group;
  plan.death_signal = options.death_signal;
  plan.parent = ::getpid();
  plan.limit_space = options.address_space.has_value();
  plan.space = limit(options.address_space);
  plan.limit_file = options.file_size.has_value();
  plan.file = limit(options.file_size);
  plan.core_dumps = options.core_dumps;

  pid_t pid = -1;
  int error = 0;
  {
    const BlockedSignals blocked;
    pid = start(&plan);
    error = pid < 0 ? errno : plan.error;
  }
  if (pid > 0 && error != 0) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (pid < 0 || error != 0) {
    fail_errno(error, ExitCode::kSetup, pid < 0 ? "start" : plan.what, program);
  }
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    const int number = errno;
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    fail_errno(number, ExitCode::kSetup, "watch (Linux 5.3 or newer is needed)", program);
  }
  return {pid, options.own_group, std::move(pidfd)};
}

}  // namespace synface
