/* synface/ext/parallel.h: the host's threads. A plugin starts none of its own. */
#ifndef SYNFACE_EXT_PARALLEL_H
#define SYNFACE_EXT_PARALLEL_H
#include <synface/context.h>
#include <synface/status.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_PARALLEL "synface.parallel/1"
/* Work on the indices first .. last - 1; must not unwind. */
typedef synface_status (*synface_parallel_body)(void* user, uint64_t first, uint64_t last,
                                                synface_error* error) SYNFACE_NOEXCEPT;
typedef struct synface_ext_parallel {
  uint32_t struct_size;
  uint32_t reserved;
  /* [compute] Splits 0 .. n - 1 into ranges of at least `grain` indices over at most ctx->threads
   * threads and returns when all are done; the first error in the order of the indices is returned.
   * How the ranges are cut depends on n, grain and ctx->threads alone. */
  synface_status (*each)(const synface_context* ctx, uint64_t n, uint64_t grain,
                         synface_parallel_body body, void* user,
                         synface_error* error) SYNFACE_NOEXCEPT;
} synface_ext_parallel;
#ifdef __cplusplus
}
#endif
#endif
