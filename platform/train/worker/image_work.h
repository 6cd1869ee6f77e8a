// Work over the images of a named set, as the commands of `synface data` do it.
#pragma once

#include <synface/base/progress.h>
#include <synface/data/named_set.h>

#include <cstdint>
#include <mutex>
#include <string>

#include "stop.h"

namespace synface::worker {

// A progress line that the work's threads share; a signal stops the work.
class ImageWork {
 public:
  ImageWork(const std::string& what, std::uint64_t images, int threads)
      : bar_(what, "images", static_cast<std::int64_t>(images)) {
    work_.threads = threads;
    work_.progress = [this](std::uint64_t n) {
      const std::lock_guard hold(mutex_);
      bar_.advance(static_cast<std::int64_t>(n));
    };
    work_.cancelled = [] { return *stop_flag() != 0; };
  }
  ImageWork(const ImageWork&) = delete;
  ImageWork& operator=(const ImageWork&) = delete;

  const data::Work& work() const { return work_; }
  Progress& bar() { return bar_; }  // while no thread is at work

 private:
  std::mutex mutex_;
  Progress bar_;
  data::Work work_;
};

}  // namespace synface::worker
