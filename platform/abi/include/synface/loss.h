/* synface/loss.h: from embeddings and labels to a loss and its gradient.
 *
 * LABELS are sparse and soft: labels [B, K] int64 in 0 .. C-1 and weights [B, K] float32, each row
 * summing to 1; an unused slot has weight 0 (and label 0). Within a row the labels of used slots
 * differ. K = 1 is the ordinary case, Identity Mixup gives 2, with Domain Mixup 3.
 *
 * THREE FORMS. MARGIN: the plugin maps a target's cosine to a logit; class weights, matrix
 * products, softmax and soft labels are the host's, one fused path for all such losses. LOGITS: the
 * plugin sees the whole matrix of cosines. EMBEDDING: the plugin does everything. An instance has
 * exactly one. */
#ifndef SYNFACE_LOSS_H
#define SYNFACE_LOSS_H

#include <synface/backbone.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYNFACE_LOSS_MARGIN 1
#define SYNFACE_LOSS_LOGITS 2
#define SYNFACE_LOSS_EMBEDDING 3

/* What the host does to x [B, D] and W [C, D] before their product. */
#define SYNFACE_LOSS_NORM_X (UINT64_C(1) << 0) /* rows of x scaled to length 1 */
#define SYNFACE_LOSS_NORM_W (UINT64_C(1) << 1) /* rows of W scaled to length 1 */
/* How a row with several labels is scored (MARGIN).
 * Clear: L = sum_k w_k CE_k, where CE_k's softmax has the margin on label k alone (mixup as usually
 * written). Set: one softmax with the margins of all K labels in it, L = sum_k w_k CE(o, k)
 * (as SynFace's code does, together with a margin that the plugin scales by w). */
#define SYNFACE_LOSS_JOINT_TARGETS (UINT64_C(1) << 2)

typedef struct synface_loss_info {
  uint32_t struct_size;
  uint32_t form;  /* SYNFACE_LOSS_MARGIN, _LOGITS, _EMBEDDING */
  uint64_t flags; /* SYNFACE_LOSS_* */
  double scale;   /* s: logits are s * cosine (MARGIN; 1 elsewhere) */
  double margin;  /* the largest additive margin, in the units of `margin_unit`; 0: none. For the
                     warning of `plan` that a setting cannot converge */
  uint32_t subcentres;  /* rows of W per class; 1 */
  uint32_t margin_unit; /* 0 none, 1 cosine, 2 radian */
} synface_loss_info;

typedef struct synface_loss_table {
  /* dims: classes, embedding, max_batch. create() may refuse a device with SYNFACE_ERR_UNSUPPORTED:
   * the host then makes an instance for the CPU, brings what its calls read there and what they
   * wrote back, at each step, and goes on. Only a loss with own parameters ends the trial then. */
  synface_instance_table base;
  const synface_parameters_table* parameters; /* EMBEDDING only; NULL: none */

  /* [control] */
  synface_status (*info)(void* self, synface_loss_info* info,
                         synface_error* error) SYNFACE_NOEXCEPT;

  /* MARGIN [compute]. All tensors [B, K] of one float dtype (float32, or float64 in checks) unless
   * said otherwise, on the instance's device.
   *  - cos: c, the cosine of row b with its k-th label's class weight, in [-1, 1] (with NORM_X
   *    cleared: the inner product);
   *  - norm [B]: length of the embedding before it was normalised;
   *  - weights: label weights; an unused slot has 0, and its outputs are ignored;
   *  - z out: the target's logit BEFORE the scale, e.g. c - m (CosFace);
   *  - dz_dcos out: its derivative by c;
   *  - dz_dnorm out, may be NULL: its derivative by the norm (quality-dependent margins); NULL: the
   *    host takes 0.
   * Margins are to be multiplied by ctx->margin_scale. */
  synface_status (*margin)(void* self, const synface_context* ctx, const synface_tensor* cos,
                           const synface_tensor* norm, const synface_tensor* weights,
                           const synface_tensor* z, const synface_tensor* dz_dcos,
                           const synface_tensor* dz_dnorm, synface_error* error) SYNFACE_NOEXCEPT;

  /* LOGITS [compute]. dot [B, C] (cosines with both NORM flags), norm [B], labels, weights [B, K];
   * z out [B, C]: logits, scale included. The host applies softmax and soft cross-entropy. `tape`
   * as for a backbone. */
  synface_status (*logits)(void* self, const synface_context* ctx, const synface_tensor* dot,
                           const synface_tensor* norm, const synface_tensor* labels,
                           const synface_tensor* weights, const synface_tensor* z, void** tape,
                           synface_error* error) SYNFACE_NOEXCEPT;
  /* d_z [B, C] in, d_dot [B, C] and d_norm [B] out (d_norm may be NULL). */
  synface_status (*logits_backward)(void* self, const synface_context* ctx, void* tape,
                                    const synface_tensor* d_z, const synface_tensor* d_dot,
                                    const synface_tensor* d_norm,
                                    synface_error* error) SYNFACE_NOEXCEPT;

  /* EMBEDDING [compute]. embeddings [B, D] as the backbone gave them; value [B] out: the loss of
   * each row, whose mean is minimised. */
  synface_status (*loss)(void* self, const synface_context* ctx, const synface_tensor* embeddings,
                         const synface_tensor* labels, const synface_tensor* weights,
                         const synface_tensor* value, void** tape,
                         synface_error* error) SYNFACE_NOEXCEPT;
  /* d_value [B] in, d_embeddings [B, D] out; gradients of own parameters go to the bound views,
   * accumulate as for a backbone. */
  synface_status (*loss_backward)(void* self, const synface_context* ctx, void* tape,
                                  const synface_tensor* d_value, const synface_tensor* d_embeddings,
                                  uint32_t accumulate, synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] Frees a tape. NULL for MARGIN. */
  void (*tape_free)(void* self, void* tape) SYNFACE_NOEXCEPT;
} synface_loss_table;

#ifdef __cplusplus
}
#endif
#endif
