/* synface/ext/images.h: the pictures behind the embeddings, for a benchmark while its evaluate()
 * runs: for sheets of what it found, and to embed pictures that it has changed (a part of the face
 * covered). */
#ifndef SYNFACE_EXT_IMAGES_H
#define SYNFACE_EXT_IMAGES_H
#include <synface/context.h>
#include <synface/status.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_IMAGES "synface.images/1"
typedef struct synface_ext_images {
  uint32_t struct_size;
  uint32_t reserved;
  /* [compute] The picture of the benchmark's m-th request as the backbone saw it: [H, W, 3] uint8
   * RGB, dense, of the H and W of create(), not mirrored. SYNFACE_ERR_INVALID for another shape or
   * a request that was not made. */
  synface_status (*read)(const synface_context* ctx, uint64_t request, const synface_tensor* image,
                         synface_error* error) SYNFACE_NOEXCEPT;
  /* [compute] Embeddings [N, D] float32 of pictures [N, H, W, 3] uint8 RGB, both dense, through the
   * same backbone as the `embeddings` of evaluate(): equal pictures, equal rows. N may be 0. */
  synface_status (*embed)(const synface_context* ctx, const synface_tensor* images,
                          const synface_tensor* embeddings, synface_error* error) SYNFACE_NOEXCEPT;
  /* Both: SYNFACE_ERR_UNSUPPORTED outside of evaluate(), SYNFACE_ERR_CANCELLED when the host wants
   * to stop; to be called on the thread of evaluate() alone. */
} synface_ext_images;
#ifdef __cplusplus
}
#endif
#endif
