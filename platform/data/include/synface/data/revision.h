// The numerics revision of this room.
#pragma once

namespace synface::data {

// Part of the identity of every trial. Raise it whenever the same files and latents come out as
// other pixels: decoding, resizing, the order of a listing, what the image cache holds.
inline constexpr int kDataRevision = 1;

}  // namespace synface::data
