// Pictures of another size.
#pragma once

#include <synface/data/image.h>

namespace synface::data {

// [h, w, 3] to [height, width, 3]. Along each axis: mean over the covered area where the picture
// shrinks, linear interpolation between pixel centres where it grows; sums in float32 in a fixed
// order, rounded half up, so that every machine gives the same bytes.
void resize(const ImageView& from, std::int64_t height, std::int64_t width, std::uint8_t* to);

Image resize(const ImageView& from, std::int64_t height, std::int64_t width);

}  // namespace synface::data
