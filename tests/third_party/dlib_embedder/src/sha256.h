// SHA-256 (FIPS 180-4) of bytes in memory, as 64 lower-case hex digits.
#pragma once

#include <string>
#include <string_view>

namespace dlib_embedder {

std::string sha256(std::string_view bytes);

}  // namespace dlib_embedder
