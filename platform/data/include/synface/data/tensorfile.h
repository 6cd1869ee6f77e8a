// .safetensors files (https://huggingface.co/docs/safetensors: an 8-byte little-endian header
// size, a JSON header {"name": {"dtype", "shape", "data_offsets"}, "__metadata__": {...}}, then the
// tensors one after the other without a gap).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace synface::data {

enum class Dtype { kU8, kI8, kU16, kI16, kU32, kI32, kU64, kI64, kF16, kBF16, kF32, kF64, kBool };

// Bytes of one element.
std::size_t size_of(Dtype dtype);

// A tensor of a file: lent until the file is closed, row-major, aligned to 256 bytes.
struct StoredTensor {
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
  std::size_t bytes = 0;
};

// Opens and checks a file whole before anything of it is believed: header size, JSON, names,
// dtypes, shapes, offsets without gap or overlap to the end of the file. Error(kData) names the
// file and the fault. Reading (get, metadata) is thread-safe.
class TensorFile {
 public:
  explicit TensorFile(const std::string& path);
  ~TensorFile();
  TensorFile(TensorFile&&) noexcept;
  TensorFile& operator=(TensorFile&&) noexcept;

  // In the order of the names.
  std::vector<std::string> names() const;
  bool has(std::string_view name) const;
  // Error(kData) when there is none of that name. Mapped where the file happens to be aligned to
  // 256 bytes (files of ours are), an aligned copy elsewhere.
  StoredTensor get(std::string_view name) const;
  // The same with a required type and shape.
  StoredTensor get(std::string_view name, Dtype dtype,
                   const std::vector<std::int64_t>& shape) const;
  // Text of a key of `__metadata__`; empty when there is none.
  const std::string& metadata(std::string_view key) const;
  const std::string& path() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct TensorToWrite {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
};

// Writes a file whole or not at all (temporary file, fsync, rename). Tensors are laid down largest
// element first, then in the order given; the data starts at a multiple of 256 bytes.
void write_tensorfile(const std::string& path, std::span<const TensorToWrite> tensors,
                      const std::map<std::string, std::string>& metadata);

}  // namespace synface::data
