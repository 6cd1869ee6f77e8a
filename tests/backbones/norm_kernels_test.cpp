// The kernels of each instruction set against each other (same bits) and against their definition.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "layers/norm_kernels.h"

namespace synface::layers {
namespace {

std::vector<const NormKernels*> runnable() {
  std::vector<const NormKernels*> kernels{&kNormKernelsPortable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) kernels.push_back(&kNormKernelsAvx2);
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    kernels.push_back(&kNormKernelsAvx512);
  }
#endif
  return kernels;
}

std::vector<float> numbers(std::size_t n, std::uint32_t seed, float centre, float spread) {
  std::vector<float> values(n);
  std::uint64_t state = seed;
  for (float& value : values) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    value = centre + spread * (static_cast<float>(state >> 40) * 0x1p-23F - 1.0F);
  }
  return values;
}

// One tensor and everything that the kernels take with it.
struct Data {
  std::int64_t rows, channels;
  std::vector<float> x, dy, other, mean, scale, shift, slope, slant, level, mean2, scale2, shift2;

  Data(std::int64_t r, std::int64_t c) : rows(r), channels(c) {
    const auto n = static_cast<std::size_t>(r * c), m = static_cast<std::size_t>(c);
    x = numbers(n, 1, 0.4F, 2.0F);
    dy = numbers(n, 2, 0.0F, 1.0F);
    other = numbers(n, 3, -0.2F, 1.5F);
    mean = numbers(m, 4, 0.4F, 0.3F);
    scale = numbers(m, 5, 1.0F, 0.9F);
    shift = numbers(m, 6, 0.0F, 0.5F);
    slope = numbers(m, 7, 0.25F, 0.4F);
    slant = numbers(m, 8, 0.0F, 0.1F);
    level = numbers(m, 9, 0.0F, 0.1F);
    mean2 = numbers(m, 10, 0.0F, 0.3F);
    scale2 = numbers(m, 11, 1.0F, 0.9F);
    shift2 = numbers(m, 12, 0.0F, 0.5F);
  }
  Affine affine() const { return {mean.data(), scale.data(), shift.data()}; }
  Affine affine2() const { return {mean2.data(), scale2.data(), shift2.data()}; }
};

// All results of one instruction set, as bytes in one vector of doubles or floats each.
struct Results {
  std::vector<double> sums;
  std::vector<std::vector<float>> tensors;
};

Results run(const NormKernels& k, const Data& d) {
  Results out;
  const auto c = static_cast<std::size_t>(d.channels);
  out.sums.assign(7 * c, 0.125);
  double* s = out.sums.data();
  k.moments(d.x.data(), d.rows, d.channels, d.x.data(), s, s + c);
  k.reduce({d.x.data(), d.dy.data(), d.affine(), d.slope.data(), s + 2 * c, s + 3 * c, s + 4 * c},
           d.rows, d.channels);
  k.reduce({d.x.data(), d.dy.data(), d.affine(), nullptr, s + 5 * c, s + 6 * c, nullptr}, d.rows,
           d.channels);
  const float* const slopes[] = {d.slope.data(), nullptr};
  const float* const others[] = {d.other.data(), nullptr};
  const auto apply = [&](const float* slope, const float* residual, Affine norm2) {
    auto& y = out.tensors.emplace_back(d.x.size());
    k.apply({d.x.data(), y.data(), d.affine(), slope, residual, norm2}, d.rows, d.channels);
  };
  apply(nullptr, nullptr, {});
  apply(d.slope.data(), nullptr, {});
  apply(nullptr, d.other.data(), {});
  apply(nullptr, d.other.data(), d.affine2());
  for (const float* slope : slopes) {
    for (const float* extra : others) {
      auto& dx = out.tensors.emplace_back(d.x.size());
      k.backward({d.x.data(), d.dy.data(), dx.data(), d.affine(), slope, d.slant.data(),
                  d.level.data(), extra},
                 d.rows, d.channels);
    }
  }
  return out;
}

class NormKernelsTest : public testing::TestWithParam<std::pair<std::int64_t, std::int64_t>> {};

