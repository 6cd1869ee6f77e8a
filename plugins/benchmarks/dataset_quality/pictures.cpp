#include "pictures.h"

#include <algorithm>
#include <cmath>

namespace dataset_quality {
namespace {

namespace sdk = synface::sdk;

constexpr uint32_t kJpegQuality = 90;

// A dense tensor over memory of ours.
struct Lent {
  std::vector<int64_t> shape, strides;
  synface_tensor tensor{};

  template <typename T>
  Lent(T* data, std::vector<int64_t> dims) : shape(std::move(dims)), strides(shape.size()) {
    int64_t step = 1;
    for (std::size_t i = shape.size(); i-- > 0; step *= shape[i]) strides[i] = step;
    tensor.data = data;
    tensor.dev_type = SYNFACE_DEVICE_CPU;
    tensor.ndim = static_cast<int32_t>(shape.size());
    tensor.dtype = sdk::dtype_of<T>();
    tensor.shape = shape.data();
    tensor.strides = strides.data();
  }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
};

}  // namespace

Picture Pictures::read(uint64_t request) const {
  Picture picture{height_, width_, std::vector<uint8_t>(3 * height_ * width_)};
  const Lent image(picture.pixels.data(),
                   {static_cast<int64_t>(height_), static_cast<int64_t>(width_), 3});
  synface_error error = sdk::empty_error();
  sdk::check(images_.read(&ctx_, request, &image.tensor, &error), error);
  return picture;
}

void Pictures::embed_batch(std::vector<uint8_t>& batch, std::size_t n, double* rows) const {
  std::vector<float> out(n * embedding_);
  const auto count = static_cast<int64_t>(n);
  const Lent images(batch.data(),
                    {count, static_cast<int64_t>(height_), static_cast<int64_t>(width_), 3});
  const Lent embeddings(out.data(), {count, static_cast<int64_t>(embedding_)});
  synface_error error = sdk::empty_error();
  sdk::check(images_.embed(&ctx_, &images.tensor, &embeddings.tensor, &error), error);
  for (std::size_t i = 0; i < out.size(); ++i) {
    rows[i] = static_cast<double>(out[i]);
    if (!std::isfinite(rows[i])) {
      throw sdk::Error(SYNFACE_ERR_NUMERIC, "an embedding is not a number", "embed");
    }
  }
}

std::string Pictures::jpeg(Picture& picture) const {
  std::string bytes;
  const synface_sink sink = {sizeof sink, 0, &bytes,
                             [](void* user, const void* data, uint64_t size,
                                synface_error* inner) noexcept -> synface_status {
                               return sdk::guard(inner, [&] {
                                 static_cast<std::string*>(user)->append(
                                     static_cast<const char*>(data),
                                     static_cast<std::size_t>(size));
                               });
                             }};
  const Lent image(picture.pixels.data(),
                   {static_cast<int64_t>(picture.height), static_cast<int64_t>(picture.width), 3});
  synface_error error = sdk::empty_error();
  sdk::check(codec_.encode(SYNFACE_CODEC_JPEG, kJpegQuality, &image.tensor, &sink, &error), error);
  return bytes;
}

}  // namespace dataset_quality
