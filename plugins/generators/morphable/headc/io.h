// Text files of the asset wheel, plain or gzip.
#pragma once

#include <stdexcept>
#include <string>

namespace synface::headc {

// What the compiler could not do: which file, and what to do about it.
class CompileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The whole file; one that ends in .gz is decompressed. CompileError when it is missing, damaged
// or longer than 64 MiB.
std::string read_text(const std::string& path);

}  // namespace synface::headc
