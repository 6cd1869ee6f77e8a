/* synface/tensor.h: a view of memory that somebody else owns.
 *
 * The members up to `byte_offset` lie where DLTensor (DLPack 1.x) has them, so that a view becomes
 * a DLTensor by a pointer cast. PROMISE OF THE HOST: dense and row-major (`strides` are given
 * nevertheless), the first element aligned to 256 bytes, byte_offset = 0, all dimensions >= 0.
 * A dimension of 0 is legal (an empty batch): `data` may then be NULL, and the call succeeds. */
#ifndef SYNFACE_TENSOR_H
#define SYNFACE_TENSOR_H

#include <synface/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Type codes; the numbers are DLPack's. */
#define SYNFACE_INT 0
#define SYNFACE_UINT 1
#define SYNFACE_FLOAT 2
#define SYNFACE_BFLOAT 4

typedef struct synface_dtype {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes; /* 1 */
} synface_dtype;

#define SYNFACE_TENSOR_READ_ONLY (UINT64_C(1) << 0)
#define SYNFACE_TENSOR_CHANNELS_LAST (UINT64_C(1) << 1) /* [B,C,H,W] whose memory is [B,H,W,C] */

#define SYNFACE_MAX_DIMS 8

typedef struct synface_tensor {
  void* data;
  int32_t dev_type; /* SYNFACE_DEVICE_* */
  int32_t dev_id;
  int32_t ndim;
  synface_dtype dtype;
  const int64_t* shape;
  const int64_t* strides; /* in elements */
  uint64_t byte_offset;
  uint64_t flags; /* SYNFACE_TENSOR_* */
} synface_tensor;

#ifdef __cplusplus
}
#endif
#endif
