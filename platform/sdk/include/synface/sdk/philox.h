// Philox4x32-10 for plugins; the algorithm and its known answers are in <synface/philox.h>.
#pragma once

#include <synface/context.h>
#include <synface/generator.h>
#include <synface/philox.h>

#include <array>
#include <cstdint>

namespace synface::sdk {
inline namespace v0_1 {

using PhiloxWords = std::array<uint32_t, 4>;

constexpr PhiloxWords philox(PhiloxWords c, uint32_t k0, uint32_t k1) noexcept {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53U} * c[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57U} * c[2];
    c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<uint32_t>(p1),
         static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<uint32_t>(p0)};
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return c;
}

// A stream of words: counter = (index, stream, word 2, word 3), index counting blocks of four.
class PhiloxStream {
 public:
  // Of a compute call.
  PhiloxStream(const synface_context& ctx, uint32_t stream) noexcept
      : key0_(ctx.key[0]),
        key1_(ctx.key[1]),
        counter_{0, stream, static_cast<uint32_t>(ctx.counter),
                 static_cast<uint32_t>(ctx.counter >> 32)} {}
  // Of one row of a generator or latent mixup.
  PhiloxStream(uint64_t data_seed, uint32_t stream, uint32_t identity, uint32_t sample) noexcept
      : key0_(static_cast<uint32_t>(data_seed)),
        key1_(static_cast<uint32_t>(data_seed >> 32)),
        counter_{0, stream, identity, sample} {}

  uint32_t word() noexcept {
    if (used_ == 4) {
      block_ = philox(counter_, key0_, key1_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }
  // In [0, 1), a multiple of 2^-24.
  float uniform() noexcept { return static_cast<float>(word() >> 8) * 0x1p-24F; }
  // In [0, 1), a multiple of 2^-53.
  double uniform_double() noexcept {
    const uint64_t a = word() >> 5;
    const uint64_t b = word() >> 6;
    return static_cast<double>(a * 67108864U + b) * 0x1p-53;
  }
  // In 0 .. n - 1, n >= 1, without bias (Lemire 2019, multiply and reject).
  uint32_t below(uint32_t n) noexcept {
    uint64_t product = uint64_t{word()} * n;
    if (static_cast<uint32_t>(product) < n) {
      const uint32_t threshold = (0U - n) % n;
      while (static_cast<uint32_t>(product) < threshold) product = uint64_t{word()} * n;
    }
    return static_cast<uint32_t>(product >> 32);
  }

 private:
  uint32_t key0_, key1_;
  PhiloxWords counter_;
  PhiloxWords block_{};
  uint32_t used_ = 4;
};

// Where a keyed permutation of 0 .. n - 1 sends `index` (index < n): a balanced Feistel network of
// eight rounds with Philox as its round function, walked until it falls inside 0 .. n - 1 (Black
// and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002). Needs no memory.
constexpr uint32_t permute(uint32_t index, uint32_t n, uint64_t key, uint32_t tweak) noexcept {
  uint32_t half_bits = 1;
  while (half_bits < 16 && (uint64_t{1} << (2 * half_bits)) < n) ++half_bits;
  const uint32_t mask = (1U << half_bits) - 1U;
  uint32_t x = index;
  do {
    uint32_t left = x >> half_bits;
    uint32_t right = x & mask;
    for (uint32_t round = 0; round < 8; ++round) {
      const uint32_t mixed = philox({right, round, tweak, 0x70657266U}, static_cast<uint32_t>(key),
                                    static_cast<uint32_t>(key >> 32))[0];
      const uint32_t next = left ^ (mixed & mask);
      left = right;
      right = next;
    }
    x = (left << half_bits) | right;
  } while (x >= n);
  return x;
}

}  // namespace v0_1
}  // namespace synface::sdk
