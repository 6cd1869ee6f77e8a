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
constexpr std::size_t kOwn = 2;  // the handler and the kernel's return from it
constexpr std::chrono::milliseconds kEnding{500}, kAnswer{1000}, kPause{5};

// GLOBAL STATE: what the interrupted thread writes, in a handler that gets nothing of ours.
std::array<std::atomic<std::uintptr_t>, kFrames> frames;
std::atomic<std::size_t> frame_count{0};
std::atomic<int> asked{0};  // thread; 0: none, or it has answered

_Unwind_Reason_Code on_frame(_Unwind_Context* frame, void*) {
  const std::size_t at = frame_count.load();
  if (at == kFrames) return _URC_END_OF_STACK;
  frames[at] = _Unwind_GetIP(frame);
  frame_count = at + 1;
  return _URC_NO_REASON;
}

void on_question(int) {
  const int saved = errno;
  if (asked.load() == gettid()) {
    _Unwind_Backtrace(&on_frame, nullptr);
    asked = 0;
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
  frame_count = 0;
  asked = thread;
  if (tgkill(getpid(), thread, SIGRTMIN + 7) != 0) return {};
  const auto deadline = std::chrono::steady_clock::now() + kAnswer;
  while (asked.load() != 0) {
    if (std::chrono::steady_clock::now() > deadline) return {};
    std::this_thread::sleep_for(kPause);
  }
  const std::size_t n = std::max(frame_count.load(), kOwn);
  return {frames.begin() + kOwn, frames.begin() + static_cast<std::ptrdiff_t>(n)};
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
