// What marks the maths that the CPU's loops and, through nvcc, the GPU's kernels share: one text
// and, as neither side contracts products into sums, the same bits.
#pragma once

#ifdef __CUDACC__
#define SYNFACE_BODY __host__ __device__ inline
#else
#define SYNFACE_BODY inline
#endif
