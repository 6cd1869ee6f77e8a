// What a trial does not let its plugins change.
#pragma once

#include <synface/plugin/guard.h>
#include <synface/plugin/instance.h>
#include <synface/plugin/library.h>
#include <synface/plugin/stray_threads.h>

namespace synface::worker {

// Floating-point mode, locale, thread counts, signal handlers, working folder, environment, and the
// memory around what is lent, as they are now.
void watch_everything(plugin::Guard& guard);

// Error(kPlugin) for what came to light after the last call.
void complain_if_any(plugin::Guard& guard);

// A thread of a plugin's is still there. What follows must not run any code of plugins.
class StrayThreads : public plugin::CallError {
 public:
  explicit StrayThreads(const plugin::ThreadCensus::Stray& stray, const plugin::Loader& loader);
};
void complain_of_strays(const plugin::ThreadCensus& census, const plugin::Loader& loader);

}  // namespace synface::worker
