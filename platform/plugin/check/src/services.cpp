#include "services.h"

#include <synface/ext/alloc.h>
#include <synface/ext/math.h>
#include <synface/ext/metric.h>
#include <synface/ext/parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <thread>
#include <vector>

namespace synface::plugin::check {
namespace {

synface_status refuse(synface_error* error, synface_status code, const char* message) noexcept {
  error->code = code;
  std::snprintf(error->message, sizeof error->message, "%s", message);
  error->where[0] = '\0';
  return code;
}

// ---- alloc --------------------------------------------------------------------------------------

synface_status take(const synface_context*, std::uint64_t size, void** memory,
                    synface_error* error) noexcept {
  constexpr std::uint64_t kAlign = 256;
  *memory = nullptr;
  if (size == 0) return SYNFACE_OK;
  *memory = std::aligned_alloc(kAlign, (size + kAlign - 1) / kAlign * kAlign);
  return *memory == nullptr ? refuse(error, SYNFACE_ERR_MEMORY, "out of memory") : SYNFACE_OK;
}
void give(const synface_context*, void* memory) noexcept {
  std::free(memory);
}
constexpr synface_ext_alloc kAlloc = {sizeof(synface_ext_alloc), 0, &take, &give};

// ---- math ---------------------------------------------------------------------------------------

template <typename T>
struct Matrix {
  T* data;
  std::int64_t rows, columns, row_step, column_step;
  T& at(std::int64_t i, std::int64_t j) const { return data[i * row_step + j * column_step]; }
};
template <typename T>
Matrix<T> matrix(const synface_tensor& t, bool transpose) {
  T* data = reinterpret_cast<T*>(static_cast<char*>(t.data) + t.byte_offset);
  if (transpose) return {data, t.shape[1], t.shape[0], t.strides[1], t.strides[0]};
  return {data, t.shape[0], t.shape[1], t.strides[0], t.strides[1]};
}

template <typename T>
synface_status multiply(const synface_tensor& ta, bool transpose_a, const synface_tensor& tb,
                        bool transpose_b, double alpha, double beta, const synface_tensor& tc,
                        synface_error* error) {
  const auto a = matrix<T>(ta, transpose_a), b = matrix<T>(tb, transpose_b),
             c = matrix<T>(tc, false);
  if (a.rows != c.rows || b.columns != c.columns || a.columns != b.rows) {
    return refuse(error, SYNFACE_ERR_INVALID, "shapes of a product do not fit");
  }
  for (std::int64_t i = 0; i < c.rows; ++i) {
    for (std::int64_t j = 0; j < c.columns; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < a.columns; ++k) {
        sum += static_cast<double>(a.at(i, k)) * static_cast<double>(b.at(k, j));
      }
      const double old = beta == 0 ? 0 : beta * static_cast<double>(c.at(i, j));
      c.at(i, j) = static_cast<T>(alpha * sum + old);
    }
  }
  return SYNFACE_OK;
}

synface_status gemm(const synface_context*, const synface_tensor* a, std::uint32_t transpose_a,
                    const synface_tensor* b, std::uint32_t transpose_b, double alpha, double beta,
                    const synface_tensor* c, synface_error* error) noexcept {
  const auto is = [&](std::uint8_t bits) {
    for (const synface_tensor* t : {a, b, c}) {
      if (t->ndim != 2 || t->dtype.code != SYNFACE_FLOAT || t->dtype.bits != bits) return false;
    }
    return true;
  };
  if (is(32)) {
    return multiply<float>(*a, transpose_a != 0, *b, transpose_b != 0, alpha, beta, *c, error);
  }
  if (is(64)) {
    return multiply<double>(*a, transpose_a != 0, *b, transpose_b != 0, alpha, beta, *c, error);
  }
  return refuse(error, SYNFACE_ERR_INVALID, "a product is of 2-D float32 or float64 tensors");
}

synface_status normalise_rows(const synface_context*, const synface_tensor* x,
                              const synface_tensor* y, const synface_tensor* norm,
                              synface_error* error) noexcept {
  if (x->ndim != 2 || x->dtype.code != SYNFACE_FLOAT || x->dtype.bits != 32) {
    return refuse(error, SYNFACE_ERR_INVALID, "rows to normalise are a 2-D float32 tensor");
  }
  const auto from = matrix<float>(*x, false), to = matrix<float>(*y, false);
  for (std::int64_t i = 0; i < from.rows; ++i) {
    double squares = 0;
    for (std::int64_t j = 0; j < from.columns; ++j) {
      squares += static_cast<double>(from.at(i, j)) * static_cast<double>(from.at(i, j));
    }
    const double length = std::sqrt(squares);
    for (std::int64_t j = 0; j < from.columns; ++j) {
      to.at(i, j) =
          static_cast<float>(static_cast<double>(from.at(i, j)) / std::max(length, 1e-12));
    }
    if (norm != nullptr) static_cast<float*>(norm->data)[i] = static_cast<float>(length);
  }
  return SYNFACE_OK;
}
constexpr synface_ext_math kMath = {sizeof(synface_ext_math), 0, &gemm, &normalise_rows};

// ---- parallel -----------------------------------------------------------------------------------

synface_status each(const synface_context* ctx, std::uint64_t n, std::uint64_t grain,
                    synface_parallel_body body, void* user, synface_error* error) noexcept {
  const std::uint64_t step = std::max<std::uint64_t>(grain, 1);
  const std::uint64_t parts =
      std::clamp<std::uint64_t>((n + step - 1) / step, 1, std::max(ctx->threads, 1U));
  if (parts == 1) return n == 0 ? SYNFACE_OK : body(user, 0, n, error);
  std::vector<synface_error> errors(parts);
  std::vector<synface_status> statuses(parts, SYNFACE_OK);
  std::vector<std::thread> threads;
  for (std::uint64_t p = 0; p < parts; ++p) {
    threads.emplace_back([&, p] {
      errors[p].struct_size = sizeof(synface_error);
      statuses[p] = body(user, n * p / parts, n * (p + 1) / parts, &errors[p]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::uint64_t p = 0; p < parts; ++p) {
    if (statuses[p] == SYNFACE_OK) continue;
    *error = errors[p];
    return statuses[p];
  }
  return SYNFACE_OK;
}
constexpr synface_ext_parallel kParallel = {sizeof(synface_ext_parallel), 0, &each};

// ---- metric -------------------------------------------------------------------------------------

synface_status define(synface_str, synface_str, synface_str, std::uint32_t* metric,
                      synface_error*) noexcept {
  *metric = 0;
  return SYNFACE_OK;
}
synface_status record(const synface_context*, std::uint32_t, double, synface_error*) noexcept {
  return SYNFACE_OK;
}
constexpr synface_ext_metric kMetric = {sizeof(synface_ext_metric), 0, &define, &record};

}  // namespace

void offer_services(HostServices& host) {
  host.offer(SYNFACE_EXT_ALLOC, &kAlloc);
  host.offer(SYNFACE_EXT_MATH, &kMath);
  host.offer(SYNFACE_EXT_PARALLEL, &kParallel);
  host.offer(SYNFACE_EXT_METRIC, &kMetric);
}

}  // namespace synface::plugin::check
