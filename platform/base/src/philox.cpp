#include "synface/base/philox.h"

#include <cmath>

#include "synface/base/error.h"

namespace synface {
namespace {

// Natural logarithm of a normal x > 0 from exact operations only (frexp, + - * /): x = m 2^e with
// m in [sqrt(1/2), sqrt(2)), log m = 2 artanh((m - 1) / (m + 1)).
double series_log(double x) noexcept {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752440) {
    m *= 2;
    --exponent;
  }
  const double z = (m - 1) / (m + 1);
  const double z2 = z * z;
  double sum = 0;
  for (int k = 23; k >= 1; k -= 2) sum = sum * z2 + 1.0 / k;
  return exponent * 0.693147180559945309417 + 2 * z * sum;
}

template <std::size_t N>
double polynomial(const std::array<double, N>& c, double x) noexcept {
  double sum = 0;
  for (std::size_t i = N; i-- > 0;) sum = sum * x + c[i];
  return sum;
}

// The coefficients of PPND16, lowest power first: numerators a, c, e and denominators b, d, f.
constexpr std::array<double, 8> kA = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                      1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                      4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                      3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr std::array<double, 8> kB = {1.0,
                                      4.2313330701600911252e+1,
                                      6.8718700749205790830e+2,
                                      5.3941960214247511077e+3,
                                      2.1213794301586595867e+4,
                                      3.9307895800092710610e+4,
                                      2.8729085735721942674e+4,
                                      5.2264952788528545610e+3};
constexpr std::array<double, 8> kC = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                      5.76949722146069140550e0,  3.64784832476320460504e0,
                                      1.27045825245236838258e0,  2.41780725177450611770e-1,
                                      2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr std::array<double, 8> kD = {1.0,
                                      2.05319162663775882187e0,
                                      1.67638483018380384940e0,
                                      6.89767334985100004550e-1,
                                      1.48103976427480074590e-1,
                                      1.51986665636164571966e-2,
                                      5.47593808499534494600e-4,
                                      1.05075007164441684324e-9};
constexpr std::array<double, 8> kE = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                      1.78482653991729133580e0,  2.96560571828504891230e-1,
                                      2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                      2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr std::array<double, 8> kF = {1.0,
                                      5.99832206555887937690e-1,
                                      1.36929880922735805310e-1,
                                      1.48753612908506148525e-2,
                                      7.86869131145613259100e-4,
                                      1.84631831751005468180e-5,
                                      1.42151175831644588870e-7,
                                      2.04426310338993978564e-15};

}  // namespace

double normal_quantile(double p) noexcept {
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kA, r) / polynomial(kB, r);
  }
  const double tail = std::sqrt(-series_log(q < 0 ? p : 1 - p));
  const double value = tail <= 5 ? polynomial(kC, tail - 1.6) / polynomial(kD, tail - 1.6)
                                 : polynomial(kE, tail - 5) / polynomial(kF, tail - 5);
  return q < 0 ? -value : value;
}

std::uint32_t PhiloxStream::below(std::uint32_t n) noexcept {
  std::uint64_t product = std::uint64_t{word()} * n;
  if (static_cast<std::uint32_t>(product) < n) {
    const std::uint32_t threshold = (0U - n) % n;
    while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{word()} * n;
  }
  return static_cast<std::uint32_t>(product >> 32U);
}

KeyedPermutation::KeyedPermutation(std::uint64_t key, std::uint64_t tweak, std::uint64_t n)
    : key_(philox_key(key)), tweak_(tweak), n_(n) {
  if (n == 0 || n > std::uint64_t{1} << 62U) {
    fail(ExitCode::kInternal, "a permutation of {} elements is not defined", n);
  }
  while (half_bits_ < 31 && std::uint64_t{1} << (2 * half_bits_) < n) ++half_bits_;
  mask_ = (std::uint64_t{1} << half_bits_) - 1;
}

std::uint64_t KeyedPermutation::round(std::uint64_t half, std::uint32_t number) const noexcept {
  return philox({static_cast<std::uint32_t>(half), number, static_cast<std::uint32_t>(tweak_),
                 static_cast<std::uint32_t>(tweak_ >> 32U)},
                key_)[0] &
         mask_;
}

std::uint64_t KeyedPermutation::operator()(std::uint64_t index) const noexcept {
  do {
    std::uint64_t left = index >> half_bits_;
    std::uint64_t right = index & mask_;
    for (std::uint32_t i = 0; i < 8; ++i) {
      const std::uint64_t next = left ^ round(right, i);
      left = right;
      right = next;
    }
    index = left << half_bits_ | right;
  } while (index >= n_);
  return index;
}

std::uint64_t KeyedPermutation::inverse(std::uint64_t image) const noexcept {
  do {
    std::uint64_t left = image >> half_bits_;
    std::uint64_t right = image & mask_;
    for (std::uint32_t i = 8; i-- > 0;) {
      const std::uint64_t before = right ^ round(left, i);
      right = left;
      left = before;
    }
    image = left << half_bits_ | right;
  } while (image >= n_);
  return image;
}

}  // namespace synface
