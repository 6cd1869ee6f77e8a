/* synface/mixup.h: which images are mixed, how strongly, and what the label becomes.
 *
 * A mixup acts at one of two stages. LATENT: before rendering, on the mixable blocks of latent rows
 * (Identity Mixup of SynFace, Qiu et al., ICCV 2021, section 3.2); its result is an image like any
 * other and is kept in the image cache, so that `pick` must not depend on the step. BATCH: on the
 * decoded images of a training batch (Domain Mixup, section 3.3; input mixup; CutMix). */
#ifndef SYNFACE_MIXUP_H
#define SYNFACE_MIXUP_H

#include <synface/generator.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYNFACE_STAGE_LATENT 1
#define SYNFACE_STAGE_BATCH 2

/* Most sources that a mixup may read. */
#define SYNFACE_MAX_SOURCES 4

/* A set of images from which sources are taken. Set 0 is the trial's own training set, set 1 the
 * real images (TOML: real.train) when the mixup asks for them. */
typedef struct synface_mix_set {
  uint32_t struct_size;
  uint32_t index;
  uint64_t data_seed;
  uint64_t identities;
  const uint32_t* samples; /* [identities]: samples of each */
} synface_mix_set;

/* What a mixup is, fixed for an instance's life. */
typedef struct synface_mix_info {
  uint32_t struct_size;
  uint32_t stage;   /* SYNFACE_STAGE_* */
  uint32_t sources; /* K: 2 .. SYNFACE_MAX_SOURCES, source 0 being the row's own image */
  uint32_t sets;    /* sets that it reads: 1 (own), 2 (own and real) */
} synface_mix_info;

/* One source of one row. */
typedef struct synface_mix_source {
  synface_key key;    /* which image; key.set is the index of the set */
  float coefficient;  /* of the blend, also outside of 0..1; the K of a row sum to 1 */
  float label_weight; /* of this source's label; the K of a row sum to 1 */
} synface_mix_source;

typedef struct synface_mixup_table {
  /* dims: identities, samples of set 0; max_batch. Always for the CPU: the host keeps what a mixup
   * reads there, whatever the trial's device is. */
  synface_instance_table base;

  /* [control] */
  synface_status (*info)(void* self, synface_mix_info* info, synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] Chooses the sources of n rows: sources[r * K + s] for source s of row r; source 0 has
   * keys[r] itself as its key. Pure: LATENT depends on (keys[r], sets) alone; BATCH on (ctx->key,
   * ctx->counter, keys, sets). Two sources of a row with one label are legal; the host adds their
   * weights. An identity beyond its set, or weights that do not sum to 1, end the trial. */
  synface_status (*pick)(void* self, const synface_context* ctx, const synface_key* keys,
                         uint64_t n, const synface_mix_set* const* sets, uint32_t n_sets,
                         synface_mix_source* sources, synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] Mixes by itself; NULL: the host blends linearly, out = sum_s coefficient_s *
   * source_s. LATENT: sources are K tensors [n, M] float32, the mixable blocks of the latent rows
   * one after the other; `out` likewise. BATCH: K tensors [n, 3, H, W] float32 in [-1, 1] after
   * augmentation. `picked` are the n * K sources of pick(), and label_weight in it may be changed
   * here (CutMix: the area that was really cut). */
  synface_status (*apply)(void* self, const synface_context* ctx,
                          const synface_tensor* const* sources, uint32_t n_sources,
                          synface_mix_source* picked, uint64_t n, const synface_tensor* out,
                          synface_error* error) SYNFACE_NOEXCEPT;
} synface_mixup_table;

#ifdef __cplusplus
}
#endif
#endif
