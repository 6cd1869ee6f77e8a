// Writes one .safetensors file: a JSON header that names typed arrays, then their bytes, those of
// larger elements first, so that each is aligned to its own without a gap, which the format
// forbids.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace synface::headc {

class TensorWriter {
 public:
  void add(const std::string& name, const std::vector<float>& values,
           const std::vector<std::size_t>& shape);
  void add(const std::string& name, const std::vector<int32_t>& values,
           const std::vector<std::size_t>& shape);
  void add(const std::string& name, const std::vector<uint8_t>& values,
           const std::vector<std::size_t>& shape);
  void note(const std::string& key, const std::string& text);

  // Writes beside the file first and renames, so that no half-written head is taken for a whole
  // one. CompileError when the folder or the disk refuses.
  void write(const std::string& path) const;

 private:
  void append(const std::string& name, const char* type, const void* bytes, std::size_t size,
              std::size_t count, const std::vector<std::size_t>& shape);

  struct Tensor {
    std::string name, description, bytes;  // description: dtype and shape, as the header has them
    std::size_t element = 1;               // bytes
  };
  std::vector<Tensor> tensors_;
  std::vector<std::pair<std::string, std::string>> notes_;
};

}  // namespace synface::headc
