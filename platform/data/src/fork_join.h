// Independent pieces of work on several threads.
#pragma once

#include <synface/data/named_set.h>

#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace synface::data {

// body(0) .. body(n - 1), each once, on at most work.threads threads; the first exception in the
// order of the indices comes out when all threads have ended. After one, or when the work is
// cancelled (Stopped), no further index is begun.
template <typename Body>
void fork_join(const Work& work, std::size_t n, const Body& body) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stop = false, cancelled = false;
  std::vector<std::exception_ptr> errors(n);
  const auto loop = [&] {
    while (!stop) {
      const std::size_t i = next++;
      if (i >= n) return;
      if (work.cancelled && work.cancelled()) {
        cancelled = stop = true;
        return;
      }
      try {
        body(i);
      } catch (...) {
        errors[i] = std::current_exception();
        stop = true;
      }
    }
  };
  std::vector<std::jthread> helpers;
  const std::size_t threads = std::min(n, static_cast<std::size_t>(std::max(1, work.threads)));
  for (std::size_t t = 1; t < threads; ++t) helpers.emplace_back(loop);
  loop();
  helpers.clear();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  if (cancelled) throw Stopped{};
}

}  // namespace synface::data
