#include <synface/data/extensions.h>
#include <synface/train/gemm.h>
#include <synface/train/host_extensions.h>
#include <synface/train/memory.h>
#include <synface/train/parallel.h>
#include <synface/train/recorder.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <string>
#include <string_view>

#include "rows.h"
#include "torch_device.h"

namespace synface::train {
namespace {

synface_status report(synface_error* error, synface_status code, std::string_view text) noexcept {
  error->code = code;
  const std::size_t size = std::min(text.size(), sizeof error->message - 1);
  std::memcpy(error->message, text.data(), size);
  error->message[size] = '\0';
  error->where[0] = '\0';
  return code;
}

struct Invalid {
  const char* message;
};

template <typename Body>
synface_status guard(synface_error* error, const Body& body) noexcept {
  try {
    return body();
  } catch (const Invalid& e) {
    return report(error, SYNFACE_ERR_INVALID, e.message);
  } catch (const std::bad_alloc&) {
    return report(error, SYNFACE_ERR_MEMORY,
                  "out of memory (or the trial's memory_limit is reached)");
  } catch (const std::exception& e) {
    return report(error, SYNFACE_ERR_INTERNAL, e.what());
  } catch (...) {
    return report(error, SYNFACE_ERR_INTERNAL, "an exception of an unknown type");
  }
}

// ---- alloc --------------------------------------------------------------------------------------

Place place_of(const synface_context& ctx) {
  return {ctx.dev_type, ctx.dev_id, ctx.stream};
}

synface_status take(const synface_context* ctx, uint64_t size, void** memory,
                    synface_error* error) noexcept {
  return guard(error, [&] {
    const bool cuda = ctx->dev_type == SYNFACE_DEVICE_CUDA;
    *memory = cuda ? torch_take(place_of(*ctx), size) : process_allocator().take(size);
    return SYNFACE_OK;
  });
}
void give(const synface_context* ctx, void* memory) noexcept {
  if (ctx->dev_type == SYNFACE_DEVICE_CUDA) {
    torch_give(place_of(*ctx), memory);
  } else {
    process_allocator().give(memory);
  }
}

// ---- math ---------------------------------------------------------------------------------------

template <typename T>
Matrix<T> matrix(const synface_context& ctx, const synface_tensor& t, bool transposed) {
  if (t.ndim != 2 || t.dev_type != ctx.dev_type || t.dtype.code != SYNFACE_FLOAT ||
      t.dtype.bits != 8 * sizeof(T)) {
    throw Invalid{"2-D float32 or float64 tensors of one type in the context's memory are wanted"};
  }
  auto* data = reinterpret_cast<T*>(static_cast<char*>(t.data) + t.byte_offset);
  return {data, t.shape[0], t.shape[1], transposed};
}

template <typename T>
synface_status gemm_of(const synface_context& ctx, const synface_tensor& a, bool ta,
                       const synface_tensor& b, bool tb, double alpha, double beta,
                       const synface_tensor& c) {
  const auto ma = matrix<const T>(ctx, a, ta), mb = matrix<const T>(ctx, b, tb);
  const auto mc = matrix<T>(ctx, c, false);
  const std::int64_t m = ta ? ma.columns : ma.rows, k = ta ? ma.rows : ma.columns;
  const std::int64_t k2 = tb ? mb.columns : mb.rows, n = tb ? mb.rows : mb.columns;
  if (m != mc.rows || n != mc.columns || k != k2) {
    throw Invalid{"gemm: the shapes of a, b and c do not fit"};
  }
  if (ctx.dev_type == SYNFACE_DEVICE_CUDA) {
    torch_gemm(place_of(ctx), a, ta, b, tb, alpha, beta, c);
  } else {
    gemm<T>(ma, mb, mc, alpha, beta);
  }
  return SYNFACE_OK;
}

synface_status ext_gemm(const synface_context* ctx, const synface_tensor* a, uint32_t transpose_a,
                        const synface_tensor* b, uint32_t transpose_b, double alpha, double beta,
                        const synface_tensor* c, synface_error* error) noexcept {
  return guard(error, [&] {
    const auto& compute = c->dtype.bits == 64 ? gemm_of<double> : gemm_of<float>;
    return compute(*ctx, *a, transpose_a != 0, *b, transpose_b != 0, alpha, beta, *c);
  });
}

template <typename T>
void normalise(const synface_context& ctx, const synface_tensor& x, const synface_tensor& y,
               const synface_tensor* norm) {
  const auto from = matrix<const T>(ctx, x, false);
  const auto to = matrix<T>(ctx, y, false);
  if (from.rows != to.rows || from.columns != to.columns ||
      (norm != nullptr && (norm->ndim != 1 || norm->shape[0] != from.rows))) {
    throw Invalid{"normalise_rows: the shapes of x, y and norm do not fit"};
  }
  if (ctx.dev_type == SYNFACE_DEVICE_CUDA) {
    torch_normalise(place_of(ctx), x, y, norm);
    return;
  }
  const std::int64_t d = from.columns;
  parallel(static_cast<int>(ctx.threads), from.rows, 64,
           [&](std::int64_t first, std::int64_t last) {
             for (std::int64_t r = first; r < last; ++r) {
               const T* row = from.data + r * d;
               const T length = std::sqrt(dot(row, row, d));
               const T factor = T{1} / std::max(length, static_cast<T>(1e-12));
               for (std::int64_t i = 0; i < d; ++i) to.data[r * d + i] = row[i] * factor;
               if (norm != nullptr) static_cast<T*>(norm->data)[r] = length;
             }
           });
}

synface_status normalise_rows(const synface_context* ctx, const synface_tensor* x,
                              const synface_tensor* y, const synface_tensor* norm,
                              synface_error* error) noexcept {
  return guard(error, [&] {
    (x->dtype.bits == 64 ? normalise<double> : normalise<float>)(*ctx, *x, *y, norm);
    return SYNFACE_OK;
  });
}

// ---- parallel -----------------------------------------------------------------------------------

synface_status each(const synface_context* ctx, uint64_t n, uint64_t grain,
                    synface_parallel_body body, void* user, synface_error* error) noexcept {
  return guard(error, [&]() -> synface_status {
    std::mutex mutex;
    std::int64_t failed_at = -1;
    synface_status status = SYNFACE_OK;
    parallel(static_cast<int>(ctx->threads), static_cast<std::int64_t>(n),
             static_cast<std::int64_t>(std::max<uint64_t>(1, grain)),
             [&](std::int64_t first, std::int64_t last) {
               synface_error own{};
               own.struct_size = sizeof own;
               const synface_status s =
                   body(user, static_cast<uint64_t>(first), static_cast<uint64_t>(last), &own);
               if (s == SYNFACE_OK) return;
               const std::lock_guard lock(mutex);
               if (failed_at >= 0 && failed_at < first) return;
               failed_at = first;
               status = s;
               const std::uint32_t size = error->struct_size;
               *error = own;
               error->struct_size = size;
             });
    return status;
  });
}

// ---- metric -------------------------------------------------------------------------------------

std::atomic<Recorder*>& receiver() noexcept {
  static std::atomic<Recorder*> recorder{nullptr};
  return recorder;
}

std::string_view text(synface_str s) {
  return s.data == nullptr ? "" : std::string_view(s.data, s.size);
}

synface_status define(synface_str plugin_id, synface_str key, synface_str unit, uint32_t* metric,
                      synface_error* error) noexcept {
  return guard(error, [&] {
    Recorder* recorder = receiver();
    *metric = recorder == nullptr
                  ? 0
                  : recorder->define(std::string(text(plugin_id)) + "." + std::string(text(key)),
                                     text(unit));
    return SYNFACE_OK;
  });
}

synface_status record(const synface_context* ctx, uint32_t metric, double value,
                      synface_error* error) noexcept {
  return guard(error, [&] {
    if (Recorder* recorder = receiver()) {
      recorder->point(metric, static_cast<std::int64_t>(ctx->step), value);
    }
    return SYNFACE_OK;
  });
}

}  // namespace

const synface_ext_alloc& alloc_extension() noexcept {
  static constexpr synface_ext_alloc kTable = {sizeof(synface_ext_alloc), 0, &take, &give};
  return kTable;
}
const synface_ext_math& math_extension() noexcept {
  static constexpr synface_ext_math kTable = {sizeof(synface_ext_math), 0, &ext_gemm,
                                              &normalise_rows};
  return kTable;
}
const synface_ext_parallel& parallel_extension() noexcept {
  static constexpr synface_ext_parallel kTable = {sizeof(synface_ext_parallel), 0, &each};
  return kTable;
}
const synface_ext_metric& metric_extension() noexcept {
  static constexpr synface_ext_metric kTable = {sizeof(synface_ext_metric), 0, &define, &record};
  return kTable;
}

void offer_extensions(plugin::HostServices& host) {
  host.offer(SYNFACE_EXT_ALLOC, &alloc_extension());
  host.offer(SYNFACE_EXT_IMAGES, &images_extension());
  host.offer(SYNFACE_EXT_MATH, &math_extension());
  host.offer(SYNFACE_EXT_PARALLEL, &parallel_extension());
  host.offer(SYNFACE_EXT_METRIC, &metric_extension());
  host.offer(SYNFACE_EXT_CODEC, &data::codec_extension());
  host.offer(SYNFACE_EXT_LISTING, &data::listing_extension());
  host.offer(SYNFACE_EXT_TENSORFILE, &data::tensorfile_extension());
}

void receive_metrics(Recorder* recorder) noexcept {
  receiver() = recorder;
}

}  // namespace synface::train
