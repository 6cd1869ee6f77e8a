#include "layers/norm_kernels.h"

#define SYNFACE_LANES 4
#include "layers/norm_kernels.inc"

namespace synface::layers {
const NormKernels kNormKernelsPortable = {"portable", moments, apply, reduce, backward};
}  // namespace synface::layers
