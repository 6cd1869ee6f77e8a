/* synface/status.h: status codes and the error that explains them. */
#ifndef SYNFACE_STATUS_H
#define SYNFACE_STATUS_H

#include <synface/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYNFACE_OK 0
#define SYNFACE_ERR_INVALID 1     /* an argument, a parameter value, a shape */
#define SYNFACE_ERR_UNSUPPORTED 2 /* a device, a dtype, an optional call that is not offered */
#define SYNFACE_ERR_MEMORY 3      /* an allocation failed */
#define SYNFACE_ERR_CANCELLED 4   /* `*ctx->cancel` was seen to be non-zero */
#define SYNFACE_ERR_NUMERIC 5     /* a value is not finite and the call cannot go on */
#define SYNFACE_ERR_IO 6          /* a file is missing, truncated or foreign */
#define SYNFACE_ERR_INTERNAL 7    /* a fault of the callee */
#define SYNFACE_ERR_ABI 8         /* versions or LibTorch do not fit */

/* Allocated by the caller, always the last argument, never NULL. The callee writes it only when it
 * returns another status than SYNFACE_OK. Both texts are UTF-8 and NUL-terminated; a longer text is
 * cut at a character. `message` says what was wrong and what to do; `where` names the file, the
 * parameter or the tensor, or is empty. */
struct synface_error {
  uint32_t struct_size;
  int32_t code;
  char message[1024];
  char where[128];
};

#ifdef __cplusplus
}
#endif
#endif
