/* synface/ext/math.h: dense linear algebra of the host's library (a plain C loop is 20 times
 * slower). */
#ifndef SYNFACE_EXT_MATH_H
#define SYNFACE_EXT_MATH_H
#include <synface/context.h>
#include <synface/status.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_MATH "synface.math/1"
typedef struct synface_ext_math {
  uint32_t struct_size;
  uint32_t reserved;
  /* [compute] c = alpha * op(a) op(b) + beta * c for 2-D float32 or float64 tensors on ctx's
   * device, where op transposes if the flag is 1: op(a) [m, k], op(b) [k, n], c [m, n]. With beta =
   * 0 c is only written. Shapes that do not fit: SYNFACE_ERR_INVALID. */
  synface_status (*gemm)(const synface_context* ctx, const synface_tensor* a, uint32_t transpose_a,
                         const synface_tensor* b, uint32_t transpose_b, double alpha, double beta,
                         const synface_tensor* c, synface_error* error) SYNFACE_NOEXCEPT;
  /* [compute] y[r] = x[r] / max(|x[r]|, 1e-12) for rows of [n, d]; norm [n] out, may be NULL. */
  synface_status (*normalise_rows)(const synface_context* ctx, const synface_tensor* x,
                                   const synface_tensor* y, const synface_tensor* norm,
                                   synface_error* error) SYNFACE_NOEXCEPT;
} synface_ext_math;
#ifdef __cplusplus
}
#endif
#endif
