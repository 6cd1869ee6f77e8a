#include "stop.h"

#include <csignal>

namespace synface::worker {
namespace {

volatile std::uint32_t stop_requested = 0;
volatile std::sig_atomic_t stop_signal = 0;

void on_signal(int signal) {
  stop_signal = signal;
  stop_requested = 1;
}

}  // namespace

void watch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = &on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

const volatile std::uint32_t* stop_flag() {
  return &stop_requested;
}

int stop_exit_code() {
  return 128 + (stop_signal == 0 ? SIGTERM : stop_signal);
}

}  // namespace synface::worker
