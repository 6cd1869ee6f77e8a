#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <array>
#include <cstring>

#include "synface/plugin/guard.h"

namespace synface::plugin {
namespace {

constexpr int kSignals = 32;  // without the real-time ones

class Signals final : public Watch {
 public:
  Signals() {
    for (int number = 1; number < kSignals; ++number) read(number, before(number));
    pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
    sigaltstack(nullptr, &stack_);
  }
  bool same() noexcept override {
    for (int number = 1; number < kSignals; ++number) {
      if (!same_action(number)) return false;
    }
    return same_mask() && same_stack();
  }
  std::string difference() override {
    std::vector<std::string> names;
    for (int number = 1; number < kSignals; ++number) {
      const char* name = sigabbrev_np(number);
      if (!same_action(number)) names.push_back(name == nullptr ? "?" : "SIG" + std::string(name));
    }
    std::string text;
    const auto add = [&](const std::string& what) { text += (text.empty() ? "" : " and ") + what; };
    if (!names.empty()) add(fmt::format("the handling of {}", fmt::join(names, ", ")));
    if (!same_mask()) add("the mask of blocked signals");
    if (!same_stack()) add("the stack of signal handlers");
    return fmt::format(
        "changed {}; the report of a crash and Ctrl-C are the host's. Install no handlers, and "
        "switch off those of the libraries that you call",
        text);
  }
  void restore() noexcept override {
    for (int number = 1; number < kSignals; ++number) {
      if (!same_action(number)) sigaction(number, &before(number), nullptr);
    }
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    if (!same_stack()) sigaltstack(&stack_, nullptr);
  }

 private:
  struct sigaction& before(int number) { return actions_[static_cast<std::size_t>(number)]; }
  static void read(int number, struct sigaction& action) noexcept {
    std::memset(&action, 0, sizeof action);
    sigaction(number, nullptr, &action);
  }
  bool same_action(int number) noexcept {
    struct sigaction now {};
    read(number, now);
    if (now.sa_handler == before(number).sa_handler) return true;
    // The host's own handler for these is for once.
    return (number == SIGINT || number == SIGTERM) && now.sa_handler == SIG_DFL;
  }
  bool same_mask() const noexcept {
    sigset_t now;
    sigemptyset(&now);
    pthread_sigmask(SIG_SETMASK, nullptr, &now);
    for (int number = 1; number < kSignals; ++number) {
      if (sigismember(&now, number) != sigismember(&mask_, number)) return false;
    }
    return true;
  }
  bool same_stack() const noexcept {
    stack_t now{};
    sigaltstack(nullptr, &now);
    return now.ss_sp == stack_.ss_sp && now.ss_flags == stack_.ss_flags;
  }

  std::array<struct sigaction, kSignals> actions_{};
  sigset_t mask_{};
  stack_t stack_{};
};

}  // namespace

std::unique_ptr<Watch> watch_signals() {
  return std::make_unique<Signals>();
}

}  // namespace synface::plugin
