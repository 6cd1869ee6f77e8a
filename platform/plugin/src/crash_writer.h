// What a dying process can still write about itself.
#pragma once

#include <signal.h>

#include "synface/plugin/crash.h"
#include "synface/plugin/crumb.h"

namespace synface::plugin {

// Signals with which a process dies by its own fault.
inline constexpr int kCrashSignals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

// The option of explain_crashes().
inline constexpr const char* kExplain = "--explain-crash";

// A stack for signal handlers of this thread, unless it has one; taken back when the thread ends.
void give_signal_stack();

// The handlers shall not use this writer any more.
void forget_crash_writer(const CrumbWriter& writer) noexcept;

}  // namespace synface::plugin
