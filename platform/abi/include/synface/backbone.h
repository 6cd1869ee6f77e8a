/* synface/backbone.h: images to embeddings, with an explicit backward pass (a vector-Jacobian
 * product); the host has no automatic differentiation.
 *
 * LIFE: create, params, init (new trial only), bind, then any number of compute calls; destroy.
 * The host owns parameters, gradients and momentum as flat buffers; a backbone receives views of
 * them once, and their addresses never change. */
#ifndef SYNFACE_BACKBONE_H
#define SYNFACE_BACKBONE_H

#include <synface/instance.h>
#include <synface/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of a parameter's flags. */
#define SYNFACE_PARAMETER_TRAINABLE (UINT64_C(1) << 0) /* has a gradient and is optimised */
#define SYNFACE_PARAMETER_BUFFER                                         \
  (UINT64_C(1) << 1) /* state without gradient (running mean), which the \
                        plugin itself updates in training forwards */
#define SYNFACE_PARAMETER_NO_DECAY (UINT64_C(1) << 2) /* no weight decay */

typedef struct synface_parameter {
  uint32_t struct_size;
  uint32_t ndim;
  const int64_t* shape;
  synface_str name;    /* unique, as in a state dict: "stage1.0.conv1.weight" */
  synface_dtype dtype; /* float32 */
  float lr_scale;      /* multiplies the learning rate; 1 */
  uint64_t flags;      /* exactly one of TRAINABLE and BUFFER */
} synface_parameter;

/* Parameters, as backbones and losses with parameters of their own share them. */
typedef struct synface_parameters_table {
  uint32_t struct_size;
  uint32_t reserved;

  /* [control] The list, lent for the instance's life. */
  synface_status (*list)(void* self, const synface_parameter* const** parameters, uint32_t* n,
                         synface_error* error) SYNFACE_NOEXCEPT;

  /* [control] Writes initial values into n tensors, in the order of the list. Random numbers:
   * Philox with ctx->key, stream SYNFACE_STREAM_INIT. Same key, same values, on every machine. */
  synface_status (*init)(void* self, const synface_context* ctx,
                         const synface_tensor* const* values, uint32_t n,
                         synface_error* error) SYNFACE_NOEXCEPT;

  /* [control] Lends views that stay valid, at fixed addresses, until destroy(). gradients[i] is
   * NULL for a buffer, and for every parameter when the instance will only be evaluated. */
  synface_status (*bind)(void* self, const synface_tensor* const* values,
                         const synface_tensor* const* gradients, uint32_t n,
                         synface_error* error) SYNFACE_NOEXCEPT;
} synface_parameters_table;

typedef struct synface_backbone_table {
  /* dims: height, width, embedding, max_batch. create() may refuse a device with
   * SYNFACE_ERR_UNSUPPORTED: the host then makes an instance for the CPU. A frozen backbone
   * computes there; one that is to be trained ends the trial, for the user to choose the CPU. */
  synface_instance_table base;
  const synface_parameters_table* parameters; /* NULL: none (frozen, hand-made features) */

  /* [compute] x [B, 3, H, W] float32 in [-1, 1] = (rgb / 127.5) - 1, memory in either layout (the
   * flag SYNFACE_TENSOR_CHANNELS_LAST says which); embeddings [B, D] float32, not normalised. With
   * `tape` not NULL (phase TRAIN) writes a handle for backward(); phase EVAL: `tape` is NULL,
   * buffers are only read. On return the values are computed (CPU) or enqueued (CUDA). x stays
   * valid until the tape is freed. */
  synface_status (*forward)(void* self, const synface_context* ctx, const synface_tensor* x,
                            const synface_tensor* embeddings, void** tape,
                            synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] Gradients from d_embeddings [B, D], once per tape. accumulate = 1 adds to the bound
   * gradients, 0 overwrites them. d_x [B, 3, H, W], or NULL when nobody wants it. NULL function:
   * the backbone is frozen and cannot be trained. */
  synface_status (*backward)(void* self, const synface_context* ctx, void* tape,
                             const synface_tensor* d_embeddings, const synface_tensor* d_x,
                             uint32_t accumulate, synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] Frees a tape, used or not. NULL only when backward is. */
  void (*tape_free)(void* self, void* tape) SYNFACE_NOEXCEPT;

  /* [compute] Replaces running statistics of batch normalisation by those of the images given,
   * which come in `n_calls` batches: called with call = 0 .. n_calls - 1 in order. Used for the
   * floor of an untrained network. Optional. */
  synface_status (*calibrate)(void* self, const synface_context* ctx, const synface_tensor* x,
                              uint64_t call, uint64_t n_calls,
                              synface_error* error) SYNFACE_NOEXCEPT;

  /* [control] Writes D, the length of an embedding, of a backbone that settles it by itself
   * (hand-made features, weights of others). Such a backbone ignores dims.embedding, which may be
   * 0, and the host makes everything that follows with this D. NULL: D is dims.embedding. */
  synface_status (*embedding)(void* self, int64_t* length, synface_error* error) SYNFACE_NOEXCEPT;
} synface_backbone_table;

#ifdef __cplusplus
}
#endif
#endif
