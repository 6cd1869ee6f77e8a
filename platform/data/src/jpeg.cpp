#include <synface/base/error.h>
#include <turbojpeg.h>

#include <memory>

#include "formats.h"

namespace synface::data {
namespace {

struct CloseHandle {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, CloseHandle>;

Handle open(tjhandle handle) {
  if (handle == nullptr) fail(ExitCode::kInternal, "libjpeg-turbo could not be started");
  return Handle(handle);
}

// A damaged file may decode with no more than a warning. Bytes that do not belong into the file are
// harmless and frequent; a premature end or corrupt data means that pixels are missing.
bool is_harmless(std::string_view warning) {
  return warning.find("extraneous bytes") != std::string_view::npos;
}

}  // namespace

bool is_jpeg(Bytes file) {
  return file.size() >= 3 && file[0] == 0xFF && file[1] == 0xD8 && file[2] == 0xFF;
}

ImageSize measure_jpeg(Bytes file, std::string_view name) {
  const Handle handle = open(tjInitDecompress());
  int width = 0, height = 0, subsampling = 0, space = 0;
  if (tjDecompressHeader3(handle.get(), file.data(), static_cast<unsigned long>(file.size()),
                          &width, &height, &subsampling, &space) != 0 &&
      tjGetErrorCode(handle.get()) == TJERR_FATAL) {
    fail(ExitCode::kData, "{}: damaged JPEG file: {}", name, tjGetErrorStr2(handle.get()));
  }
  if (space == TJCS_CMYK || space == TJCS_YCCK) {
    fail(ExitCode::kData, "{}: a CMYK JPEG file; convert it to RGB", name);
  }
  const ImageSize size{height, width};
  check_size(size, name);
  return size;
}

void decode_jpeg(Bytes file, std::string_view name, ImageSize size, std::uint8_t* pixels) {
  const Handle handle = open(tjInitDecompress());
  const int status =
      tjDecompress2(handle.get(), file.data(), static_cast<unsigned long>(file.size()), pixels,
                    static_cast<int>(size.width), 0, static_cast<int>(size.height), TJPF_RGB,
                    TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS);
  if (status == 0) return;
  const std::string message = tjGetErrorStr2(handle.get());
  if (tjGetErrorCode(handle.get()) == TJERR_WARNING && is_harmless(message)) return;
  fail(ExitCode::kData, "{}: damaged or truncated JPEG file: {}", name, message);
}

std::vector<std::uint8_t> encode_jpeg(const ImageView& image, int quality) {
  const Handle handle = open(tjInitCompress());
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const int status = tjCompress2(handle.get(), image.pixels, static_cast<int>(image.width), 0,
                                 static_cast<int>(image.height), TJPF_RGB, &bytes, &size,
                                 TJSAMP_444, quality, TJFLAG_ACCURATEDCT);
  const std::unique_ptr<unsigned char, decltype(&tjFree)> owner(bytes, &tjFree);
  if (status != 0) {
    fail(ExitCode::kInternal, "an image of {} x {} could not be written as JPEG: {}", image.height,
         image.width, tjGetErrorStr2(handle.get()));
  }
  return std::vector<std::uint8_t>(bytes, bytes + size);
}

}  // namespace synface::data
