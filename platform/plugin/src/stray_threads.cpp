#include "synface/plugin/stray_threads.h"

#include <dlfcn.h>
#include <signal.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <thread>

#include "symbols.h"
#include "synface/plugin/crash.h"

namespace synface::plugin {
namespace {

constexpr std::size_t kFrames = 64;
constexpr std::chrono::milliseconds kEnding{500}, kAnswer{1000}, kPause{5};

struct Walk {
  std::array<std::uintptr_t, kFrames> frames;
  std::size_t count = 0;
  bool interrupted = false;  // past the handler, in what it interrupted
};

// GLOBAL STATE: the question to one thread, answered in a handler that gets nothing of ours.
Walk answer;
std::atomic<int> asked{0};  // thread; kAnswering: it writes its answer; 0: none, or it has answered
constexpr int kAnswering = -1;

_Unwind_Reason_Code on_frame(_Unwind_Context* frame, void* data) {
  auto& walk = *static_cast<Walk*>(data);
  int before = 0;  // the address is that of an instruction to come: what a signal interrupted
  const std::uintptr_t address = _Unwind_GetIPInfo(frame, &before);
  walk.interrupted = walk.interrupted || before != 0;
  if (!walk.interrupted) return _URC_NO_REASON;
  if (walk.count == kFrames) return _URC_END_OF_STACK;
  walk.frames[walk.count++] = address;
  return _URC_NO_REASON;
}

// One that answers too late answers nothing: by then another may be asked.
void on_question(int) {
  const int saved = errno;
  int me = gettid();
  if (asked.load() == me) {
    Walk walk;
    _Unwind_Backtrace(&on_frame, &walk);
    if (asked.compare_exchange_strong(me, kAnswering)) {
      answer = walk;
      asked = 0;
    }
  }
  errno = saved;
}

std::vector<int> threads_now() {
  std::vector<int> threads;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", failed)) {
    threads.push_back(std::atoi(entry.path().filename().c_str()));
  }
  return threads;
}

// Nothing where the thread has ended or does not answer.
std::vector<std::uintptr_t> stack_of(int thread) {
  asked = thread;
  if (tgkill(getpid(), thread, SIGRTMIN + 7) != 0) {
    asked = 0;
    return {};
  }
  const auto deadline = std::chrono::steady_clock::now() + kAnswer;
  while (asked.load() != 0) {
    int unanswered = thread;
    if (std::chrono::steady_clock::now() > deadline &&
        asked.compare_exchange_strong(unanswered, 0)) {
      return {};
    }
    std::this_thread::sleep_for(kPause);
  }
  return {answer.frames.begin(), answer.frames.begin() + static_cast<std::ptrdiff_t>(answer.count)};
}

ThreadCensus::Stray look_for(int thread, const std::vector<std::filesystem::path>& libraries) {
  for (const std::uintptr_t frame : stack_of(thread)) {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(frame), &info) == 0 || info.dli_fname == nullptr) continue;
    const std::filesystem::path file = info.dli_fname;
    if (std::find(libraries.begin(), libraries.end(), file) == libraries.end()) continue;
    StackFrame place;
    place.module = file;
    place.offset = frame - reinterpret_cast<std::uintptr_t>(info.dli_fbase);
    if (const auto symbol = symbol_of_address(MappedFile(file).bytes(), place.offset)) {
      place.function = demangled(symbol->function);
      place.into = symbol->into;
    }
    return {thread, file, place.text()};
  }
  return {};
}

}  // namespace

ThreadCensus::ThreadCensus() : before_(threads_now()) {}

std::vector<ThreadCensus::Stray> ThreadCensus::strays(
    const std::vector<std::filesystem::path>& libraries) const {
  const auto later = [&] {
    std::vector<int> threads = threads_now();
    std::erase_if(threads, [&](int thread) {
      return std::find(before_.begin(), before_.end(), thread) != before_.end();
    });
    return threads;
  };
  const auto deadline = std::chrono::steady_clock::now() + kEnding;
  std::vector<int> left = later();
  struct sigaction action {
  }, earlier{};
  action.sa_handler = &on_question;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  if (left.empty() || sigaction(SIGRTMIN + 7, &action, &earlier) != 0) return {};
  std::vector<Stray> strays;
  for (;;) {
    strays.clear();
    for (const int thread : left) {
      Stray stray = look_for(thread, libraries);
      if (stray.thread != 0) strays.push_back(std::move(stray));
    }
    if (strays.empty() || std::chrono::steady_clock::now() > deadline) break;
    std::this_thread::sleep_for(kEnding / 10);
    left = later();
  }
  sigaction(SIGRTMIN + 7, &earlier, nullptr);
  return strays;
}

}  // namespace synface::plugin
