// Where things lie on this machine. All are absolute; none is made by asking for it.
#pragma once

#include <filesystem>
#include <vector>

namespace synface {

// $SYNFACE_CACHE, else $XDG_CACHE_HOME/synface, else ~/.cache/synface. Throws kSetup where none of
// the three can be told.
std::filesystem::path cache_folder();
// $XDG_DATA_HOME/synface/plugins, else ~/.local/share/synface/plugins.
std::filesystem::path user_plugin_folder();
// The folders of SYNFACE_PLUGIN_PATH (separated by ':'; empty parts are left out), in their order.
std::vector<std::filesystem::path> plugin_path_variable();
// The running program, links resolved, and its folder.
std::filesystem::path executable_path();
std::filesystem::path executable_folder();
// What belongs to a database: <db>.lock and <db>.d.
std::filesystem::path lock_of(const std::filesystem::path& database);
std::filesystem::path folder_of(const std::filesystem::path& database);

}  // namespace synface
