/* synface/ext/alloc.h: memory of the instance's device from the host's caching allocator, so that
 * it is accounted for and page faults are paid once. The way to take tape and workspace memory. */
#ifndef SYNFACE_EXT_ALLOC_H
#define SYNFACE_EXT_ALLOC_H
#include <synface/context.h>
#include <synface/status.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_ALLOC "synface.alloc/1"
typedef struct synface_ext_alloc {
  uint32_t struct_size;
  uint32_t reserved;
  /* [compute] `size` bytes, aligned to 256, contents undefined, on ctx's device, ordered on its
   * stream. size 0 gives NULL with SYNFACE_OK. */
  synface_status (*take)(const synface_context* ctx, uint64_t size, void** memory,
                         synface_error* error) SYNFACE_NOEXCEPT;
  /* [compute] Gives back what take() gave; NULL is ignored. */
  void (*give)(const synface_context* ctx, void* memory) SYNFACE_NOEXCEPT;
} synface_ext_alloc;
#ifdef __cplusplus
}
#endif
#endif
