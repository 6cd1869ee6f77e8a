/* synface/context.h: what every compute call receives. */
#ifndef SYNFACE_CONTEXT_H
#define SYNFACE_CONTEXT_H

#include <synface/base.h>
#include <synface/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYNFACE_PHASE_TRAIN 1
#define SYNFACE_PHASE_EVAL 2

/* Lent by the host for one call. */
typedef struct synface_context {
  uint32_t struct_size;
  uint32_t phase;   /* SYNFACE_PHASE_* */
  int32_t dev_type; /* equals that of create(); never changes in an instance's life */
  int32_t dev_id;
  void* stream;     /* CUDA: the cudaStream_t on which to enqueue; never synchronise. CPU: NULL */
  uint32_t key[2];  /* Philox key (philox.h) */
  uint64_t counter; /* Philox counter words 2 and 3; another one for each call */
  uint64_t step;    /* of the training, from 0 */
  uint64_t total_steps;
  uint32_t epoch;
  uint32_t threads;       /* budget of threads for this call, at least 1 */
  synface_dtype compute;  /* float32, or bfloat16 where the host runs in mixed precision */
  uint32_t deterministic; /* 1: same inputs must give the same bits */
  float margin_scale;     /* loss: 0..1, by which the margin ramp multiplies every margin */
  const volatile uint32_t* cancel; /* non-zero: return SYNFACE_ERR_CANCELLED within 100 ms */
} synface_context;

#ifdef __cplusplus
}
#endif
#endif
