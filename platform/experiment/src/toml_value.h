// A value written as TOML inside our own tables (defaults, neutral values).
#pragma once

#include <string_view>

#include "synface/experiment/node.h"

namespace synface::experiment {

// Throws Error(kInternal) when the text is no TOML value: our table is wrong.
Node toml_value(std::string_view text);

}  // namespace synface::experiment
