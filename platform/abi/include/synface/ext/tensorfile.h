/* synface/ext/tensorfile.h: .safetensors files, read and written. [control] */
#ifndef SYNFACE_EXT_TENSORFILE_H
#define SYNFACE_EXT_TENSORFILE_H
#include <synface/status.h>
#include <synface/tensor.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_TENSORFILE "synface.tensorfile/1"
typedef struct synface_ext_tensorfile {
  uint32_t struct_size;
  uint32_t reserved;
  /* Opens and checks a file whole (offsets, sizes, overlaps); SYNFACE_ERR_IO names the file and the
   * fault. */
  synface_status (*open)(synface_str path, void** file, synface_error* error) SYNFACE_NOEXCEPT;
  void (*close)(void* file) SYNFACE_NOEXCEPT;
  /* A tensor by name, mapped read-only until close(); SYNFACE_ERR_INVALID when there is none. */
  synface_status (*get)(void* file, synface_str name, synface_tensor* view,
                        synface_error* error) SYNFACE_NOEXCEPT;
  /* Text of a `__metadata__` key; empty when there is none; lent until close(). */
  synface_status (*metadata)(void* file, synface_str key, synface_str* text,
                             synface_error* error) SYNFACE_NOEXCEPT;
} synface_ext_tensorfile;
#ifdef __cplusplus
}
#endif
#endif
