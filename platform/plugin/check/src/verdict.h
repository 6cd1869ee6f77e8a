// How a test ends when it does not simply return, which means that it passed.
#pragma once

#include <fmt/format.h>
#include <synface/plugin/check/check.h>

#include <string>
#include <utility>

namespace synface::plugin::check {

struct Verdict {
  Status status = Status::kPassed;
  std::string expected, seen;
};

[[noreturn]] inline void failed(std::string expected, std::string seen) {
  throw Verdict{Status::kFailed, std::move(expected), std::move(seen)};
}
[[noreturn]] inline void warned(std::string expected, std::string seen) {
  throw Verdict{Status::kWarning, std::move(expected), std::move(seen)};
}
[[noreturn]] inline void skipped(std::string reason) {
  throw Verdict{Status::kSkipped, {}, std::move(reason)};
}

}  // namespace synface::plugin::check
