// Grey masks of the wheel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace synface::headc {

struct Picture {
  int width = 0, height = 0;
  std::vector<uint8_t> grey;  // row by row from the top

  // The nearest pixel; u to the right and v down in 0..1.
  uint8_t at(double u, double v) const;
};

// CompileError when the file is missing or no JPEG.
Picture read_grey_jpeg(const std::string& path);

}  // namespace synface::headc
