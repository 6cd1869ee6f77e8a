// JPEG and PNG files in memory to pixels and back.
//
// Files come from anywhere: whatever is neither of the two formats, cut off, damaged or
// unreasonably large is Error(kData) that names the file. Thread-safe.
#pragma once

#include <synface/data/image.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace synface::data {

using Bytes = std::span<const std::uint8_t>;

// Largest picture that is decoded: 64 Mi pixels, neither side over 65,535.
inline constexpr std::int64_t kMaxPixels = std::int64_t{64} << 20;

struct ImageSize {
  std::int64_t height = 0;
  std::int64_t width = 0;
};

// Height and width from the header. `name` is the file's name, for the error.
ImageSize measure(Bytes file, std::string_view name);

// All pixels as RGB: grey is spread, alpha dropped, 16 bits cut to 8.
Image decode(Bytes file, std::string_view name);

// The same into [height, width, 3] of exactly the measured size.
void decode_into(Bytes file, std::string_view name, std::uint8_t* pixels);

// Reads and decodes a file; a missing one is Error(kData) too.
Image read_image(const std::string& path);

std::vector<std::uint8_t> encode_png(const ImageView& image);

// quality 1..100, colour at full resolution.
std::vector<std::uint8_t> encode_jpeg(const ImageView& image, int quality);

}  // namespace synface::data
