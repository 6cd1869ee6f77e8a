// What `synface plugin list` and `synface plugin info` say.
#pragma once

#include <synface/plugin/registry.h>

#include <ostream>
#include <string_view>

namespace synface::plugin {

// Text: a table by kind, then the problems. JSON: {"plugins": [...], "problems": [{file, message}],
// "search_path": [...]}, one document.
void print_list(const Registry& registry, bool json, std::ostream& out);

// One plugin: its texts, file and versions, and each parameter with type, default, range, unit.
// JSON: to_json(info).
void print_info(const PluginInfo& info, bool json, std::ostream& out);

// The plugin that a user names as "kind/id" or by its id alone. Error(kPlugin) as Registry::find;
// Error(kUsage) when an id alone belongs to several kinds (all named).
const PluginInfo& find_by_name(const Registry& registry, std::string_view name);

}  // namespace synface::plugin
