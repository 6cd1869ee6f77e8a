#include <immintrin.h>

#include "core/kernels.h"

#define SYNFACE_LANES 16
#include "core/lanes.inc"
#include "core/raster_kernels.inc"
#include "core/shape_kernels.inc"
#include "core/textured_kernels.inc"

namespace synface::morphable {
const Kernels kKernelsAvx512 = {Isa::kAvx512, SYNFACE_LANES, shape_lanes,
                                place_lanes,  draw_lanes,    textured_lanes};
}  // namespace synface::morphable
