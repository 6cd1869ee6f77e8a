// What a command shows while it reads or writes much: nothing in its first two seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "synface/base/progress.h"

namespace synface::cli {

// One status line after the other, as what is done changes: "reading finals 3,200 rows  412/s".
class LongWork {
 public:
  explicit LongWork(bool quiet) : quiet_(quiet) {}

  // total 0: not known.
  void show(const std::string& what, const std::string& unit, std::int64_t done,
            std::int64_t total) {
    if (!progress_ || what != what_) {
      what_ = what;
      auto options = only_when_long(quiet_);
      const auto gone = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::steady_clock::now() - start_);
      options.after = std::max(std::chrono::milliseconds(0), options.after - gone);
      progress_.emplace(what, unit, total, options);
    }
    progress_->set(done);
  }

 private:
  bool quiet_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::string what_;
  std::optional<Progress> progress_;
};

}  // namespace synface::cli
