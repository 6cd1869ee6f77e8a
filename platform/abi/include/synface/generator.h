/* synface/generator.h: images of people.
 *
 * A generator is a table of people: image (identity i, sample k) under a data seed. Two sorts
 * exist.
 *  - LATENT: `blocks`, `latents` and `render`. An image is a pure function of its latent row and
 * its key; a latent row is a pure function of its key. Identity Mixup needs this sort.
 *  - INDEX: `fetch`. Images that lie somewhere (class folders, a record file).
 * A plugin offers one sort; the members of the other are NULL. */
#ifndef SYNFACE_GENERATOR_H
#define SYNFACE_GENERATOR_H

#include <synface/instance.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which image. Mixups use `set` to say from which set of images (mixup.h); 0 elsewhere. */
typedef struct synface_key {
  uint64_t data_seed; /* seed.data; seed.test for held-out people */
  uint32_t identity;  /* 0 .. identities - 1 */
  uint32_t sample;    /* 0 .. samples of that identity - 1 */
  uint32_t set;
  uint32_t reserved;
} synface_key;

/* Bits of a block's flags. */
#define SYNFACE_BLOCK_PER_IDENTITY (UINT64_C(1) << 0) /* equal for all samples of an identity */
#define SYNFACE_BLOCK_MIXABLE (UINT64_C(1) << 1)      /* may be interpolated linearly */

/* A named part of a latent row: identity, expression, illumination, pose, background, ... */
typedef struct synface_block {
  uint32_t struct_size;
  uint32_t offset; /* first element in the row */
  uint32_t length;
  uint32_t reserved;
  uint64_t flags;
  synface_str name;
  synface_str doc;
} synface_block;

typedef struct synface_generator_table {
  /* dims: height, width of the images; identities, samples wanted. Always for the CPU. */
  synface_instance_table base;

  /* [control] The blocks, in order, without gap: together they are a row of L = offset + length of
   * the last one. Lent for the instance's life. LATENT only. */
  synface_status (*blocks)(void* self, const synface_block* const** blocks, uint32_t* n,
                           synface_error* error) SYNFACE_NOEXCEPT;

  /* [control] How many identities there are (UINT64_MAX: as many as anybody wants) and, for the
   * identities first .. first + n - 1, how many samples each has (UINT64_MAX likewise). `samples`
   * may be NULL when n is 0. */
  synface_status (*extent)(void* self, uint64_t* identities, uint64_t first, uint64_t n,
                           uint64_t* samples, synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] latents [n, L] float32 of n keys: row r depends on keys[r] alone. LATENT only. */
  synface_status (*latents)(void* self, const synface_context* ctx, const synface_key* keys,
                            uint64_t n, const synface_tensor* latents,
                            synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] images [n, H, W, 3] uint8 RGB (sRGB-encoded) of n latent rows, aligned to the ArcFace
   * template scaled to H x W. Row r depends on (latents[r], keys[r]) alone, to the bit for a device
   * kind: a batch may be split, joined and reordered, and rendered on any number of threads. The
   * key seeds what is no latent (sensor noise). LATENT only. */
  synface_status (*render)(void* self, const synface_context* ctx, const synface_tensor* latents,
                           const synface_key* keys, const synface_tensor* images,
                           synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] Writes the encoded file (JPEG or PNG) of one image, any size; the host decodes, and
   * scales it to H x W. INDEX only. A missing or damaged file: SYNFACE_ERR_IO that names it. */
  synface_status (*fetch)(void* self, const synface_key* key, const synface_sink* encoded,
                          synface_error* error) SYNFACE_NOEXCEPT;

  /* [control] Writes a text that names identity i ("Aaron_Peirsol"), for reports. Optional. */
  synface_status (*identity_name)(void* self, uint64_t identity, const synface_sink* name,
                                  synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] masks [n, H, W] uint8: region of each pixel (0 background, 1 skin, 2 hair, 3 eyes, 4
   * brows, 5 lips, 6 clothes or accessory), for quality figures by region. Optional. */
  synface_status (*masks)(void* self, const synface_context* ctx, const synface_tensor* latents,
                          const synface_key* keys, const synface_tensor* masks,
                          synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] Writes where one image lies, its path as a rule: an error about the image names it.
   * INDEX only. Optional. */
  synface_status (*image_name)(void* self, const synface_key* key, const synface_sink* name,
                               synface_error* error) SYNFACE_NOEXCEPT;
} synface_generator_table;

#ifdef __cplusplus
}
#endif
#endif
