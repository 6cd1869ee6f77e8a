// What the C library says is allocated.
#pragma once

#include <malloc.h>

#include <cstddef>

#include "verdict.h"

namespace synface::plugin::check {

// Bytes in use, those of large blocks in mappings of their own as well: the same size may be in
// either, since the C library learns from what is freed.
inline std::size_t allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

inline void skip_where_memory_is_not_counted() {
#ifdef __SANITIZE_ADDRESS__
  skipped("this program is built with AddressSanitizer, whose memory the C library does not count");
#endif
}

}  // namespace synface::plugin::check
