// [[floor]] entries: cells that are yardsticks and not part of the grid.
#pragma once

#include <vector>

#include "synface/experiment/grid.h"

namespace synface::experiment {

struct FloorCell {
  Cell cell;
  Json axes;  // {"floor": name, the axes it is repeated over, every seed that is an axis}
};

// The cells of all floors. The document is the experiment's, without axes and floors.
std::vector<FloorCell> floor_cells(const Node& floors, const Node& document, const Grid& grid,
                                   Diagnostics& diagnostics);

}  // namespace synface::experiment
