#include "layers/norm_kernels.h"

#define SYNFACE_LANES 8
#include "layers/norm_kernels.inc"

namespace synface::layers {
const NormKernels kNormKernelsAvx2 = {"avx2", moments, apply, reduce, backward};
}  // namespace synface::layers
