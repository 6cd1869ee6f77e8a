#include <immintrin.h>

#include "core/kernels.h"

#define SYNFACE_LANES 8
#include "core/lanes.inc"
#include "core/raster_kernels.inc"
#include "core/shape_kernels.inc"
#include "core/textured_kernels.inc"

namespace synface::morphable {
const Kernels kKernelsAvx2 = {Isa::kAvx2,  SYNFACE_LANES, shape_lanes,
                              place_lanes, draw_lanes,    textured_lanes};
}  // namespace synface::morphable
