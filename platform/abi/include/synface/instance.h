/* synface/instance.h: life of an instance; the common first member of every kind's table. */
#ifndef SYNFACE_INSTANCE_H
#define SYNFACE_INSTANCE_H

#include <synface/context.h>
#include <synface/host.h>
#include <synface/param.h>
#include <synface/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes known when an instance is created; 0 where a size has no meaning for the kind. */
typedef struct synface_dims {
  uint32_t struct_size;
  int32_t dev_type; /* where the instance will compute */
  int32_t dev_id;
  int32_t reserved;
  int64_t classes;   /* C: classes of the training set (loss) */
  int64_t embedding; /* D: length of an embedding (backbone, loss) */
  int64_t height;    /* H, W: size of an image in pixels (generator, backbone) */
  int64_t width;
  int64_t max_batch;  /* upper bound of B; a batch may be smaller, and empty */
  int64_t identities; /* N and S of the wanted set Syn_N_S (mixup: of source 0) */
  int64_t samples;
} synface_dims;

typedef struct synface_instance_table {
  uint32_t struct_size; /* of the whole table of the kind */
  uint32_t reserved;

  /* [control] Makes an instance. `values`: one for each parameter of the schema, in its order; they
   * and `dims` are lent until the call returns. On success writes a handle that is not NULL. Draws
   * no random number, allocates no tensor, starts no thread.
   *
   * SYNFACE_ERR_UNSUPPORTED is the answer to a dims->dev_type for which it has no form, with these
   * values or any: what the host then does is said in the header of the kind. The host asks for
   * another device than the CPU only of a backbone or a loss whose note names torch= or cuda=
   * (note.h). The CPU may be refused too: the trial then ends with the plugin's message. */
  synface_status (*create)(const synface_host* host, const synface_value* values, uint32_t n_values,
                           const synface_dims* dims, void** self,
                           synface_error* error) SYNFACE_NOEXCEPT;

  /* [control] Ends an instance; no call is running in it and every tape has been freed. */
  void (*destroy)(void* self) SYNFACE_NOEXCEPT;

  /* [any] An optional capability of the instance by its id, NULL when it has none. May itself be
   * NULL. The table lives until destroy(). */
  const void* (*get_ext)(void* self, const char* id)SYNFACE_NOEXCEPT;
} synface_instance_table;

#ifdef __cplusplus
}
#endif
#endif
