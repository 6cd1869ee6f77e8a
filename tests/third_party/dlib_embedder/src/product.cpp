#include "product.h"

#include <cstring>
#include <utility>

namespace dlib_embedder {
namespace {

constexpr std::int64_t kPanel = 32;  // columns

// Vectors of GCC and Clang; `Lanes` floats.
template <int Lanes>
struct Vector {
  typedef float type __attribute__((vector_size(Lanes * sizeof(float))));
};

// Rows x (Vectors * Lanes) outputs in registers, from one panel.
template <int Lanes, int Rows, int Vectors>
[[gnu::always_inline]] inline void tile(const float* a, std::int64_t k, const float* panel,
                                        const float* scale, const float* shift, float* c,
                                        std::int64_t n, std::int64_t rows) {
  using Floats = typename Vector<Lanes>::type;
  // Vector by vector: an array that is copied as a whole would go through the stack.
  const auto load = [](Floats& to, const float* from) { std::memcpy(&to, from, sizeof to); };
  Floats sum[Rows][Vectors] = {};
  for (std::int64_t i = 0; i < k; ++i) {
    Floats b[Vectors];
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; ++v) load(b[v], panel + i * kPanel + v * Lanes);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const float x = a[r * k + i];
#pragma GCC unroll 16
      for (int v = 0; v < Vectors; ++v) sum[r][v] += x * b[v];
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; ++v) {
      Floats by, plus;
      load(by, scale + v * Lanes);
      load(plus, shift + v * Lanes);
      const Floats out = sum[r][v] * by + plus;
      if (r < rows) std::memcpy(c + r * n + v * Lanes, &out, sizeof out);
    }
  }
}

template <int Lanes, int Rows, int Vectors>
[[gnu::always_inline]] inline void product(const float* a, std::int64_t rows, const Factor& f,
                                           float* c) {
  static_assert(kRowBlock % Rows == 0 && kPanel % (Vectors * Lanes) == 0);
  for (std::int64_t j = 0; j < f.n; j += Vectors * Lanes) {
    const float* panel = f.panels.data() + j / kPanel * kPanel * f.k + j % kPanel;
    for (std::int64_t r = 0; r < rows; r += Rows) {
      tile<Lanes, Rows, Vectors>(a + r * f.k, f.k, panel, f.scale.data() + j, f.shift.data() + j,
                                 c + r * f.n + j, f.n, rows - r);
    }
  }
}

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void product_avx512(const float* a, std::int64_t rows, const Factor& f,
                                               float* c) {
  product<16, 8, 2>(a, rows, f, c);
}
[[gnu::target("avx2,fma")]] void product_avx2(const float* a, std::int64_t rows, const Factor& f,
                                              float* c) {
  product<8, 6, 2>(a, rows, f, c);
}
#endif

}  // namespace

Factor::Factor(std::int64_t k_in, std::int64_t n_in, const std::vector<float>& b,
               std::vector<float> scale_in, std::vector<float> shift_in)
    : k(k_in), n(n_in), panels(b.size()), scale(std::move(scale_in)), shift(std::move(shift_in)) {
  for (std::int64_t i = 0; i < k; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      panels[static_cast<std::size_t>((j / kPanel * k + i) * kPanel + j % kPanel)] =
          b[static_cast<std::size_t>(i * n + j)];
    }
  }
}

bool has(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return __builtin_cpu_supports("avx512f") != 0;
  if (isa == Isa::kAvx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return isa == Isa::kPortable;
}

void multiply(Isa isa, const float* a, std::int64_t rows, const Factor& b, float* c) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return product_avx512(a, rows, b, c);
  if (isa == Isa::kAvx2) return product_avx2(a, rows, b, c);
#endif
  product<4, 3, 2>(a, rows, b, c);
}

void multiply(const float* a, std::int64_t rows, const Factor& b, float* c) {
  const Isa isa = has(Isa::kAvx512) ? Isa::kAvx512 : has(Isa::kAvx2) ? Isa::kAvx2 : Isa::kPortable;
  multiply(isa, a, rows, b, c);
}

}  // namespace dlib_embedder
