// What the readers of head files make of flat tensors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/math.h"
#include "core/safetensors.h"

namespace synface::morphable {

// The lines of a text, without their ends; an end at the very end begins no line.
inline std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

// [n, 3] to n vectors.
inline std::vector<Vec3> triples(const std::vector<float>& flat) {
  std::vector<Vec3> out(flat.size() / 3);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = {flat[3 * i], flat[3 * i + 1], flat[3 * i + 2]};
  }
  return out;
}

// Every element must lie in low .. high - 1; HeadError names the tensor and the index.
inline void check_range(const TensorFile& file, const char* name,
                        const std::vector<int32_t>& values, int64_t low, std::size_t high) {
  for (const int32_t v : values) {
    if (v < low || v >= static_cast<int64_t>(high)) {
      file.fail(std::string("tensor '") + name + "' has the index " + std::to_string(v) +
                " out of range");
    }
  }
}

}  // namespace synface::morphable
