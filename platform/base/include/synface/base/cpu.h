// What processor this is.
#pragma once

#include <cstdint>
#include <string>

namespace synface {

struct CpuInfo {
  std::string model;         // "AMD EPYC ...", "unknown" where the system does not say
  std::string isa;           // "avx512", "avx2", "avx", "sse4", "sse2" on x86-64; "neon" on aarch64
  int cores = 1;             // logical processors that this process may run on
  std::uint64_t memory = 0;  // bytes of main memory that this process may use (cgroup limits too)
};

// avx512 means F, BW, CD, DQ and VL together; avx2 means AVX2 and FMA: the sets that libraries
// choose their kernels by.
CpuInfo cpu_info();
std::string cpu_isa();
std::string host_name();

}  // namespace synface
