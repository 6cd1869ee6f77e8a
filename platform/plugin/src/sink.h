#pragma once

#include <synface/base.h>
#include <synface/status.h>

#include <cstdint>
#include <string>

namespace synface::plugin {

// A sink that appends to `text`, which must outlive it.
synface_sink string_sink(std::string& text);

}  // namespace synface::plugin
