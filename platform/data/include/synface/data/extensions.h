// The host extensions of this room, as C tables: <synface/ext/codec.h>, listing.h, tensorfile.h.
#pragma once

#include <synface/ext/codec.h>
#include <synface/ext/listing.h>
#include <synface/ext/tensorfile.h>

namespace synface::data {

// Constant for the life of the process.
const synface_ext_codec& codec_extension() noexcept;
const synface_ext_listing& listing_extension() noexcept;
const synface_ext_tensorfile& tensorfile_extension() noexcept;

}  // namespace synface::data
