// Philox4x32-10, the one source of random numbers (Salmon, Moraes, Dror, Shaw: "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011). The specification, the streams and the known answers are
// in <synface/philox.h>; this is the host's version of it. Everything here gives the same bits on
// every machine: integer arithmetic, and doubles in a fixed order without contraction.
#pragma once

#include <array>
#include <cstdint>

namespace synface {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

constexpr PhiloxKey philox_key(std::uint64_t seed) noexcept {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
}

constexpr PhiloxCounter philox(PhiloxCounter c, PhiloxKey key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32U) ^ c[1] ^ key[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32U) ^ c[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return c;
}

// In [0, 1): a multiple of 2^-24 of one word; a multiple of 2^-53 of two.
constexpr float uniform_float(std::uint32_t word) noexcept {
  return static_cast<float>(word >> 8U) * 0x1p-24F;
}
constexpr double uniform_double(std::uint32_t first, std::uint32_t second) noexcept {
  return (static_cast<double>(first >> 5U) * 67108864.0 + static_cast<double>(second >> 6U)) *
         0x1p-53;
}

// The quantile function of the standard normal distribution for 0 < p < 1: Wichura's PPND16
// (algorithm AS 241, Applied Statistics 37, 1988; relative error about 1e-16), its logarithm taken
// by a series of our own, so that no library's rounding enters.
double normal_quantile(double p) noexcept;

// A stream of words: counter = (index, stream, word 2, word 3), index counting blocks of four.
class PhiloxStream {
 public:
  PhiloxStream(std::uint64_t seed, std::uint32_t stream, std::uint64_t rest = 0) noexcept
      : PhiloxStream(philox_key(seed), {0, stream, static_cast<std::uint32_t>(rest),
                                        static_cast<std::uint32_t>(rest >> 32U)}) {}
  PhiloxStream(PhiloxKey key, PhiloxCounter start) noexcept : key_(key), counter_(start) {}

  std::uint32_t word() noexcept {
    if (used_ == 4) {
      block_ = philox(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }
  float uniform() noexcept { return uniform_float(word()); }
  double uniform_double() noexcept {
    const std::uint32_t first = word();
    return synface::uniform_double(first, word());
  }
  // Standard normal, two words a draw: the quantile of the middle of a cell of width 2^-53.
  double normal() noexcept { return normal_quantile(uniform_double() + 0x1p-54); }
  // In 0 .. n - 1, n >= 1, without bias (Lemire, ACM TOMACS 29, 2019: multiply and reject).
  std::uint32_t below(std::uint32_t n) noexcept;

 private:
  PhiloxKey key_;
  PhiloxCounter counter_;
  PhiloxCounter block_{};
  std::size_t used_ = 4;
};

// A permutation of 0 .. n - 1 that costs no memory: a balanced Feistel network of 8 rounds over
// the next even number of bits, its round function a word of Philox, and cycle walking back into
// the range (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002). `tweak`
// chooses one of the permutations of a key (Identity Mixup: one a sample). 1 <= n <= 2^62.
class KeyedPermutation {
 public:
  KeyedPermutation(std::uint64_t key, std::uint64_t tweak, std::uint64_t n);

  std::uint64_t operator()(std::uint64_t index) const noexcept;  // index < n
  std::uint64_t inverse(std::uint64_t image) const noexcept;
  std::uint64_t size() const noexcept { return n_; }

 private:
  std::uint64_t round(std::uint64_t half, std::uint32_t number) const noexcept;
  PhiloxKey key_;
  std::uint64_t tweak_, n_;
  std::uint32_t half_bits_ = 1;
  std::uint64_t mask_ = 1;
};

}  // namespace synface
