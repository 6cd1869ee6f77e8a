#include <synface/base/error.h>
#include <synface/plugin/instance.h>
#include <synface/train/generation.h>
#include <synface/train/host_extensions.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

#include "images_service.h"

namespace synface::train {
namespace {

ImagesService*& served() noexcept {
  static ImagesService* service = nullptr;
  return service;
}

synface_status report(synface_error* error, synface_status code, std::string_view text) noexcept {
  error->code = code;
  const std::size_t size = std::min(text.size(), sizeof error->message - 1);
  std::memcpy(error->message, text.data(), size);
  error->message[size] = '\0';
  error->where[0] = '\0';
  return code;
}

bool is_dense(const synface_tensor& t, std::uint8_t code, std::uint8_t bits,
              std::initializer_list<std::int64_t> shape) noexcept {
  if (t.dev_type != SYNFACE_DEVICE_CPU || t.dtype.code != code || t.dtype.bits != bits ||
      t.dtype.lanes != 1 || t.ndim != static_cast<std::int32_t>(shape.size()) ||
      !std::equal(shape.begin(), shape.end(), t.shape)) {
    return false;
  }
  std::int64_t step = 1;
  for (std::int32_t i = t.ndim; i-- > 0; step *= t.shape[i]) {
    if (t.shape[i] > 1 && (t.strides == nullptr || t.strides[i] != step)) return false;
  }
  return step == 0 || t.data != nullptr;  // step: number of elements
}

template <typename T>
T* elements(const synface_tensor& t) noexcept {
  return reinterpret_cast<T*>(static_cast<char*>(t.data) + t.byte_offset);
}

// Of what the host threw. The plugin may look at it; the evaluation throws the original again.
synface_status report_failure(synface_error* error) noexcept {
  try {
    throw;
  } catch (const Cancelled&) {
    return report(error, SYNFACE_ERR_CANCELLED, "cancelled by the host");
  } catch (const std::bad_alloc&) {
    return report(error, SYNFACE_ERR_MEMORY, "out of memory");
  } catch (const plugin::CallError& e) {
    return report(error, e.status(), e.reason());
  } catch (const Error& e) {
    return report(error, SYNFACE_ERR_IO, e.what());
  } catch (const std::exception& e) {
    return report(error, SYNFACE_ERR_INTERNAL, e.what());
  } catch (...) {
    return report(error, SYNFACE_ERR_INTERNAL, "an exception of an unknown type");
  }
}

// Runs body(service).
template <typename Body>
synface_status guard(synface_error* error, const Body& body) noexcept {
  if (served() == nullptr) {
    return report(error, SYNFACE_ERR_UNSUPPORTED,
                  "pictures are there while a benchmark is evaluated, and at no other time");
  }
  try {
    return body(*served());
  } catch (const RequestNotMade& e) {
    return report(error, SYNFACE_ERR_INVALID, e.what());
  } catch (...) {
    served()->keep(std::current_exception());
    return report_failure(error);
  }
}

synface_status read(const synface_context*, std::uint64_t request, const synface_tensor* image,
                    synface_error* error) noexcept {
  return guard(error, [&](ImagesService& service) -> synface_status {
    const auto shape = service.shape();
    if (!is_dense(*image, SYNFACE_UINT, 8, {shape.height, shape.width, 3})) {
      return report(error, SYNFACE_ERR_INVALID, "image is not dense [H, W, 3] uint8");
    }
    service.read(request, elements<std::uint8_t>(*image));
    return SYNFACE_OK;
  });
}

synface_status embed(const synface_context*, const synface_tensor* images,
                     const synface_tensor* embeddings, synface_error* error) noexcept {
  return guard(error, [&](ImagesService& service) -> synface_status {
    const auto shape = service.shape();
    const std::int64_t n = images->ndim == 4 ? images->shape[0] : -1;
    if (!is_dense(*images, SYNFACE_UINT, 8, {n, shape.height, shape.width, 3}) ||
        !is_dense(*embeddings, SYNFACE_FLOAT, 32, {n, shape.embedding})) {
      return report(error, SYNFACE_ERR_INVALID,
                    "images are not dense [N, H, W, 3] uint8, or embeddings not dense [N, D] "
                    "float32");
    }
    service.embed(elements<const std::uint8_t>(*images), n, elements<float>(*embeddings));
    return SYNFACE_OK;
  });
}

}  // namespace

const synface_ext_images& images_extension() noexcept {
  static constexpr synface_ext_images kTable = {sizeof(synface_ext_images), 0, &read, &embed};
  return kTable;
}

ImagesServed::ImagesServed(ImagesService* service) noexcept {
  served() = service;
}
ImagesServed::~ImagesServed() {
  served() = nullptr;
}

}  // namespace synface::train
