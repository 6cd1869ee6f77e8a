// Plugins compiled with a sanitizer. AddressSanitizer's runtime has to be the first library of a
// process, so that a program that is about to load such a plugin is started again with it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace synface::plugin {

// Variables to be set before the program starts that loads these libraries; empty where none of
// them needs any, or the runtime is there already. Besides LD_PRELOAD the sanitizers' options, for
// an end by SIGABRT, whose report then names plugin and call; what the user has set in
// ASAN_OPTIONS and UBSAN_OPTIONS counts more. A file that cannot be read needs nothing: whoever
// loads it says why. Error(kPlugin) where the runtime was asked for and is not found.
std::map<std::string, std::string> sanitizer_environment(
    const std::vector<std::filesystem::path>& libraries);

}  // namespace synface::plugin
