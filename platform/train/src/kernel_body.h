// What marks a function that is compiled for the CPU's loops and, by nvcc, for the GPU's kernels.
#pragma once

#ifdef __CUDACC__
#define SYNFACE_BODY __host__ __device__ inline
#else
#define SYNFACE_BODY inline __attribute__((always_inline))
#endif