TEST_P(NormKernelsTest, EveryInstructionSetGivesTheSameBits) {
  const Data data(GetParam().first, GetParam().second);
  const Results first = run(kNormKernelsPortable, data);
  for (const NormKernels* kernels : runnable()) {
    const Results other = run(*kernels, data);
    EXPECT_EQ(std::memcmp(first.sums.data(), other.sums.data(), first.sums.size() * sizeof(double)),
              0)
        << kernels->isa;
    for (std::size_t i = 0; i < first.tensors.size(); ++i) {
      EXPECT_EQ(std::memcmp(first.tensors[i].data(), other.tensors[i].data(),
                            first.tensors[i].size() * sizeof(float)),
                0)
          << kernels->isa << ", tensor " << i;
    }
  }
}

TEST_P(NormKernelsTest, EqualsTheDefinitionInDoublePrecision) {
  const Data d(GetParam().first, GetParam().second);
  const Results got = run(norm_kernels(), d);
  const auto channels = static_cast<std::size_t>(d.channels);
  std::vector<double> sums(7 * channels, 0.125), scale_of_sums(7 * channels, 1.0);
  for (std::size_t i = 0; i < d.x.size(); ++i) {
    const std::size_t c = i % channels;
    const double x = d.x[i], dy = d.dy[i], centred = x - double{d.mean[c]};
    const double z = centred * double{d.scale[c]} + double{d.shift[c]};
    const double dz = z > 0 ? dy : dy * double{d.slope[c]};
    const double pivot = x - double{d.x[c]};
    const double terms[] = {pivot, pivot * pivot, dz, dz * centred, z > 0 ? 0 : dy * z,
                            dy,    dy * centred};
    for (std::size_t k = 0; k < 7; ++k) {
      sums[k * channels + c] += terms[k];
      scale_of_sums[k * channels + c] += std::abs(terms[k]);
    }
    const double plain = double{d.slant[c]} * centred + double{d.level[c]};
    const double other = d.other[i];
    const double wanted[] = {
        z,
        z > 0 ? z : z * double{d.slope[c]},
        z + other,
        z + (other - double{d.mean2[c]}) * double{d.scale2[c]} + double{d.shift2[c]},
        dz * double{d.scale[c]} + plain + other,
        dz * double{d.scale[c]} + plain,
        dy * double{d.scale[c]} + plain + other,
        dy * double{d.scale[c]} + plain};
    for (std::size_t k = 0; k < 8; ++k) {
      ASSERT_NEAR(double{got.tensors[k][i]}, wanted[k], 2e-6)
          << "tensor " << k << ", element " << i;
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    EXPECT_NEAR(got.sums[i], sums[i], 1e-6 * scale_of_sums[i]) << "sum " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, NormKernelsTest,
                         testing::Values(std::pair{1, 1}, std::pair{2, 3}, std::pair{63, 7},
                                         std::pair{64, 8}, std::pair{65, 16}, std::pair{129, 24},
                                         std::pair{200, 48}, std::pair{77, 96}, std::pair{131, 64},
                                         std::pair{70, 109}, std::pair{5, 512},
                                         std::pair{300, 2051}),
                         [](const auto& shape) {
                           return std::to_string(shape.param.first) + "x" +
                                  std::to_string(shape.param.second);
                         });

TEST(NormKernels, VarianceSurvivesAFarMean) {
  // Mean 3000, deviation about 1.15: with float32 squares around 0 nothing would be left of it.
  const std::vector<float> x = numbers(4096 * 8, 5, 3000.0F, 2.0F);
  std::vector<double> sums(16, 0.0);
  norm_kernels().moments(x.data(), 4096, 8, x.data(), sums.data(), sums.data() + 8);
  for (std::size_t c = 0; c < 8; ++c) {
    double mean = 0, square = 0;
    for (std::size_t i = c; i < x.size(); i += 8) mean += double{x[i]} / 4096;
    for (std::size_t i = c; i < x.size(); i += 8) {
      square += (double{x[i]} - mean) * (double{x[i]} - mean) / 4096;
    }
    const double shifted = sums[c] / 4096;
    EXPECT_NEAR((sums[8 + c] / 4096 - shifted * shifted) / square, 1.0, 1e-5);
  }
}

}  // namespace
}  // namespace synface::layers
