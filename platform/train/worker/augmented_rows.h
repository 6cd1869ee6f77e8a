// Rows of a sheet that show what a training sees of pictures.
#pragma once

#include <synface/base/json.h>
#include <synface/train/augment.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sheet.h"

namespace synface::worker {

// The JSON of `--augment`; Error(kUsage) where it is none.
Json given_augmentation(const std::string& text);

// `pictures` [columns, H, W, 3] under `settings`: four rows of different draws, then a row for each
// part that is on, alone and, where it has a probability, in every picture.
std::vector<SheetRow> augmented_rows(const train::Augmentation& settings, std::uint64_t seed,
                                     std::int64_t height, std::int64_t width, std::int64_t columns,
                                     const std::vector<std::uint8_t>& pictures);

}  // namespace synface::worker
