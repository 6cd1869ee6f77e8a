#include "follow.h"

#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <ctime>

#include "layout.h"
#include "summary.h"
#include "synface/base/json.h"
#include "synface/base/paths.h"

namespace synface::schedule {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPollMs = 50;
constexpr std::chrono::milliseconds kLook{500};

// Counts for people; true when every trial has come to an end.
bool look(const std::filesystem::path& database, const std::vector<Request>& requests,
          StatusLine& line) {
  auto reader = store::open_reader(database);
  const Summary summary = summarize(reader, requests);
  line.update(fmt::format("waiting: {} of {} trials done, {} failed or diverged, {} to do",
                          summary.done, summary.total, summary.failed + summary.diverged,
                          summary.queued));
  return summary.queued == 0;
}

void withdraw(const std::filesystem::path& posted, StatusLine& line) {
  std::error_code ignored;
  if (std::filesystem::remove(posted, ignored)) {
    line.message("stopped; the request was withdrawn");
  } else {
    line.message("stopped waiting; the trials were handed over and the other process runs them");
  }
}

}  // namespace

// The note is a hint and may be torn.
std::string holder(const std::filesystem::path& lock) {
  const Json note = Json::parse(FileLock::read_note(lock), nullptr, false);
  if (note.is_discarded() || !note.is_object()) return "another process";
  const auto since = static_cast<std::time_t>(member<std::int64_t>(note, "since_s", 0));
  std::tm local{};
  ::localtime_r(&since, &local);
  char text[32] = "";
  std::strftime(text, sizeof text, "%F %T", &local);
  return fmt::format("process {} on {}, since {}", member<std::int64_t>(note, "pid", 0),
                     member<std::string>(note, "host", "?"), text);
}

Followed follow(const std::filesystem::path& database, const Message& message,
                const std::vector<Request>& requests, SignalFd& signals, StatusLine& line) {
  const auto lock_path = lock_of(database);
  const auto posted = post(folder_of(database) / "inbox", message);
  line.message(
      fmt::format("{} is in the hands of {}; the trials were handed over to it, this "
                  "process waits and takes over when it ends",
                  database.string(), holder(lock_path)));
  Followed result;
  auto next_look = Clock::now();
  for (;;) {
    result.signal = signals.pending();
    if (result.signal) {
      withdraw(posted, line);
      return result;
    }
    result.lock = FileLock::try_acquire(lock_path);
    if (result.lock) {
      std::error_code ignored;
      std::filesystem::remove(posted, ignored);
      line.message("the other process has ended: taking over");
      return result;
    }
    if (Clock::now() >= next_look) {
      next_look = Clock::now() + kLook;
      if (!std::filesystem::exists(posted) && look(database, requests, line)) return result;
    }
    pollfd entry{signals.fd(), POLLIN, 0};
    ::poll(&entry, 1, kPollMs);
  }
}

}  // namespace synface::schedule
