#pragma once

#include <synface/plugin/library.h>

#include <memory>
#include <string>
#include <vector>

namespace synface::plugin {

// PluginInfo::traits of a loaded plugin. A mixup is created with its default parameters for it;
// where that is refused, or a parameter is required, the result is empty.
std::vector<std::string> traits_of(const std::shared_ptr<const Library>& library,
                                   const Plugin& plugin);

}  // namespace synface::plugin
