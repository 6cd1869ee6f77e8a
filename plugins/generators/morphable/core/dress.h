// From a person and the blocks `grooming` and `accessories` to what is drawn beside the head.
#pragma once

#include "core/shape.h"

namespace synface::morphable {

// The person's looks in one picture.
Appearance groomed(const Appearance& own, const Grooming& grooming);

// Sets look, push and outfit of a person that was shaped. row: the whole latent row.
void dress_person(const HeadModel& head, const Layout& layout, const float* row, Person& person);

}  // namespace synface::morphable
