/* synface/ext/state.h: what an instance must remember over a checkpoint besides its bound
 * parameters (a moving average, a counter). Offered BY A PLUGIN, through get_ext of its instance.
 */
#ifndef SYNFACE_EXT_STATE_H
#define SYNFACE_EXT_STATE_H
#include <synface/status.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_STATE "synface.state/1"
/* Where load() reads from. `read` may give fewer bytes than asked for; 0 at the end. */
typedef struct synface_source {
  uint32_t struct_size;
  uint32_t reserved;
  void* user;
  synface_status (*read)(void* user, void* bytes, uint64_t size, uint64_t* got,
                         synface_error* error) SYNFACE_NOEXCEPT;
} synface_source;
typedef struct synface_ext_state {
  uint32_t struct_size;
  uint32_t version; /* of the plugin's own format */
  /* [control] Writes the state. */
  synface_status (*save)(void* self, const synface_sink* sink,
                         synface_error* error) SYNFACE_NOEXCEPT;
  /* [control] Restores what save() of format `version` wrote; garbage or a short stream is an error
   * and leaves the instance as it was. */
  synface_status (*load)(void* self, uint32_t version, const synface_source* source,
                         synface_error* error) SYNFACE_NOEXCEPT;
} synface_ext_state;
#ifdef __cplusplus
}
#endif
#endif
