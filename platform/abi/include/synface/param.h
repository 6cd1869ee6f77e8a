/* synface/param.h: parameters, as a plugin declares them and as the host hands them over.
 *
 * The host reads the schema once, checks the user's file against it (unknown key with the nearest
 * valid one, wrong type, out of range, with file, line and column), fills in the defaults, and
 * passes one value for every parameter in the order of declaration. A plugin need not check what
 * the schema already says. */
#ifndef SYNFACE_PARAM_H
#define SYNFACE_PARAM_H

#include <synface/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYNFACE_PARAM_BOOL 1 /* i64: 0 or 1 */
#define SYNFACE_PARAM_I64 2  /* i64 */
#define SYNFACE_PARAM_F64 3  /* f64 */
#define SYNFACE_PARAM_STR 4  /* str */
#define SYNFACE_PARAM_ENUM 5 /* str, one of `choices`; i64 is its index */
#define SYNFACE_PARAM_PATH                                                \
  6 /* str: an absolute path, or empty; its content's hash is what counts \
       for the identity of a trial */
#define SYNFACE_PARAM_F64_LIST 7 /* list, count */

typedef struct synface_value {
  uint32_t type;  /* SYNFACE_PARAM_* */
  uint32_t count; /* of a list */
  int64_t i64;
  double f64;
  synface_str str;
  const double* list;
} synface_value;

/* Bits of `flags`. */
#define SYNFACE_PARAM_REQUIRED (UINT64_C(1) << 0)      /* no default: the user must give it */
#define SYNFACE_PARAM_HAS_NEUTRAL (UINT64_C(1) << 1)   /* `neutral` counts */
#define SYNFACE_PARAM_MIN_EXCLUSIVE (UINT64_C(1) << 2) /* the minimum itself is not allowed */
#define SYNFACE_PARAM_MAX_EXCLUSIVE (UINT64_C(1) << 3)
#define SYNFACE_PARAM_NO_EFFECT                                       \
  (UINT64_C(1) << 32) /* changes no number (a cache size): it is left \
                         out of a trial's identity */

typedef struct synface_param {
  uint32_t struct_size;
  uint32_t type;
  uint64_t flags;
  synface_str key;  /* [a-z][a-z0-9_]*, unique in the plugin */
  synface_str doc;  /* one sentence: what it does; the source of the formula if there is one */
  synface_str unit; /* "px", "degrees", "fraction", ...; empty for a pure number */
  double min, max; /* of a number or of each element of a list; -INFINITY and INFINITY: unbounded */
  synface_value def;
  /* With HAS_NEUTRAL: at this value the plugin behaves as it did before it had the parameter. A
   * trial whose value is neutral has the identity that it had before the parameter was added. */
  synface_value neutral;
  const synface_str* choices; /* ENUM */
  uint32_t n_choices;
  uint32_t reserved;
  synface_str alias; /* a former key that is still accepted, with a warning; or empty */
  synface_str since; /* the plugin's version that added it, for its reference page; or empty */
} synface_param;

#ifdef __cplusplus
}
#endif
#endif
