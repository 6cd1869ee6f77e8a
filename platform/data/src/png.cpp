#include <png.h>
#include <synface/base/error.h>

#include <cstring>

#include "formats.h"

namespace synface::data {
namespace {

// libpng's simplified interface, which keeps longjmp inside the library.
class Reader {
 public:
  Reader(Bytes file, std::string_view name) {
    image_.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&image_, file.data(), file.size()) == 0) {
      fail(ExitCode::kData, "{}: damaged PNG file: {}", name, image_.message);
    }
    // Ordinary 16-bit files are sRGB-encoded; libpng would take them for linear.
    image_.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  }
  ~Reader() { png_image_free(&image_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  png_image& get() { return image_; }

 private:
  png_image image_{};
};

}  // namespace

bool is_png(Bytes file) {
  static constexpr std::uint8_t kMagic[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
  return file.size() >= sizeof kMagic && std::memcmp(file.data(), kMagic, sizeof kMagic) == 0;
}

ImageSize measure_png(Bytes file, std::string_view name) {
  Reader reader(file, name);
  const ImageSize size{reader.get().height, reader.get().width};
  check_size(size, name);
  return size;
}

void decode_png(Bytes file, std::string_view name, ImageSize size, std::uint8_t* pixels) {
  Reader reader(file, name);
  png_image& image = reader.get();
  if (image.height != static_cast<png_uint_32>(size.height) ||
      image.width != static_cast<png_uint_32>(size.width)) {
    fail(ExitCode::kInternal, "{}: decoded with another size than measured", name);
  }
  // Alpha is dropped, never blended: ask for RGBA and leave the fourth byte out.
  image.format = PNG_FORMAT_RGBA;
  const std::size_t count = static_cast<std::size_t>(size.height * size.width);
  std::vector<std::uint8_t> rgba(4 * count);
  if (png_image_finish_read(&image, nullptr, rgba.data(), 0, nullptr) == 0 ||
      PNG_IMAGE_FAILED(image)) {
    fail(ExitCode::kData, "{}: damaged or truncated PNG file: {}", name, image.message);
  }
  for (std::size_t i = 0; i < count; ++i) std::memcpy(pixels + 3 * i, rgba.data() + 4 * i, 3);
}

std::vector<std::uint8_t> encode_png(const ImageView& view) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(view.width);
  image.height = static_cast<png_uint_32>(view.height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::uint8_t> bytes(size);
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, view.pixels, 0, nullptr) == 0) {
    fail(ExitCode::kInternal, "an image of {} x {} could not be written as PNG: {}", view.height,
         view.width, image.message);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace synface::data
