/* synface/base.h: the vocabulary of the plugin ABI. C11, no dependency, no type of any operating
 * system.
 *
 * READING GUIDE. These headers are the specification; no other document is needed.
 *  - A plugin is a shared library that exports ONE symbol, `synface_plugin_entry` (entry.h), and
 *    carries an ELF note that is read before it is loaded (note.h).
 *  - Every function is tagged with the place from which it may be called:
 *      [control]  creation, description, binding, state; one call at a time per instance.
 *      [compute]  the hot path; at most ONE compute call at a time per instance, but on ANY thread
 *                 of the operating system, and two calls in a row may come on two threads.
 *                 Nothing may be kept in thread-local storage between calls.
 *      [any]      at any time from any thread.
 *  - Every table starts with `struct_size`, the size with which its writer was compiled. Tables
 * grow at their end only. A reader looks at a member only if it lies within struct_size; a missing
 * or NULL optional member means "not offered". A writer zeroes what it does not know.
 *  - Arrays of structs that may grow are arrays of pointers, so that the stride never changes.
 *  - Flags: an unknown flag among the low 32 bits must be refused (it changes the meaning); an
 *    unknown flag among the high 32 bits may be ignored.
 *  - Integers have fixed width. No bool, enum, long, bit field or variadic function crosses the
 *    border.
 *  - The host allocates every output and every parameter. A plugin owns its instance handle and its
 *    tapes, nothing else. What a plugin lends (strings, tables) lives as long as the library, which
 *    is never unloaded. What the host lends lives until the call returns, unless said otherwise.
 *  - Unwinding (a C++ exception, a Rust panic, longjmp) must not cross the border, in either
 *    direction. exit() and abort() are faults: report an error instead.
 *  - Global state of the process (locale, floating-point mode, signal handlers, thread counts,
 *    random generators, working folder, environment) is the host's: leave it as you found it.
 *
 * STABILITY. While SYNFACE_ABI_MAJOR is 0 the ABI is a draft: host and plugin must have been built
 * for the same SYNFACE_ABI_MINOR (the draft's number), or the plugin is refused by name. From 1.0
 * on the majors must be equal and the minor that a plugin needs must not exceed the host's. */
#ifndef SYNFACE_BASE_H
#define SYNFACE_BASE_H

#include <stddef.h>
#include <stdint.h>

#define SYNFACE_ABI_MAJOR 0
#define SYNFACE_ABI_MINOR 1

#ifdef __cplusplus
#define SYNFACE_NOEXCEPT noexcept
#define SYNFACE_EXTERN_C extern "C"
#else
#define SYNFACE_NOEXCEPT
#define SYNFACE_EXTERN_C extern
#endif
#define SYNFACE_EXPORT __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* Status of every call that can fail: SYNFACE_OK or one of the codes of status.h. */
typedef int32_t synface_status;
typedef struct synface_error synface_error;

/* UTF-8 text of `size` bytes, not NUL-terminated, may hold any byte but NUL; {NULL, 0} is empty. */
typedef struct synface_str {
  const char* data;
  uint64_t size;
} synface_str;

/* Where a callee writes output of any length. `write` copies before it returns, may be called many
 * times and from the calling thread only; a sink is valid until the call that received it returns.
 * When it fails, pass its status on. */
typedef struct synface_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* user;
  synface_status (*write)(void* user, const void* bytes, uint64_t size,
                          synface_error* error) SYNFACE_NOEXCEPT;
} synface_sink;

/* Devices; the numbers are DLPack's. */
#define SYNFACE_DEVICE_CPU 1
#define SYNFACE_DEVICE_CUDA 2

#ifdef __cplusplus
}
#endif
#endif
