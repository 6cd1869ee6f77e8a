#pragma once

#include <synface/plugin/info.h>

namespace synface::plugin {

// Whether a number (or an element of a list) lies in the parameter's range.
bool in_range(const Param& param, double value);

}  // namespace synface::plugin
