// Plugins that were compiled with a sanitizer.
#pragma once

#include <synface/base/json.h>

namespace synface::worker {

// Where a library of the spec needs a sanitizer's runtime from the start, sets the environment and
// executes this program again; returns otherwise.
void start_with_sanitizers(const Json& spec, char** argv);

}  // namespace synface::worker
