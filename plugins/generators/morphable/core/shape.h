// From an identity block to a person's neutral head.
#pragma once

#include <vector>

#include "core/latents.h"

namespace synface::morphable {

// Eye distances, the origin between the eyes, axes as in the model. The hanging hair's vertices
// follow those of the head.
struct Person {
  std::vector<float> key;  // the identity block that this is the head of
  Appearance look;
  float unit;                   // eye distances a file unit
  std::vector<Vec3> positions;  // [V + kSheetVertices], neutral
  std::vector<Vec3> push;       // [V] displacement by hair and beard
  Vec3 eye_center[2];           // left, right
  float eye_radius[2];
  float lid_height[2];  // of the upper lid over the eye's centre
};

// P = base + sum of macro targets by ethnicity x gender x age + sum of detail targets; the block
// may be a mixture (numbers are clamped to where the targets are defined).
void shape_person(const HeadModel& head, const float* identity, Person& person);

// Area-weighted vertex normals of the head's own triangles. normals [V].
void vertex_normals(const std::vector<Corners>& triangles, const std::vector<Vec3>& positions,
                    std::vector<Vec3>& normals);

}  // namespace synface::morphable
