// The matrix product against sums in double precision, and its promise of equal bits.
#include "product.h"

#include <synface/sdk/testing.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace t = synface::sdk::testing;
using namespace dlib_embedder;

namespace {

constexpr std::int64_t kRows = 29, kInner = 75, kColumns = 64;

std::vector<float> numbers(std::int64_t n, double step) {
  std::vector<float> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(std::sin(step * static_cast<double>(i + 1)));
  }
  return values;
}

// Room to read the last block of rows whole.
const std::vector<float>& left() {
  static const std::vector<float> a = numbers((kRows + kRowBlock) * kInner, 0.37);
  return a;
}

std::vector<float> product_with(Isa isa, std::int64_t first, std::int64_t rows) {
  const Factor factor(kInner, kColumns, numbers(kInner * kColumns, 0.11), numbers(kColumns, 1.3),
                      numbers(kColumns, 0.7));
  std::vector<float> c(static_cast<std::size_t>(rows * kColumns));
  multiply(isa, left().data() + first * kInner, rows, factor, c.data());
  return c;
}

void a_product_is_near_the_exact_one(Isa isa) {
  const std::vector<float> b = numbers(kInner * kColumns, 0.11), scale = numbers(kColumns, 1.3),
                           shift = numbers(kColumns, 0.7), c = product_with(isa, 0, kRows);
  for (std::int64_t r = 0; r < kRows; ++r) {
    for (std::int64_t j = 0; j < kColumns; ++j) {
      const auto at = static_cast<std::size_t>(j);
      double sum = 0;
      for (std::int64_t i = 0; i < kInner; ++i) {
        sum += static_cast<double>(left()[static_cast<std::size_t>(r * kInner + i)]) *
               static_cast<double>(b[static_cast<std::size_t>(i * kColumns + j)]);
      }
      const double wanted = sum * static_cast<double>(scale[at]) + static_cast<double>(shift[at]);
      t::require(t::near(c[static_cast<std::size_t>(r * kColumns + j)], wanted, 2e-6),
                 "an element of the product");
    }
  }
}

void a_row_has_the_same_bits_alone(Isa isa) {
  const std::vector<float> all = product_with(isa, 0, kRows);
  for (std::int64_t r = 0; r < kRows; ++r) {
    const std::vector<float> alone = product_with(isa, r, 1);
    t::require(std::equal(alone.begin(), alone.end(), all.begin() + r * kColumns), "a row's bits");
  }
}

}  // namespace

int main() {
  return t::run([] {
    for (const Isa isa : {Isa::kPortable, Isa::kAvx2, Isa::kAvx512}) {
      if (!has(isa)) continue;
      a_product_is_near_the_exact_one(isa);
      a_row_has_the_same_bits_alone(isa);
    }
    if (has(Isa::kAvx512) && has(Isa::kAvx2)) {
      t::require(product_with(Isa::kAvx512, 0, kRows) == product_with(Isa::kAvx2, 0, kRows),
                 "the same bits on AVX2 and on AVX-512");
    }
  });
}
