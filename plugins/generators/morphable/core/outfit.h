// What a head wears: locks of hair, hats, scarves, glasses, things held before the face. Triangles
// beside those of the head, made anew for each picture, in the head's axes and eye distances; they
// do not follow the face's expression.
#pragma once

#include <vector>

#include "core/head_model.h"

namespace synface::morphable {

struct Outfit {
  // Of each vertex. albedo: linear RGB; of hair x is a factor of its colour, y the share of the
  // beard's colour in it.
  // q: where the pattern of the surface lies.
  std::vector<Vec3> positions, normals, q, albedo;
  std::vector<float> occlusion;
  // Corners count the head's vertices first, then these. Every triangle has two sides.
  std::vector<Corners> triangles;
  std::vector<Part> part;
  std::vector<Corners> lenses;  // seen through: drawn over the finished picture

  void clear();
  std::size_t size() const { return positions.size(); }
};

// Adds surfaces to an outfit.
class Tailor {
 public:
  Tailor(Outfit& outfit, std::size_t head_vertices)
      : outfit_(outfit), first_(static_cast<int32_t>(head_vertices)) {}

  // Index of the new vertex.
  int32_t vertex(Vec3 position, Vec3 normal, Vec3 q, Vec3 albedo, float occlusion);
  void triangle(Part part, int32_t a, int32_t b, int32_t c);
  void lens(int32_t a, int32_t b, int32_t c) { outfit_.lenses.push_back({a, b, c}); }
  // Rows of `columns` vertices from `first` on, joined to a surface; closed: the last column meets
  // the first.
  void weave(Part part, int32_t first, std::size_t columns, std::size_t rows, bool closed);
  // Normals of the vertices from `first` on, by the triangles that were added since `triangle`.
  void smooth_normals(int32_t first, std::size_t triangle);
  std::size_t triangles() const { return outfit_.triangles.size(); }
  int32_t next() const { return first_ + static_cast<int32_t>(outfit_.size()); }

  // A pipe of n >= 2 rings around a line; its ends are closed where their radius is 0.
  struct Ring {
    Vec3 center;
    float radius;
  };
  void pipe(Part part, const Ring* rings, std::size_t n, std::size_t sides, Vec3 albedo,
            float occlusion);
  void ball(Part part, Vec3 center, Vec3 radii, Vec3 albedo, float occlusion);

 private:
  Outfit& outfit_;
  int32_t first_;
};

// How far the head reaches in each direction from its middle: a table over the octahedron.
class Hull {
 public:
  static constexpr Vec3 kMiddle{0.0F, 0.2F, -1.1F};

  // positions: at least those of the head's vertices; ears are left out.
  Hull(const HeadModel& head, const std::vector<Vec3>& positions, const std::vector<Vec3>& push);
  float radius(Vec3 direction) const;
  // The point at `over` above the hull in a direction (of any length).
  Vec3 at(Vec3 direction, float over) const;
  // p, or the point above it that is `over` away from the hull.
  Vec3 outside(Vec3 p, float over) const;

 private:
  static constexpr int kSide = 26;
  std::array<float, static_cast<std::size_t>(kSide* kSide)> radius_{};
};

}  // namespace synface::morphable
