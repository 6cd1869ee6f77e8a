// SHA-256 (FIPS 180-4) of bytes in memory, as 64 lower-case hex digits.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dlib_embedder {

// `pulse`, where given, is called every few milliseconds and may throw.
std::string sha256(std::string_view bytes, const std::function<void()>& pulse = {});

}  // namespace dlib_embedder
