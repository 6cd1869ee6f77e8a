// Draws from a counter: Philox4x32-10 (Salmon et al., SC 2011) with the streams of the plugin ABI
// (<synface/philox.h>): key = data seed, counter = (index, stream, identity, sample). Every draw is
// a pure function of those four and of the number of draws before it.
#pragma once

#include <array>
#include <cstdint>

#include "core/math.h"

namespace synface::morphable {

class Random {
 public:
  Random(uint64_t seed, uint32_t stream, uint32_t identity, uint32_t sample)
      : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)},
        counter_{0, stream, identity, sample} {}

  uint32_t word() {
    if (used_ == 4) {
      block_ = philox(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }
  // In (0, 1), never 0: an odd multiple of 2^-53.
  double uniform() {
    const uint64_t a = word() >> 6;
    const uint64_t b = word() >> 6;
    return static_cast<double>(((a << 26) | b) * 2 + 1) * 0x1p-53;
  }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  bool chance(double p) { return uniform() < p; }
  // Box and Muller; one of the pair is dropped, so that draws stay independent of history.
  double normal() {
    const double r = sqrt_of(-2.0 * log_of(uniform()));
    return r * sincos_of(2.0 * kPi * uniform()).cos;
  }
  double normal(double mean, double sd) { return mean + sd * normal(); }
  double exponential(double mean) { return -mean * log_of(uniform()); }
  // Marsaglia and Tsang 2000; a shape below 1 by Gamma(a) = Gamma(a + 1) U^(1/a).
  double gamma(double shape) {
    if (shape < 1.0) {
      const double above = gamma(shape + 1.0);
      return above * pow_of(uniform(), 1.0 / shape);
    }
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / sqrt_of(9.0 * d);
    for (;;) {
      const double x = normal();
      const double v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
      if (v <= 0.0) continue;
      if (log_of(uniform()) < 0.5 * x * x + d - d * v + d * log_of(v)) return d * v;
    }
  }
  double beta(double a, double b) {
    const double x = gamma(a);
    return x / (x + gamma(b));
  }

  using Words = std::array<uint32_t, 4>;
  static Words philox(Words c, std::array<uint32_t, 2> k) {
    for (int round = 0; round < 10; ++round) {
      const uint64_t p0 = uint64_t{0xD2511F53U} * c[0];
      const uint64_t p1 = uint64_t{0xCD9E8D57U} * c[2];
      c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<uint32_t>(p1),
           static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<uint32_t>(p0)};
      k[0] += 0x9E3779B9U;
      k[1] += 0xBB67AE85U;
    }
    return c;
  }

 private:
  std::array<uint32_t, 2> key_;
  Words counter_;
  Words block_{};
  uint32_t used_ = 4;
};

}  // namespace synface::morphable
