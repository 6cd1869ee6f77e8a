// A strict reader of one .safetensors file: anything that the format does not allow is an error,
// gaps between the tensors, overlaps and bytes after the last one among it.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace synface::morphable {

// A head model that cannot be used: the message names the file, what is wrong and what to do.
class HeadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What a file should be and what to do when it is not, as the messages say it.
struct TensorFileKind {
  const char* name = "head model";
  const char* remedy = "build it again with synface-headc, or pass another file as `head`";
};

class TensorFile {
 public:
  // Reads the whole file. HeadError when it is missing, truncated, too long or of another format.
  explicit TensorFile(const std::string& path, const TensorFileKind& kind = {});
  // The same from bytes in memory; `path` is for the messages.
  TensorFile(std::string bytes, const std::string& path, const TensorFileKind& kind = {});

  const std::string& path() const { return path_; }
  // Text of the header's metadata; HeadError when absent.
  const std::string& note(const std::string& key) const;

  // The elements of a tensor whose shape must be `shape`, where 0 stands for any size; HeadError
  // when it is absent or of another type or shape, or (f32) has an element that is not finite.
  std::vector<float> f32(const std::string& name, const std::vector<uint64_t>& shape) const;
  // As f32, of tensors that may be F32 or F16.
  std::vector<float> reals(const std::string& name, const std::vector<uint64_t>& shape) const;
  std::vector<int32_t> i32(const std::string& name, const std::vector<uint64_t>& shape) const;
  std::vector<uint8_t> u8(const std::string& name, const std::vector<uint64_t>& shape) const;
  // Of tensors that may be I32 or U16.
  std::vector<int32_t> indices(const std::string& name, const std::vector<uint64_t>& shape) const;
  bool has(const std::string& name) const { return entries_.count(name) != 0; }

  [[noreturn]] void fail(const std::string& what) const;

 private:
  struct Entry {
    std::string type;
    std::vector<uint64_t> shape;
    uint64_t begin = 0, end = 0;
  };
  class Header;

  void parse();
  void check_cover() const;
  bool is(const std::string& name, const char* type) const;
  const Entry& entry(const std::string& name, const char* type, uint64_t element,
                     const std::vector<uint64_t>& shape) const;

  std::string path_;
  TensorFileKind kind_;
  std::string bytes_;  // of the tensors
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> notes_;
};

}  // namespace synface::morphable
