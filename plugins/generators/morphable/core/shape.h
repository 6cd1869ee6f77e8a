// From identity blocks to people's neutral heads.
#pragma once

#include <vector>

#include "core/kernels.h"
#include "core/latents.h"
#include "core/outfit.h"

namespace synface::morphable {

// Eye distances, the origin between the eyes, axes as in the model.
struct Person {
  std::vector<float> key;       // the identity block that this is the head of
  float unit;                   // eye distances a file unit
  std::vector<Vec3> positions;  // [V], neutral
  std::vector<Vec3> normals;    // [V] of the neutral head
  Vec3 eye_center[2];           // left, right
  float eye_radius[2];
  float lid_height[2];  // of the upper lid over the eye's centre

  // By dress_person (dress.h): how the person looks in one picture.
  std::vector<float> dressed;  // the blocks that follow is made from
  Appearance look;
  std::vector<Vec3> push;  // [V] displacement by hair and beard
  Outfit outfit;
};

// A model's targets as one sparse matrix, so that the shapes of many identities are one product:
// P = base + sum of macro targets by ethnicity x gender x age + sum of detail targets.
class ShapeModel {
 public:
  explicit ShapeModel(const HeadModel& head);

  // Heads of n identities, as many at a time as a vector has lanes; identities[i] points at an
  // identity block, which may be a mixture (numbers are clamped to where the targets are defined).
  // A head does not depend on who is shaped with it, nor on the instruction set.
  struct Work {
    std::vector<float> weights, positions, normals;
  };
  void shape(const float* const* identities, std::size_t n, Person* people, Work& work,
             const Kernels& kernels = best_kernels()) const;
  // Positions [V, 3, lanes] in eye distances, normals [V, 3, lanes] and units [lanes] of `lanes`
  // identities (as in Kernels) into `work`: what shape() starts from.
  void product(const float* const* identities, int lanes, Work& work, float* units,
               const Kernels& kernels) const;

 private:
  void set_weights(const float* identity, std::size_t lanes, float* column) const;

  const HeadModel& head_;
  std::size_t rows_;  // of weights: 12 macros, then two a coefficient
  std::vector<uint32_t> offset_;
  std::vector<Displacement> displacements_;
};

// Area-weighted vertex normals of the head's own triangles. normals [V].
void vertex_normals(const std::vector<Corners>& triangles, const std::vector<Vec3>& positions,
                    std::vector<Vec3>& normals);

}  // namespace synface::morphable
