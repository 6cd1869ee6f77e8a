#include "crash_writer.h"

#include <fcntl.h>
#include <synface/base/error.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unwind.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "crash_file.h"

namespace synface::plugin {
namespace {

constexpr std::size_t kSignalStack = 256 << 10;  // unwinding wants some, AVX-512's registers too
// Longer than any stack takes to be written; a handler that waits for a lock of the broken process
// must not wait for ever.
constexpr unsigned kPatience = 20;

// GLOBAL STATE: handlers of signals and of exit() get no pointer of ours.
std::atomic<CrumbWriter*> crash_writer{nullptr};
std::atomic<LentMemory> lent_memory{nullptr};
std::atomic_flag reported = ATOMIC_FLAG_INIT;  // the first crash is the cause, others its effects
char stack_path[PATH_MAX];
char explained_crumb[PATH_MAX];  // "": nobody is told
struct sigaction earlier_actions[NSIG];
volatile sig_atomic_t dying_of = 0;

class SignalStack {
 public:
  SignalStack() {
    stack_t present{};
    if (sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) return;
    void* memory =
        mmap(nullptr, kSignalStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;  // an overflow of this thread's will have no stack to show
    memory_ = memory;
    const stack_t stack = {memory, 0, kSignalStack};
    sigaltstack(&stack, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;
  ~SignalStack() {
    if (memory_ == nullptr) return;
    const stack_t none = {nullptr, SS_DISABLE, 0};
    sigaltstack(&none, nullptr);
    munmap(memory_, kSignalStack);
  }

 private:
  void* memory_ = nullptr;
};

void on_late(int) {
  signal(dying_of, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, dying_of);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  raise(dying_of);
}

void end_in_time(int number) {
  dying_of = number;
  signal(SIGALRM, &on_late);
  alarm(kPatience);
}

bool has_address(const siginfo_t* info) {
  return info != nullptr && info->si_code > 0 && info->si_signo != SIGABRT;
}

// _Fork() is the one that may be called here.
void explain() {
  if (explained_crumb[0] == '\0') return;
  const pid_t child = _Fork();
  if (child == 0) {
    execl("/proc/self/exe", "synface-worker", kExplain, stack_path, explained_crumb, nullptr);
    _exit(127);
  }
  while (child > 0 && waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Notes the crash, then lets it take its course: the earlier action is back, and a fault of this
// thread happens again when the handler returns.
void on_crash(int number, siginfo_t* info, void* context) {
  const int saved = errno;
  CrumbWriter* const writer = crash_writer.load();
  if (writer != nullptr && !reported.test_and_set()) {
    end_in_time(number);
    writer->mark(number);
    CrashFacts facts;
    facts.signal = number;
    facts.has_address = has_address(info);
    facts.address = facts.has_address ? info->si_addr : nullptr;
    const LentMemory lent = lent_memory.load();
    facts.lent = facts.has_address && lent != nullptr && lent(facts.address);
    facts.context = context;
    write_crash(stack_path, facts);
    alarm(0);
    explain();
  }
  sigaction(number, &earlier_actions[number], nullptr);
  if (info == nullptr || info->si_code <= 0) raise(number);  // sent: it does not happen by itself
  errno = saved;
}

void on_exit_within_a_call() {
  const CrumbWriter* const writer = crash_writer.load();
  if (writer == nullptr || !writer->in_call() || reported.test_and_set()) return;
  CrashFacts facts;
  facts.from = __builtin_return_address(0);
  write_crash(stack_path, facts);
  explain();
}

// Whatever the unwinder does once only, allocating, it does now.
_Unwind_Reason_Code look(_Unwind_Context*, void*) {
  return _URC_NO_REASON;
}

}  // namespace

void give_signal_stack() {
  static thread_local const SignalStack stack;
  static_cast<void>(stack);
}

void forget_crash_writer(const CrumbWriter& writer) noexcept {
  CrumbWriter* present = crash_writer.load();
  if (present == &writer) crash_writer.compare_exchange_strong(present, nullptr);
}

void explain_crashes(const std::filesystem::path& crumb) {
  const std::string path = std::filesystem::absolute(crumb).string();
  if (path.size() >= sizeof explained_crumb) {
    fail(ExitCode::kInternal, "{}: the path is too long", path);
  }
  std::memcpy(explained_crumb, path.c_str(), path.size() + 1);
}

void name_lent_memory(LentMemory lent) noexcept {
  lent_memory = lent;
}

void CrumbWriter::mark_crashes(const std::filesystem::path& stack) {
  const std::string path = std::filesystem::absolute(stack).string();
  if (path.size() >= sizeof stack_path) {
    fail(ExitCode::kInternal, "{}: the path is too long", path);
  }
  std::memcpy(stack_path, path.c_str(), path.size() + 1);
  unlink(stack_path);
  explained_crumb[0] = '\0';
  reported.clear();
  give_signal_stack();
  marks_crashes_ = true;
  _Unwind_Backtrace(&look, nullptr);
  if (crash_writer.exchange(this) == nullptr) {
    static const bool watches_exits =
        std::atexit(&on_exit_within_a_call) == 0 && std::at_quick_exit(&on_exit_within_a_call) == 0;
    if (!watches_exits) fail(ExitCode::kInternal, "cannot watch exit()");
  }
  struct sigaction action {};
  action.sa_sigaction = &on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int number : kCrashSignals) {
    struct sigaction earlier {};
    if (sigaction(number, &action, &earlier) != 0) {
      fail(ExitCode::kInternal, "cannot watch signal {}: {}", number, std::strerror(errno));
    }
    if (earlier.sa_sigaction != &on_crash) earlier_actions[number] = earlier;
  }
}

}  // namespace synface::plugin
