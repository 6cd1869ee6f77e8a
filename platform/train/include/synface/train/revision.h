// The numerics revision of this room.
#pragma once

namespace synface::train {

// Part of the identity of every trial. Raise it whenever the same configuration gives other
// numbers: order, augmentation, head, optimiser, schedules, evaluation.
inline constexpr int kTrainRevision = 1;

}  // namespace synface::train
