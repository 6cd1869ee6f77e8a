#include <fmt/format.h>
#include <synface/data/codec.h>
#include <synface/data/extensions.h>
#include <synface/data/resize.h>

#include "ext_guard.h"

namespace synface::data {
namespace {

constexpr std::string_view kName = "image";

Bytes bytes_of(const void* bytes, uint64_t size) {
  return {static_cast<const std::uint8_t*>(bytes), size};
}

// The picture behind a tensor [H, W, 3] uint8.
ImageView picture(const synface_tensor& t) {
  if (t.ndim != 3 || t.shape[2] != 3 || t.dtype.code != SYNFACE_UINT || t.dtype.bits != 8 ||
      t.shape[0] < 1 || t.shape[1] < 1 || t.dev_type != SYNFACE_DEVICE_CPU) {
    throw InvalidArgument{"an image must be [H, W, 3] uint8 in the CPU's memory"};
  }
  return {t.shape[0], t.shape[1], static_cast<const std::uint8_t*>(t.data) + t.byte_offset};
}
std::uint8_t* writable(const synface_tensor& t) {
  picture(t);
  return static_cast<std::uint8_t*>(t.data) + t.byte_offset;
}

synface_status ext_measure(const void* bytes, uint64_t size, int64_t* height, int64_t* width,
                           synface_error* error) noexcept {
  return guard(error, [&] {
    const ImageSize found = measure(bytes_of(bytes, size), kName);
    *height = found.height;
    *width = found.width;
  });
}

synface_status ext_decode(const void* bytes, uint64_t size, const synface_tensor* image,
                          synface_error* error) noexcept {
  return guard(error, [&] {
    const ImageSize found = measure(bytes_of(bytes, size), kName);
    std::uint8_t* pixels = writable(*image);
    if (image->shape[0] != found.height || image->shape[1] != found.width) {
      throw InvalidArgument{fmt::format("the image is {} x {}, the tensor {} x {}", found.height,
                                        found.width, image->shape[0], image->shape[1])};
    }
    decode_into(bytes_of(bytes, size), kName, pixels);
  });
}

synface_status ext_encode(uint32_t format, uint32_t quality, const synface_tensor* image,
                          const synface_sink* sink, synface_error* error) noexcept {
  return guard(error, [&] {
    if (format == SYNFACE_CODEC_JPEG && (quality < 1 || quality > 100)) {
      throw InvalidArgument{"the quality of a JPEG file is 1 to 100"};
    }
    if (format != SYNFACE_CODEC_JPEG && format != SYNFACE_CODEC_PNG) {
      throw InvalidArgument{"an unknown image format"};
    }
    const ImageView from = picture(*image);
    const auto bytes = format == SYNFACE_CODEC_PNG ? encode_png(from)
                                                   : encode_jpeg(from, static_cast<int>(quality));
    const synface_status status = sink->write(sink->user, bytes.data(), bytes.size(), error);
    if (status != SYNFACE_OK) throw PassOn{status};
  });
}

synface_status ext_resize(const synface_tensor* from, const synface_tensor* to,
                          synface_error* error) noexcept {
  return guard(error, [&] { resize(picture(*from), to->shape[0], to->shape[1], writable(*to)); });
}

}  // namespace

const synface_ext_codec& codec_extension() noexcept {
  static constexpr synface_ext_codec kTable = {
      sizeof(synface_ext_codec), 0, &ext_measure, &ext_decode, &ext_encode, &ext_resize};
  return kTable;
}

}  // namespace synface::data
