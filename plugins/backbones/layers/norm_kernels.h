// Kernels of batch normalisation fused with what follows it (PReLU, or the addition of a shortcut)
// in channels-last memory: a tensor is `rows` rows of `channels` floats, one after the other.
//
// SAME BITS EVERYWHERE. One source (norm_kernels.inc) is compiled for each instruction set. A
// channel is a lane of its own: no sum runs across lanes, no product is contracted into an
// addition, and sums over rows have a fixed shape (even and odd rows of runs of 64, which are then
// added in double precision), so that the width of the vectors changes no result. Callers cut the
// rows into blocks by the sizes of the tensor alone, so that the number of threads changes none
// either.
#ifndef SYNFACE_BACKBONES_LAYERS_NORM_KERNELS_H
#define SYNFACE_BACKBONES_LAYERS_NORM_KERNELS_H

#include <cstdint>

namespace synface::layers {

// What normalises one tensor, C values each: n(x) = (x - mean) * scale + shift, where scale = gamma
// / sqrt(var + eps) and shift = beta.
struct Affine {
  const float* mean;
  const float* scale;
  const float* shift;
};

// y = f(n(x)), f = PReLU with `slope` where that is not NULL; or y = n(x) + r; or y = n(x) + n2(r).
// y may be x.
struct ApplyArgs {
  const float* x;
  float* y;
  Affine norm;
  const float* slope;     // [C] or NULL
  const float* residual;  // like x, or NULL; never together with slope
  Affine residual_norm;   // members NULL: the residual is added as it is
};

// Sums over rows for the backward pass, where dz = dy f'(z), z = n(x):
// sum_dz += dz, sum_dz_x += dz (x - mean), sum_slope += dy min(z, 0) (only with slope).
struct ReduceArgs {
  const float* x;
  const float* dy;
  Affine norm;
  const float* slope;  // [C] or NULL
  double* sum_dz;      // [C]
  double* sum_dz_x;    // [C]
  double* sum_slope;   // [C] or NULL
};

// dx = dz scale + (x - mean) slant + level [+ extra]; dx may be dy.
struct BackwardArgs {
  const float* x;
  const float* dy;
  float* dx;
  Affine norm;
  const float* slope;  // [C] or NULL
  const float* slant;  // [C]
  const float* level;  // [C]
  const float* extra;  // like x, or NULL: a gradient from elsewhere, added
};

// Pointers point at the first row of a block of `rows` rows; the sums are added to.
struct NormKernels {
  const char* isa;
  // sum += x - pivot, square += (x - pivot)^2 over rows; pivot [C] is a value near the mean,
  // against cancellation.
  void (*moments)(const float* x, std::int64_t rows, std::int64_t channels, const float* pivot,
                  double* sum, double* square) noexcept;
  void (*apply)(const ApplyArgs&, std::int64_t rows, std::int64_t channels) noexcept;
  void (*reduce)(const ReduceArgs&, std::int64_t rows, std::int64_t channels) noexcept;
  void (*backward)(const BackwardArgs&, std::int64_t rows, std::int64_t channels) noexcept;
};

extern const NormKernels kNormKernelsPortable;
#if defined(__x86_64__)
extern const NormKernels kNormKernelsAvx2;
extern const NormKernels kNormKernelsAvx512;
#endif

// The widest that this processor has.
const NormKernels& norm_kernels() noexcept;

}  // namespace synface::layers

#endif
