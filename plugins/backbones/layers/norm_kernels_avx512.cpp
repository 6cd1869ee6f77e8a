#include "layers/norm_kernels.h"

#define SYNFACE_LANES 16
#include "layers/norm_kernels.inc"

namespace synface::layers {
const NormKernels kNormKernelsAvx512 = {"avx512", moments, apply, reduce, backward};
}  // namespace synface::layers
