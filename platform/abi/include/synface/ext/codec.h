/* synface/ext/codec.h: image files to pixels and back. [any] */
#ifndef SYNFACE_EXT_CODEC_H
#define SYNFACE_EXT_CODEC_H
#include <synface/status.h>
#include <synface/tensor.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_CODEC "synface.codec/1"
#define SYNFACE_CODEC_PNG 1
#define SYNFACE_CODEC_JPEG 2
typedef struct synface_ext_codec {
  uint32_t struct_size;
  uint32_t reserved;
  /* Height and width of a JPEG or PNG file in memory; SYNFACE_ERR_IO when it is neither or is cut
   * off. */
  synface_status (*measure)(const void* bytes, uint64_t size, int64_t* height, int64_t* width,
                            synface_error* error) SYNFACE_NOEXCEPT;
  /* Decodes to [H, W, 3] uint8 RGB of exactly the measured size; grey is spread, alpha dropped. */
  synface_status (*decode)(const void* bytes, uint64_t size, const synface_tensor* image,
                           synface_error* error) SYNFACE_NOEXCEPT;
  /* Encodes [H, W, 3] uint8 RGB. quality 1..100 for JPEG, ignored for PNG. */
  synface_status (*encode)(uint32_t format, uint32_t quality, const synface_tensor* image,
                           const synface_sink* sink, synface_error* error) SYNFACE_NOEXCEPT;
  /* [H, W, 3] to [h, w, 3]: area average when it shrinks, bilinear when it grows. */
  synface_status (*resize)(const synface_tensor* from, const synface_tensor* to,
                           synface_error* error) SYNFACE_NOEXCEPT;
} synface_ext_codec;
#ifdef __cplusplus
}
#endif
#endif
