#include "core/kernels.h"

namespace synface::morphable {

std::vector<const Kernels*> usable_kernels() {
  std::vector<const Kernels*> out{&kKernelsPortable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    out.push_back(&kKernelsAvx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
      out.push_back(&kKernelsAvx512);
    }
  }
#endif
  return out;
}

const Kernels& best_kernels() {
  static const Kernels& best = *usable_kernels().back();
  return best;
}

}  // namespace synface::morphable
