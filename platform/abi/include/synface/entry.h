/* synface/entry.h: the one exported symbol. */
#ifndef SYNFACE_ENTRY_H
#define SYNFACE_ENTRY_H

#include <synface/host.h>
#include <synface/instance.h>
#include <synface/param.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYNFACE_KIND_GENERATOR 1
#define SYNFACE_KIND_MIXUP 2
#define SYNFACE_KIND_BACKBONE 3
#define SYNFACE_KIND_LOSS 4
#define SYNFACE_KIND_BENCHMARK 5

/* One plugin; const data, so that a description costs no call. */
typedef struct synface_plugin {
  uint32_t struct_size;
  uint32_t kind;       /* SYNFACE_KIND_* */
  synface_str id;      /* as in the note */
  synface_str version; /* for people: "1.2.0" */
  synface_str doc;   /* what it is, in one to three sentences, with its source (paper, equation) */
  uint32_t revision; /* numerics revision, as in the note */
  uint32_t n_params;
  const synface_param* const* params;  /* n_params pointers; NULL when there are none */
  const synface_instance_table* table; /* first member of a synface_{generator,...}_table */
} synface_plugin;

#define SYNFACE_ENTRY_MAGIC UINT64_C(0x00454341464e5953) /* the bytes "SYNFACE\0" */

typedef struct synface_entry {
  uint32_t struct_size;
  uint32_t abi_major; /* SYNFACE_ABI_MAJOR and _MINOR at compile time: checked before any call */
  uint64_t magic;
  uint32_t abi_minor;
  uint32_t n_plugins;
  const synface_plugin* const* plugins;

  /* [control] Called once after loading, before any instance; may be NULL. `host` lives as long as
   * the process. Also called in the child process that reads descriptions, where the host offers
   * nothing but the log, so that a plugin that cannot start is found before a run. */
  synface_status (*init)(const synface_host* host, synface_error* error) SYNFACE_NOEXCEPT;

  /* [control] Called once at an orderly end, after the last destroy(); may be NULL. The library
   * stays loaded. */
  void (*deinit)(void) SYNFACE_NOEXCEPT;
} synface_entry;

/* The library defines this, as const data. */
SYNFACE_EXTERN_C SYNFACE_EXPORT const synface_entry synface_plugin_entry;

#ifdef __cplusplus
}
#endif
#endif
