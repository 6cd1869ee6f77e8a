#include <synface/base/error.h>
#include <synface/data/codec.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "formats.h"

namespace synface::data {
namespace {

enum class Format { kJpeg, kPng };

Format format_of(Bytes file, std::string_view name) {
  if (file.empty()) fail(ExitCode::kData, "{}: the file is empty", name);
  if (is_jpeg(file)) return Format::kJpeg;
  if (is_png(file)) return Format::kPng;
  fail(ExitCode::kData, "{}: neither a JPEG nor a PNG file", name);
}

}  // namespace

void check_size(ImageSize size, std::string_view name) {
  if (size.height < 1 || size.width < 1 || size.height > 65535 || size.width > 65535 ||
      size.height * size.width > kMaxPixels) {
    fail(ExitCode::kData, "{}: a picture of {} x {} pixels; at most {} million are read", name,
         size.width, size.height, kMaxPixels >> 20);
  }
}

ImageSize measure(Bytes file, std::string_view name) {
  return format_of(file, name) == Format::kJpeg ? measure_jpeg(file, name)
                                                : measure_png(file, name);
}

void decode_into(Bytes file, std::string_view name, std::uint8_t* pixels) {
  const ImageSize size = measure(file, name);
  if (format_of(file, name) == Format::kJpeg) {
    decode_jpeg(file, name, size, pixels);
  } else {
    decode_png(file, name, size, pixels);
  }
}

Image decode(Bytes file, std::string_view name) {
  const ImageSize size = measure(file, name);
  Image image{size.height, size.width, {}};
  image.pixels.resize(static_cast<std::size_t>(3 * size.height * size.width));
  decode_into(file, name, image.pixels.data());
  return image;
}

Image read_image(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    fail(ExitCode::kData, "{}: cannot read the image: {}", path,
         std::strerror(errno == 0 ? EIO : errno));
  }
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in),
                                std::istreambuf_iterator<char>()};
  return decode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, path);
}

}  // namespace synface::data
