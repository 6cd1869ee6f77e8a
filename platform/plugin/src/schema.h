#pragma once

#include <synface/plugin/info.h>

namespace synface::plugin {

// Whether a value is of the parameter's type, a choice being one of its choices.
bool has_type(const Param& param, const Json& value);

// Whether a description that was read from a file keeps what info_from_abi() makes sure of: names,
// ranges, defaults and neutral values of their own type and range, nothing twice. Error(kPlugin).
void check_schema(const PluginInfo& info);

}  // namespace synface::plugin
