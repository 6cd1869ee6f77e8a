/* The C headers against the golden file: a difference does not compile. */
#include <synface/synface.h>

#define SIZE(STRUCT, BYTES) _Static_assert(sizeof(STRUCT) == (BYTES), "size of " #STRUCT);
#define MEMBER(STRUCT, NAME, OFFSET, BYTES)                                           \
  _Static_assert(offsetof(STRUCT, NAME) == (OFFSET), "offset of " #STRUCT "." #NAME); \
  _Static_assert(sizeof(((STRUCT*)0)->NAME) == (BYTES), "size of " #STRUCT "." #NAME);
#define VALUE(NAME, NUMBER) _Static_assert((uint64_t)(NAME) == UINT64_C(NUMBER), #NAME);
#define TEXT(NAME, WORDS) _Static_assert(sizeof(NAME) == sizeof(WORDS), #NAME);
#include "layout.golden"
