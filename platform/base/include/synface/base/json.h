// JSON: nlohmann's type, and the one spelling that is hashed.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "synface/base/error.h"

namespace synface {

using Json = nlohmann::json;  // objects are ordered by key (bytewise)

// The canonical spelling: UTF-8, no white space, keys in bytewise order, integers in decimal,
// floats in the shortest form that reads back to the same double and always with a '.' or an 'e'
// (16.0 and 16 differ: the schema decides which of them a value is), -0.0 as 0.0. Throws kUsage for
// NaN, infinities and invalid UTF-8, naming the place (as /loss/scale).
std::string canonical_dump(const Json& value);

// Throws Error(code) with `where` (a file name, a command's option) and line and column.
Json parse_json(std::string_view text, const std::string& where, ExitCode code = ExitCode::kUsage);
Json read_json_file(const std::filesystem::path& path, ExitCode code = ExitCode::kUsage);
// Indented by 2, with a line break at the end; written atomically. `sync`: on the disk on return.
void write_json_file(const std::filesystem::path& path, const Json& value, bool sync = true);

}  // namespace synface
