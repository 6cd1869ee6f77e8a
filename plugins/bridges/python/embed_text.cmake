# cmake -DFOLDER=<of the .py files> -DOUTPUT=<file> -P embed_text.cmake
# Writes the bridge's Python sources as string literals: the library is one file.
set(items "")
foreach(name Process Bridge Synface)
  string(TOLOWER "${name}" file)
  file(READ "${FOLDER}/${file}.py" text)
  string(APPEND items "inline constexpr char k${name}Text[] = R\"synface(${text})synface\";\n")
endforeach()
file(WRITE "${OUTPUT}.new" "// Made by embed_text.cmake.
#pragma once
namespace synface::python {
${items}}  // namespace synface::python
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
