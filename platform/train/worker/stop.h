// SIGINT and SIGTERM as a flag.
#pragma once

#include <cstdint>

namespace synface::worker {

// From here on the first SIGINT or SIGTERM sets the flag; a second one kills, as by default.
// GLOBAL STATE: a signal handler has nowhere else to write.
void watch_stop_signals();
const volatile std::uint32_t* stop_flag();
// 130 or 143 for the signal that came.
int stop_exit_code();

}  // namespace synface::worker
