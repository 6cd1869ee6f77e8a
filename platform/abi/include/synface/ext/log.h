/* synface/ext/log.h: messages for people; they land in the trial's log. [any] */
#ifndef SYNFACE_EXT_LOG_H
#define SYNFACE_EXT_LOG_H
#include <synface/base.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_LOG "synface.log/1"
#define SYNFACE_LOG_DEBUG 0
#define SYNFACE_LOG_INFO 1
#define SYNFACE_LOG_WARNING 2
#define SYNFACE_LOG_ERROR 3
typedef struct synface_ext_log {
  uint32_t struct_size;
  uint32_t reserved;
  /* One message without a newline; the text is copied. An error here ends nothing: return a status.
   */
  void (*write)(uint32_t level, synface_str text) SYNFACE_NOEXCEPT;
} synface_ext_log;
#ifdef __cplusplus
}
#endif
#endif
