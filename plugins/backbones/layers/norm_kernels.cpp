#include "layers/norm_kernels.h"

namespace synface::layers {

const NormKernels& norm_kernels() noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return kNormKernelsAvx512;
  }
  if (__builtin_cpu_supports("avx2")) return kNormKernelsAvx2;
#endif
  return kNormKernelsPortable;
}

}  // namespace synface::layers
