# cmake -DFOLDER=<abi include>/synface -DOUTPUT=<file> -P embed_headers.cmake
# Writes the ABI headers as string literals, so that a finding can quote them with their lines.
file(GLOB_RECURSE headers RELATIVE "${FOLDER}" "${FOLDER}/*.h")
list(SORT headers)
set(items "")
foreach(header ${headers})
  file(READ "${FOLDER}/${header}" text)
  string(APPEND items "    {\"${header}\", R\"synface(${text})synface\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "// Made by embed_headers.cmake.
#pragma once
#include <string_view>
namespace synface::plugin::check {
struct EmbeddedHeader {
  std::string_view name, text;
};
inline constexpr EmbeddedHeader kHeaders[] = {
${items}};
}  // namespace synface::plugin::check
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
