// [[floor]] entries: cells that are yardsticks and not part of the grid.
#pragma once

#include <functional>

#include "synface/experiment/grid.h"

namespace synface::experiment {

struct FloorCell {
  Cell cell;
  Json axes;  // {"floor": name, the axes it is repeated over, every seed that is an axis}
};

// The cells of all floors, one after the other (each holds a whole document). The document is the
// experiment's, without axes and floors. More than kMostCells of a floor are an error.
void for_each_floor_cell(const Node& floors, const Node& document, const Grid& grid,
                         Diagnostics& diagnostics, const std::function<void(FloorCell)>& visit);

}  // namespace synface::experiment
