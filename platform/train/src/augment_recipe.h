// What is drawn for one image, as the numbers that its pixels need.
#pragma once

#include <synface/train/augment.h>

#include "augment_body.h"

namespace synface::train {

// Of image number `image` (augment.h); `pixels` give the mean grey about which contrast turns.
Recipe recipe_of(const Augmentation& settings, std::uint64_t seed, std::uint64_t image,
                 ImageSize size, const std::uint8_t* pixels);

}  // namespace synface::train
