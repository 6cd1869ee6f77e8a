/* synface/host.h: what the host offers. */
#ifndef SYNFACE_HOST_H
#define SYNFACE_HOST_H

#include <synface/base.h>
#include <synface/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lives as long as the process. */
typedef struct synface_host {
  uint32_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved;
  synface_str name;    /* "synface" */
  synface_str version; /* of the host program */

  /* [any] An optional service by its id (ext/ headers), NULL when it is not offered. The table
   * lives as long as the process. A plugin must cope with NULL: report SYNFACE_ERR_UNSUPPORTED from
   * create() when it cannot work without the service. */
  const void* (*get_ext)(const struct synface_host* host, const char* id)SYNFACE_NOEXCEPT;
} synface_host;

#ifdef __cplusplus
}
#endif
#endif
