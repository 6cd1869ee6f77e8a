// A sheet of pictures in labelled rows.
#pragma once

#include <synface/data/image.h>

#include <cstdint>
#include <string>
#include <vector>

namespace synface::worker {

struct SheetRow {
  std::string label;                   // ASCII
  std::vector<std::string> captions;   // one a picture, or none
  std::vector<std::uint8_t> pictures;  // [columns, H, W, 3]
};

// White paper, labels on the left, captions below the pictures.
data::Image draw_sheet(const std::vector<SheetRow>& rows, std::int64_t columns, std::int64_t height,
                       std::int64_t width);

}  // namespace synface::worker
