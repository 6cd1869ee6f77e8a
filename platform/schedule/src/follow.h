// The second process on a database: it has handed its request over and waits.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "inbox.h"
#include "synface/base/file.h"
#include "synface/base/progress.h"
#include "synface/base/signals.h"

namespace synface::schedule {

struct Followed {
  std::optional<FileLock> lock;  // it fell free: take over
  std::optional<int> signal;     // somebody told us to stop
  // Neither: the coordinator has brought every trial to an end.
};

// Posts the message and follows the trials of `requests` until one of the three happens.
Followed follow(const std::filesystem::path& database, const Message& message,
                const std::vector<Request>& requests, SignalFd& signals, StatusLine& line);

// Who has signed a database's lock: "process 4711 on lab3, since 2026-05-04 11:02:03".
std::string holder(const std::filesystem::path& lock);

}  // namespace synface::schedule
