// A matrix product that gives a row the same bits whatever the rows beside it, on AVX2 and on
// AVX-512: each output is summed alone, in the order of k, with fused multiplications. A BLAS
// promises neither, and some start threads of their own.
#pragma once

#include <cstdint>
#include <vector>

namespace dlib_embedder {

// The right-hand side [k, n] of a product with an affine map behind it, stored for the product.
struct Factor {
  // b is [k, n] row-major; n a multiple of 32.
  Factor(std::int64_t k, std::int64_t n, const std::vector<float>& b, std::vector<float> scale,
         std::vector<float> shift);

  std::int64_t k, n;
  std::vector<float> panels;  // [n / 32][k][32]
  std::vector<float> scale, shift;
};

// Rows that are read together; a must be readable up to a multiple of it.
constexpr std::int64_t kRowBlock = 24;

enum class Isa { kPortable, kAvx2, kAvx512 };
bool has(Isa isa);  // this machine

// c[r][j] = scale[j] * sum_i a[r][i] b[i][j] + shift[j] for r < rows. a [rows, k], c [rows, n].
// `isa` must be one that the machine has.
void multiply(Isa isa, const float* a, std::int64_t rows, const Factor& b, float* c);

// With the best that the machine has.
void multiply(const float* a, std::int64_t rows, const Factor& b, float* c);

}  // namespace dlib_embedder
