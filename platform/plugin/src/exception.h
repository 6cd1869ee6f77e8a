// Words about an exception that left a plugin.
#pragma once

#include <string>

namespace synface::plugin {

// To be called in a catch (...): "let an exception of type std::out_of_range cross the border:
// ...".
std::string exception_text();

}  // namespace synface::plugin
