// What the worker calls itself.
#pragma once

namespace synface::worker {

inline constexpr const char* kVersion = SYNFACE_VERSION;

}  // namespace synface::worker
